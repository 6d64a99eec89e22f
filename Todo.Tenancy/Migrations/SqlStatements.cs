using System.Text.RegularExpressions;

namespace Todo.Tenancy.Migrations;

/// <summary>
/// Splits SQL text into its statements, by the lexical rules of PostgreSQL's manual, chapter 4.1: quoted strings and identifiers,
/// escape strings, dollar quotes, nested comments, and function bodies between <c>BEGIN ATOMIC</c> and <c>END</c>.
/// </summary>
/// <remarks>Each statement is sent on its own (all in one round trip), so that an error names the statement it belongs to.</remarks>
public static partial class SqlStatements
{
    /// <summary>The statements, trimmed, without their semicolons; comments stay with the statement that they precede or are in.</summary>
    public static IReadOnlyList<string> Split(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        var statements = new List<string>();
        var start = 0;
        var hasToken = false;
        var bodyDepth = 0;
        foreach (Match token in Token().Matches(sql))
        {
            switch (token.ValueSpan)
            {
                case ";" when bodyDepth == 0:
                    Add(token.Index);
                    start = token.Index + 1;
                    hasToken = false;
                    break;
                case ['-', '-', ..] or ['/', '*', ..]:
                    break;
                case var word:
                    hasToken = true;
                    bodyDepth = Depth(word, bodyDepth);
                    break;
            }
        }

        Add(sql.Length);
        return statements;

        void Add(int end)
        {
            if (hasToken)
            {
                statements.Add(sql[start..end].Trim());
            }
        }
    }

    /// <summary>The text with a space in place of every comment, string and dollar quote: what is left are keywords, names, numbers and operators.</summary>
    public static string WithoutLiterals(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        return Token().Replace(sql, token => token.ValueSpan is ['-', '-', ..] or ['/', '*', ..] or ['\'', ..] or ['e' or 'E', '\'', ..] or ['$', ..] ? " " : token.Value);
    }

    /// <summary>The tokens in order, as written, without comments: words, names, strings, dollar quotes, and operators character by character.</summary>
    internal static IEnumerable<string> Tokens(string sql) =>
        Token().Matches(sql).Select(token => token.Value).Where(token => token is not (['-', '-', ..] or ['/', '*', ..]));

    // Inside an SQL-standard function body only CASE opens another END.
    private static int Depth(ReadOnlySpan<char> word, int depth)
    {
        if (word.Length > 5 && word.StartsWith("BEGIN", StringComparison.OrdinalIgnoreCase) && word.EndsWith("ATOMIC", StringComparison.OrdinalIgnoreCase))
        {
            return depth + 1;
        }

        return depth == 0 ? 0
            : word.Equals("CASE", StringComparison.OrdinalIgnoreCase) ? depth + 1
            : word.Equals("END", StringComparison.OrdinalIgnoreCase) ? depth - 1
            : depth;
    }

    // In order: line comment; block comment, which may nest; escape string; string; quoted identifier; dollar quote; semicolon;
    // BEGIN ATOMIC; any other word or character. A quote that is never closed runs to the end, where the server will complain.
    [GeneratedRegex(
        """
        --[^\n]*
        | /\*(?>(?:(?!/\*|\*/)[\s\S])+|/\*(?<open>)|\*/(?<-open>))*(?(open)(?!))\*/
        | [eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|\z)
        | '(?:[^']|'')*(?:'|\z)
        | "(?:[^"]|"")*(?:"|\z)
        | (?<![\w$])\$(?<tag>(?:[A-Za-z_\u0080-\uffff]\w*)?)\$[\s\S]*?(?:\$\k<tag>\$|\z)
        | ;
        | \bBEGIN\s+ATOMIC\b
        | \w[\w$]*
        | \S
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
