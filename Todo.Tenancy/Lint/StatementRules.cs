using System.Text.RegularExpressions;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Lint;

/// <summary>What the rules say of statements, whatever table they are about.</summary>
internal static partial class StatementRules
{
    public static IEnumerable<string> SchemaQualifiedName(LintedStatement statement)
    {
        // In a block, INTO and FROM may be followed by the field of a variable.
        var names = QualifiedNames(statement.Tokens, everywhere: !statement.IsInBlock || statement.Changes.Count > 0).Concat(QualifiedNames([.. statement.Body], everywhere: false))
            .Distinct(StringComparer.Ordinal)
            .Select(name => $"{name} names a schema: every tenant's migration would touch that one, and not the tenant's own.");
        return NamedSchema(statement.Tokens) is { } schema
            ? names.Append($"The statement is about the schema {schema}: a migration has one schema, the tenant's, and it is there already.")
            : names;
    }

    public static IEnumerable<string> SessionState(LintedStatement statement)
    {
        var cursor = new SqlCursor(statement.Tokens);
        var found = cursor.Take("set") ? Setting(cursor)
            : cursor.Sees("prepare", "transaction") ? null
            : cursor.SeesAny("reset", "discard", "listen", "unlisten", "prepare", "deallocate", "load") ? $"{cursor.Next.Value.ToUpperInvariant()} changes the connection"
            : cursor.Sees("declare") && !statement.IsInBlock && Follow(statement.Tokens, "with", "hold") ? "DECLARE … WITH HOLD leaves a cursor on the connection"
            : IsTemporary(statement.Tokens) ? "A temporary table stays on the connection"
            : null;
        return Calls(statement.Tokens).Prepend(found).OfType<string>()
            .Select(message => $"{message}: the next tenant, or the next request, gets the same connection from the pool, or the rest of this transaction does.");
    }

    public static IEnumerable<string> TransactionControl(LintedStatement statement)
    {
        var cursor = new SqlCursor(statement.Tokens);
        var isControl = cursor.SeesAny("commit", "rollback") || cursor.Sees("prepare", "transaction")
            || (!statement.IsInBlock && (cursor.SeesAny("begin", "end", "abort", "savepoint", "release") || cursor.Sees("start", "transaction")));
        return isControl
            ? [$"{cursor.Next.Value.ToUpperInvariant()} controls the transaction: the tenant's migration, its history and the ledger would no longer succeed or fail together."]
            : [];
    }

    public static IEnumerable<string> NotPortableToCitus(LintedStatement statement)
    {
        var tokens = statement.Tokens;
        if (tokens is [var create, ..] && create.Is("create"))
        {
            var kind = tokens.Skip(1).FirstOrDefault(token => token.Kind == SqlTokenKind.Word && token.Value is not ("or" or "replace" or "constraint" or "event"));
            var found = kind.Value switch
            {
                "trigger" => "A trigger is created: Citus refuses triggers on distributed tables unless it is told to allow unsafe ones.",
                "rule" => "A rule is created: Citus does not support the rule system.",
                "foreign" => "A foreign table is created: Citus takes none into a distributed schema.",
                _ => null,
            };
            if (found is not null)
            {
                yield return found;
            }
        }

        for (var i = 0; i + 3 < tokens.Count; i++)
        {
            if (tokens[i].Is("references") && tokens[i + 1].IsName && tokens[i + 2].Is("."))
            {
                yield return $"A foreign key references {tokens[i + 1].Value}.{tokens[i + 3].Value}: Citus allows none from one distributed schema into another.";
            }
        }
    }

    // SET LOCAL and SET CONSTRAINTS end with the transaction. But two settings are how the transaction finds the tenant and who it is.
    private static string? Setting(SqlCursor cursor)
    {
        var isLocal = cursor.Take("local");
        cursor.Take("session");
        var setting = cursor.Next.Value;
        return cursor.SeesAny("constraints", "transaction") ? null
            : isLocal && setting is not ("search_path" or "role") ? null
            : isLocal ? $"SET LOCAL {setting} is in force for all that follows in the transaction"
            : $"SET {setting} outlives the transaction";
    }

    private static IEnumerable<string?> Calls(IReadOnlyList<SqlToken> tokens)
    {
        for (var i = 0; i + 1 < tokens.Count; i++)
        {
            if (!tokens[i].IsName || !tokens[i + 1].Is("("))
            {
                continue;
            }

            var arguments = tokens[i].Value == "set_config" ? new SqlCursor(new SqlCursor([.. tokens.Skip(i + 1)]).ReadParentheses()).ReadList().ToArray() : [];
            yield return tokens[i].Value switch
            {
                "set_config" when arguments is not [_, _, [var local]] || !local.Is("true") => "set_config without a literal true as its last argument may outlive the transaction",
                "set_config" when arguments is [[{ Kind: SqlTokenKind.Text, Value: "search_path" or "role" } setting], ..] =>
                    $"set_config of {setting.Value} is in force for all that follows in the transaction",
                "pg_advisory_lock" or "pg_try_advisory_lock" or "pg_advisory_lock_shared" or "pg_try_advisory_lock_shared" => $"{tokens[i].Value} locks for the connection",
                _ => null,
            };
        }
    }

