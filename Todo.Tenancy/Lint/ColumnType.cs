using System.Globalization;

namespace Todo.Tenancy.Lint;

/// <summary>A column's type under its short name, whatever it was called: <c>character varying(20)</c> is <c>varchar(20)</c>.</summary>
/// <param name="Name">The short name, in lower case, with <c>[]</c> if it is an array.</param>
/// <param name="Length">The first number in parentheses: a length, or how many digits.</param>
/// <param name="Scale">The second: how many of the digits are behind the point.</param>
internal sealed record ColumnType(string Name, int? Length, int? Scale)
{
    /// <summary>A type that nothing is known of.</summary>
    public static readonly ColumnType Unknown = new("", null, null);

    private static readonly Dictionary<string, string> ShortNames = new(StringComparer.Ordinal)
    {
        ["character varying"] = "varchar",
        ["character"] = "char",
        ["bpchar"] = "char",
        ["timestamp with time zone"] = "timestamptz",
        ["timestamp without time zone"] = "timestamp",
        ["int"] = "integer",
        ["int4"] = "integer",
        ["int8"] = "bigint",
        ["int2"] = "smallint",
        ["decimal"] = "numeric",
        ["serial2"] = "smallserial",
        ["serial4"] = "serial",
        ["serial8"] = "bigserial",
    };

    /// <summary>Whether it stands for an integer with a sequence of its own.</summary>
    public bool IsSerial => Name is "smallserial" or "serial" or "bigserial";

    /// <summary>Whether a sequence of this type has fewer than 64 bits.</summary>
    public bool IsNarrow => Name is "smallserial" or "serial" or "smallint" or "integer";

    /// <summary>Reads a type's tokens.</summary>
    public static ColumnType Read(IReadOnlyList<SqlToken> tokens)
    {
        var words = tokens.Where(token => token.IsName && token.Value is not ("pg_catalog" or "array")).Select(token => token.Value);
        var numbers = tokens.Where(token => token.Kind == SqlTokenKind.Word && !token.IsName)
            .Select(token => int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)null).ToArray();
        var name = string.Join(' ', words);
        var isArray = tokens.Any(token => token.Is("[") || token.Is("array"));
        return new ColumnType(ShortNames.GetValueOrDefault(name, name) + (isArray ? "[]" : ""), numbers.FirstOrDefault(), numbers.ElementAtOrDefault(1));
    }

    /// <summary>
    /// Whether a column of this type takes the other without its rows being written again or read: PostgreSQL's manual, ALTER TABLE,
    /// "Notes", and the casts that are marked binary coercible.
    /// </summary>
    public bool Widens(ColumnType to) => (Name, to.Name) switch
    {
        ("varchar", "text") or ("text", "varchar") => to.Length is null,
        ("varchar", "varchar") => to.Length is null || to.Length >= Length,
        ("numeric", "numeric") => to.Length is null || (Length is not null && to.Length >= Length && (to.Scale ?? 0) == (Scale ?? 0)),
        ("cidr", "inet") => true,
        _ => this == to && Name.Length > 0,
    };

    /// <inheritdoc/>
    public override string ToString() => Length is null ? Name : Scale is null ? $"{Name}({Length})" : $"{Name}({Length},{Scale})";
}
