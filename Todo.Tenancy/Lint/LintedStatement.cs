using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Lint;

/// <summary>A statement as rules see it.</summary>
/// <param name="Sql">As it stands in the migration.</param>
/// <param name="Tokens">What it is made of.</param>
/// <param name="Changes">What it does to tables.</param>
/// <param name="IsInBlock">Whether it is one of those inside a <c>DO</c> block, and <paramref name="Sql"/> is the whole block.</param>
internal sealed record LintedStatement(string Sql, IReadOnlyList<SqlToken> Tokens, IReadOnlyList<SchemaChange> Changes, bool IsInBlock)
{
    /// <summary>What is kept for later, as a function's body is, and so is text and not part of the statement.</summary>
    public IEnumerable<SqlToken> Body => IsFunction ? Texts().SelectMany(SqlToken.Read) : [];

    private bool IsFunction => Tokens is [var create, ..] && create.Is("create") && Tokens.Take(4).Any(token => token.Is("function") || token.Is("procedure"));

    /// <summary>A statement, followed by those inside it if it is a <c>DO</c> block: they run here and now too.</summary>
    public static IEnumerable<LintedStatement> Read(string sql)
    {
        var statement = Of(sql, SqlToken.Read(sql), isInBlock: false);
        var inner = statement.Tokens is [var first, ..] && first.Is("do") ? statement.Texts() : [];
        return inner.SelectMany(SqlStatements.Split).Select(part => Of(sql, WithoutControl(SqlToken.Read(part)), isInBlock: true)).Prepend(statement);
    }

    private static LintedStatement Of(string sql, IReadOnlyList<SqlToken> tokens, bool isInBlock) =>
        new(sql, tokens, SchemaChangeReader.Read(tokens), isInBlock);

    // Without IF … THEN and the like, which stand before the first statement of a branch.
    private static IReadOnlyList<SqlToken> WithoutControl(IReadOnlyList<SqlToken> tokens)
    {
        for (var i = 1; i < tokens.Count; i++)
        {
            if (tokens[i].Kind == SqlTokenKind.Word
                && tokens[i].Value is "alter" or "create" or "drop" or "set" or "reset" or "listen" or "commit" or "rollback"
                && tokens[i - 1].Kind == SqlTokenKind.Word
                && tokens[i - 1].Value is "begin" or "then" or "else" or "loop")
            {
                return [.. tokens.Skip(i)];
            }
        }

        return tokens;
    }

    private IEnumerable<string> Texts() => Tokens
        .Where((token, position) => token.Kind == SqlTokenKind.Body || (token.Kind == SqlTokenKind.Text && position > 0 && (Tokens[position - 1].Is("as") || Tokens[position - 1].Is("do"))))
        .Select(token => token.Value);
}
