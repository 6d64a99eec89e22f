using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace Todo.Scheduling.Calendars;

/// <summary>A line of a calendar after unfolding: <c>NAME;PARAMETER=value:value</c>.</summary>
/// <param name="Number">Where it starts in the file, counted from 1.</param>
/// <param name="Name">In upper case.</param>
/// <param name="Parameters">By name in upper case; of a parameter with several values, the text as it is.</param>
/// <param name="Value">As it is written.</param>
internal sealed record ContentLine(int Number, string Name, IReadOnlyDictionary<string, string> Parameters, string Value)
{
    private static readonly Dictionary<string, string> NoParameters = [];

    private static readonly SearchValues<char> NameLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    public string Parameter(string name) => Parameters.GetValueOrDefault(name, "");

    /// <summary>Unfolds the lines of a file. Octets are joined before they are read as text: a careless writer may have folded inside a letter.</summary>
    public static IEnumerable<(int Number, string Text)> Unfold(ReadOnlyMemory<byte> file)
    {
        var at = file.Span.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        var line = new List<byte>();
        var (number, started) = (0, 0);
        while (at < file.Length)
        {
            var rest = file[at..];
            var end = rest.Span.IndexOfAny((byte)'\r', (byte)'\n');
            var text = end < 0 ? rest : rest[..end];
            var isPair = end >= 0 && end + 1 < rest.Length && rest.Span[end] == '\r' && rest.Span[end + 1] == '\n';
            at = end < 0 ? file.Length : at + end + (isPair ? 2 : 1);
            number++;
            if (text.Length > 0 && text.Span[0] is ((byte)' ' or (byte)'\t') && started > 0)
            {
                line.AddRange(text.Span[1..]);
                continue;
            }
            if (line.Count > 0)
            {
                yield return (started, Text(line));
            }
            line.Clear();
            line.AddRange(text.Span);
            started = number;
        }
        if (line.Count > 0)
        {
            yield return (started, Text(line));
        }
    }

    /// <summary>Reads a line; null when it has not the form of one.</summary>
    public static bool TryParse(int number, string text, [NotNullWhen(true)] out ContentLine? line)
    {
        line = null;
        var end = text.AsSpan().IndexOfAny(';', ':');
        if (end < 1 || text.AsSpan(0, end).ContainsAnyExcept(NameLetters))
        {
            return false;
        }
        var name = text[..end].ToUpperInvariant();
        Dictionary<string, string>? parameters = null;
        while (text[end] == ';')
        {
            var equals = text.IndexOf('=', end);
            var value = equals + 1;
            var next = equals < 0 ? -1 : EndOfParameter(text, value);
            if (next < 0)
            {
                return false;
            }
            parameters ??= new Dictionary<string, string>(StringComparer.Ordinal);
            parameters[text[(end + 1)..equals].ToUpperInvariant()] = text[value..next].Trim('"');
            end = next;
        }
        line = new ContentLine(number, name, parameters ?? NoParameters, text[(end + 1)..]);
        return true;
    }

    private static int EndOfParameter(string text, int start)
    {
        var isQuoted = false;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted && text[i] is (';' or ':'))
            {
                return i;
            }
        }
        return -1;
    }

    private static string Text(List<byte> octets) => Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(octets));
}
