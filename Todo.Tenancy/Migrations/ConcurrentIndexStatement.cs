using System.Text.RegularExpressions;

namespace Todo.Tenancy.Migrations;

/// <summary>
/// <c>CREATE INDEX CONCURRENTLY</c> or <c>DROP INDEX CONCURRENTLY</c>: what a big table needs, because it keeps the table open to
/// writers, and what no transaction may hold (PostgreSQL's manual, CREATE INDEX, "Building Indexes Concurrently"). Interrupted, it
/// leaves an invalid index behind under the index's own name, so it can be recognised and repeated.
/// </summary>
/// <param name="Sql">The statement as written.</param>
/// <param name="PlainSql">The same without <c>CONCURRENTLY</c>, for tables so small that nobody notices the lock.</param>
/// <param name="IsCreate">Whether it makes the index; otherwise it drops it.</param>
/// <param name="IndexName">The index, unquoted.</param>
/// <param name="Table">The table, as an SQL identifier; null when dropping.</param>
public sealed partial record ConcurrentIndexStatement(string Sql, string PlainSql, bool IsCreate, string IndexName, string? Table)
{
    /// <summary>The relation whose size decides which form is used, as an SQL identifier.</summary>
    public string MeasuredRelation => Table ?? QuotedIndexName;

    /// <summary>The index as an SQL identifier.</summary>
    public string QuotedIndexName => "\"" + IndexName.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>Reads a statement; null if it is neither form.</summary>
    public static ConcurrentIndexStatement? Parse(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        if (Form().Match(sql) is not { Success: true } match)
        {
            return null;
        }

        var isCreate = match.Groups["table"].Success;
        return new ConcurrentIndexStatement(
            sql,
            sql.Remove(match.Groups["concurrently"].Index, match.Groups["concurrently"].Length),
            isCreate,
            Unquote(match.Groups["index"].Value),
            isCreate ? match.Groups["table"].Value : null);
    }

    // Identifiers that are not quoted are folded to lower case (PostgreSQL's manual, chapter 4.1.1).
    private static string Unquote(string identifier) =>
        identifier[0] == '"' ? identifier[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : identifier.ToLowerInvariant();

    [GeneratedRegex(
        """
        \A(?:\s|--[^\n]*\n|/\*.*?\*/)*
        (?:
            CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?<concurrently>CONCURRENTLY\s+)(?:IF\s+NOT\s+EXISTS\s+)?(?<index>"(?:[^"]|"")+"|[a-z_][\w$]*)\s+ON\s+(?:ONLY\s+)?(?<table>"(?:[^"]|"")+"|[a-z_][\w$]*)
          | DROP\s+INDEX\s+(?<concurrently>CONCURRENTLY\s+)(?:IF\s+EXISTS\s+)?(?<index>"(?:[^"]|"")+"|[a-z_][\w$]*)\s*(?:RESTRICT\s*)?\z
        )
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