    private static bool IsTemporary(IReadOnlyList<SqlToken> tokens)
    {
        var cursor = new SqlCursor(tokens);
        if (cursor.Take("create"))
        {
            _ = cursor.Take("or", "replace") || cursor.Take("global") || cursor.Take("local");
            return cursor.SeesAny("temp", "temporary") && !Follow(tokens, "on", "commit", "drop");
        }

        return Follow(tokens, "into", "temp") || Follow(tokens, "into", "temporary");
    }

    private static bool Follow(IReadOnlyList<SqlToken> tokens, params ReadOnlySpan<string> words)
    {
        var cursor = new SqlCursor(tokens);
        for (; !cursor.AtEnd; cursor.Read())
        {
            if (cursor.Sees(words))
            {
                return true;
            }
        }

        return false;
    }

    // "a.b" is a schema's table, a table's column or a composite's field. It is a schema's if it is called like one, and also where only
    // a table, a function or a type can stand.
    private static IEnumerable<string> QualifiedNames(IReadOnlyList<SqlToken> tokens, bool everywhere)
    {
        var openers = new Stack<string>();
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Is("("))
            {
                openers.Push(i > 0 ? tokens[i - 1].Value : "");
            }
            else if (tokens[i].Is(")"))
            {
                openers.TryPop(out _);
            }
            else if (i + 2 < tokens.Count && tokens[i].IsName && tokens[i + 1].Is(".") && tokens[i + 2].IsName && !(i > 0 && tokens[i - 1].Is("."))
                && tokens[i].Value is not ("pg_catalog" or "information_schema")
                && (IsSchema(tokens[i].Value) || (everywhere && IsPlaceOfSchema(tokens, i, openers.TryPeek(out var opener) ? opener : ""))))
            {
                yield return $"{tokens[i].Value}.{tokens[i + 2].Value}";
            }
        }
    }

    private static bool IsSchema(string name) => name is "public" or TenantSchema.Placeholder || TenantName().IsMatch(name);

    private static bool IsPlaceOfSchema(IReadOnlyList<SqlToken> tokens, int position, string opener)
    {
        if (position + 3 < tokens.Count && tokens[position + 3].Is("("))
        {
            return true;
        }

        var before = position - 1;
        while (before >= 0 && tokens[before].Kind == SqlTokenKind.Word && tokens[before].Value is "if" or "not" or "exists" or "only" or "concurrently")
        {
            before--;
        }

        return before >= 0 && tokens[before].Kind switch
        {
            SqlTokenKind.Symbol => tokens[before].Is(":"),
            SqlTokenKind.Word => tokens[before].Value switch
            {
                "table" or "view" or "sequence" or "index" or "function" or "procedure" or "type" or "domain" or "truncate" or "into" or "update" or "join" or "references" or "inherits" => true,
                // EXTRACT(year FROM a.b) and IS DISTINCT FROM a.b are about columns.
                "from" => opener is not ("extract" or "substring" or "trim" or "overlay" or "position") && !(before > 0 && tokens[before - 1].Is("distinct")),
                // The table of an index or of a trigger; in a query, a condition.
                "on" => tokens[0].Is("create") && tokens.Take(4).Any(token => token.Kind == SqlTokenKind.Word && token.Value is "index" or "trigger" or "rule" or "policy"),
                _ => false,
            },
            _ => false,
        };
    }

    private static string? NamedSchema(IReadOnlyList<SqlToken> tokens)
    {
        var cursor = new SqlCursor(tokens);
        if (cursor.SeesAny("create", "alter", "drop") && tokens.Count > 2 && tokens[1].Is("schema"))
        {
            return tokens.Skip(2).FirstOrDefault(token => token.IsName && token.Value is not ("if" or "not" or "exists" or "authorization")).Value;
        }

        var before = cursor.Sees("alter") ? "set" : cursor.Sees("grant") || cursor.Sees("revoke") ? "on" : cursor.Sees("import") ? "into" : null;
        for (var i = 1; before is not null && i + 2 < tokens.Count; i++)
        {
            if ((tokens[i].Is(before) || tokens[i].Is("in")) && tokens[i + 1].Is("schema"))
            {
                return tokens[i + 2].Value;
            }
        }

        return null;
    }

    [GeneratedRegex(@"\At_[0-9a-f]{32}\z")]
    private static partial Regex TenantName();
}
