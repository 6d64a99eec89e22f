using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Lint;

/// <summary>What a token is.</summary>
internal enum SqlTokenKind
{
    /// <summary>A keyword, a name without quotes, or a number; in lower case, as the server reads it.</summary>
    Word,

    /// <summary>A quoted name, without its quotes. It is never a keyword.</summary>
    QuotedName,

    /// <summary>A string, without its quotes; backslashes are left as they are.</summary>
    Text,

    /// <summary>What stands between dollar quotes.</summary>
    Body,

    /// <summary>One character of an operator or of punctuation.</summary>
    Symbol,
}

/// <summary>One token of a statement (PostgreSQL's manual, chapter 4.1); comments are none.</summary>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Value)
{
    /// <summary>Whether it can name something.</summary>
    public bool IsName => Kind == SqlTokenKind.QuotedName || (Kind == SqlTokenKind.Word && !char.IsAsciiDigit(Value[0]));

    /// <summary>The tokens of a statement.</summary>
    public static IReadOnlyList<SqlToken> Read(string sql) => [.. SqlStatements.Tokens(sql).Select(Of)];

    /// <summary>Whether it is this keyword, or this character.</summary>
    public bool Is(string value) => Kind is SqlTokenKind.Word or SqlTokenKind.Symbol && Value == value;

    private static SqlToken Of(string token) => token[0] switch
    {
        '"' => new(SqlTokenKind.QuotedName, Inner(token, 1, "\"").Replace("\"\"", "\"", StringComparison.Ordinal)),
        '\'' => new(SqlTokenKind.Text, Inner(token, 1, "'").Replace("''", "'", StringComparison.Ordinal)),
        'e' or 'E' when token is [_, '\'', ..] => new(SqlTokenKind.Text, Inner(token, 2, "'")),
        '$' when token.Length > 1 => new(SqlTokenKind.Body, Inner(token, token.IndexOf('$', 1) + 1, token[..(token.IndexOf('$', 1) + 1)])),
        var first when char.IsLetterOrDigit(first) || first == '_' => new(SqlTokenKind.Word, token.ToLowerInvariant()),
        _ => new(SqlTokenKind.Symbol, token),
    };

    // A quote that is never closed runs to the end.
    private static string Inner(string token, int start, string end) =>
        token.Length >= start + end.Length && token.EndsWith(end, StringComparison.Ordinal) ? token[start..^end.Length] : token[start..];
}
