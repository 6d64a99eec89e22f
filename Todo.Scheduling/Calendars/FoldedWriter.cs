namespace Todo.Scheduling.Calendars;

/// <summary>Writes content lines, folded so that none is longer than 75 octets of UTF-8, and no character is cut (RFC 5545 §3.1).</summary>
internal sealed class FoldedWriter(TextWriter output)
{
    private const int MostOctets = 75;

    public void Line(string name, string value) => Line($"{name}:{value}");

    public void Line(string line)
    {
        var octets = 0;
        Span<char> letters = stackalloc char[2];
        // Half a surrogate pair becomes U+FFFD here.
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > MostOctets)
            {
                output.Write("\r\n ");
                octets = 1;
            }
            octets += rune.Utf8SequenceLength;
            output.Write(letters[..rune.EncodeToUtf16(letters)]);
        }
        output.Write("\r\n");
    }
}
