namespace Todo.Data.Tenants;

/// <summary>
/// Where something stands in an order that people make by moving things: a text, compared byte by byte (<c>COLLATE "C"</c>), between any two of
/// which there is another. So a move writes one row and leaves its neighbours alone. Where two keys are equal, ids decide.
/// </summary>
/// <remarks>
/// A key is the fraction 0.d₁d₂… in base 62, without zeros at its end. The two ends of an order are keys of the time: what is put first or last is
/// before or after all that was put there earlier, without a look at it, and no key grows by it. Only squeezing between the same two neighbours again
/// and again makes keys longer, about a digit for six times; beyond <see cref="MaxLength"/> the order has to be spread anew.
/// </remarks>
public static class OrderKey
{
    /// <summary>The longest key, in characters.</summary>
    public const int MaxLength = 100;

    /// <summary>The key of all rows from before there was an order: behind what is put first, before what is put last, among themselves by id.</summary>
    public const string Unplaced = "V";

    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int Base = 62;

    // Base 62 in this many digits holds microseconds since 1970 until the year 28,000.
    private const int TimeLength = 10;
    private const long TimeSpace = 839_299_365_868_340_224;

    private const char StartPrefix = 'F';
    private const char EndPrefix = 'a';
    private const char NumberPrefix = 'P';

    // So that no key ends with a zero.
    private const char Middle = 'V';

    /// <summary>A key before all that were put first earlier.</summary>
    public static string AtStart(DateTimeOffset now) => OfTime(StartPrefix, TimeSpace - 1 - Microseconds(now));

    /// <summary>A key after all that were put last earlier.</summary>
    public static string AtEnd(DateTimeOffset now) => OfTime(EndPrefix, Microseconds(now));

    /// <summary>A key between two neighbours; null: there is none that is short enough, or they have the same, and the order must be spread first.</summary>
    /// <param name="lower">The one before; null: it is to be the first.</param>
    /// <param name="upper">The one after; null: it is to be the last.</param>
    /// <param name="now">The time of the move.</param>
    public static string? Place(string? lower, string? upper, DateTimeOffset now)
    {
        // Another replica's clock may be ahead, and then there are keys beyond those of now.
        var key = upper is null ? AtEnd(now) is var end && (lower is null || string.CompareOrdinal(end, lower) > 0) ? end : Between(lower!, null)
            : lower is null ? AtStart(now) is var start && string.CompareOrdinal(start, upper) < 0 ? start : Between("", upper)
            : string.CompareOrdinal(lower, upper) < 0 ? Between(lower, upper)
            : null;
        return key?.Length <= MaxLength ? key : null;
    }

    /// <summary>The key of the <paramref name="number"/>th in an order that is spread anew, as the statement that does so makes it.</summary>
    /// <param name="number">From 1.</param>
    public static string Spread(int number) => $"M{number:x8}{Middle}";

    /// <summary>The key of something whose place somebody gave as a number: among such ones, what has the lower number comes first.</summary>
    public static string Numbered(int number) => $"{NumberPrefix}{(uint)number ^ 0x8000_0000:x8}{Middle}";

    /// <summary>The number that a key was made of; null: of none.</summary>
    public static int? NumberOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key is [NumberPrefix, .., Middle] && key.Length == 10 && uint.TryParse(key.AsSpan(1, 8), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var number)
            && Numbered((int)(number ^ 0x8000_0000)) == key ? (int)(number ^ 0x8000_0000) : null;
    }

    // The shortest text that is greater than one and less than the other; digits in common come first.
    private static string Between(string lower, string? upper)
    {
        var key = new System.Text.StringBuilder();
        for (var i = 0; ; i++)
        {
            var from = i < lower.Length ? Digits.IndexOf(lower[i], StringComparison.Ordinal) : 0;
            var to = upper is null ? Base : Digits.IndexOf(upper[i], StringComparison.Ordinal);
            if (from == to)
            {
                key.Append(Digits[from]);
            }
            else if (to - from > 1)
            {
                return key.Append(Digits[(from + to) / 2]).ToString();
            }
            else if (upper is not null && upper.Length > i + 1)
            {
                return key.Append(upper[i]).ToString();
            }
            else
            {
                // Whatever follows is less than the upper one now.
                key.Append(Digits[from]);
                upper = null;
            }
        }
    }

    private static string OfTime(char prefix, long value)
    {
        Span<char> key = stackalloc char[TimeLength + 2];
        (key[0], key[^1]) = (prefix, Middle);
        for (var i = TimeLength; i > 0; i--, value /= Base)
        {
            key[i] = Digits[(int)(value % Base)];
        }

        return new string(key);
    }

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
