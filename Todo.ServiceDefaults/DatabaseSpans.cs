using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Todo.ServiceDefaults;

/// <summary>
/// Completes the spans of Npgsql as they are sent: a tenant's schema becomes the placeholder that stands for it in the code, so that all tenants'
/// statements are one; the name says what is done to which table (OpenTelemetry's conventions for database spans). Values are parameters, which
/// Npgsql leaves out.
/// </summary>
internal static class DatabaseSpans
{
    /// <summary>Stands for the schema of whichever tenant.</summary>
    public const string Placeholder = "\"<tenant>\"";

    /// <summary>Characters of a statement that are sent; a migration of many steps has more.</summary>
    public const int LongestText = 4096;

    private const string Source = "Npgsql";
    private const string TextTag = "db.query.text";

    // A tenant's schema, quoted: t_ and the 32 hexadecimal digits of an id.
    private const string SchemaStart = "\"t_";
    private const int SchemaLength = 36;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    // Statements are texts of ours and of EF Core's, so there are some hundreds; should there be more, the rest is looked at each time.
    private const int MostSummaries = 2000;

    // Named in a summary; what a change brings with it comes after it.
    private const int MostChanges = 3;
    private static readonly ConcurrentDictionary<string, (string Operation, string Summary)> Summaries = new(StringComparer.Ordinal);

    public static void Complete(Activity span)
    {
        if (span.Source.Name != Source)
        {
            return;
        }

        // The class TD is our own functions' way to answer: no tenant left to take, too big for one transaction. Nothing has failed.
        if (span.Status == ActivityStatusCode.Error && span.GetTagItem("db.response.status_code") is string state && state.StartsWith("TD", StringComparison.Ordinal))
        {
            span.SetStatus(ActivityStatusCode.Unset);
            span.SetTag("error.type", null);
        }

        if (span.GetTagItem(TextTag) is not string text)
        {
            return;
        }

        var general = Generalize(text);
        if (!ReferenceEquals(general, text))
        {
            span.SetTag(TextTag, general);
        }

        if (!Summaries.TryGetValue(general, out var known))
        {
            known = Summarize(general);
            if (Summaries.Count < MostSummaries)
            {
                Summaries.TryAdd(general, known);
            }
        }

        span.SetTag("db.operation.name", known.Operation);
        span.SetTag("db.query.summary", known.Summary);
        span.DisplayName = known.Summary;
    }

    /// <summary>The statement with the placeholder for tenants' schemas, cut to <see cref="LongestText"/>.</summary>
    public static string Generalize(string text)
    {
        var at = Find(text, 0);
        if (at < 0)
        {
            return text.Length <= LongestText ? text : text[..LongestText] + "…";
        }

        var general = new StringBuilder(text.Length);
        var from = 0;
        for (; at >= 0 && general.Length < LongestText; at = Find(text, from))
        {
            general.Append(text, from, at - from).Append(Placeholder);
            from = at + SchemaLength;
        }

        general.Append(text, from, text.Length - from);
        if (general.Length > LongestText)
        {
            general.Length = LongestText;
            general.Append('…');
        }

        return general.ToString();
    }

    /// <summary>
    /// What is done, and to which tables, such as <c>SELECT todos</c>. Of what changes something the changes are named, wherever in it they are, and not
    /// what is read for them: <c>UPDATE todos INSERT events</c>.
    /// </summary>
    public static (string Operation, string Summary) Summarize(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var operation = words.Length == 0 ? "" : words[0].TrimEnd(';').ToUpperInvariant();
        if (operation == "BEGIN" && words.Length > 1)
        {
            return ("BATCH", "BATCH");
        }

        if (operation is not ("SELECT" or "INSERT" or "UPDATE" or "DELETE" or "WITH"))
        {
            return (operation, operation);
        }

        var changes = Changes(words).Distinct().Take(MostChanges).ToList();
        if (changes.Count > 0)
        {
            return (changes[0].Split(' ')[0], string.Join(' ', changes));
        }

        var table = words.Zip(words.Skip(1)).Where(pair => pair.First.Equals("FROM", StringComparison.OrdinalIgnoreCase)).Select(pair => Table(pair.Second)).FirstOrDefault(name => name is not null);
        return ("SELECT", table is null ? "SELECT" : $"SELECT {table}");
    }

    private static IEnumerable<string> Changes(string[] words)
    {
        for (var i = 0; i + 1 < words.Length; i++)
        {
            // What begins a part of a WITH stands behind its parenthesis.
            var change = (words[i].TrimStart('(').ToUpperInvariant(), words[i + 1].ToUpperInvariant()) switch
            {
                ("INSERT", "INTO") or ("DELETE", "FROM") => i + 2,
                // FOR UPDATE locks, ON CONFLICT DO UPDATE belongs to an INSERT.
                ("UPDATE", not "SET") when i == 0 || words[i - 1].ToUpperInvariant() is not ("FOR" or "KEY" or "DO") => i + 1,
                _ => words.Length,
            };
            if (change < words.Length && Table(words[change]) is { } table)
            {
                yield return $"{words[i].TrimStart('(').ToUpperInvariant()} {table}";
            }
        }
    }

    // Without its schema; null for a query in parentheses, whose table is in it, and for a value.
    private static string? Table(string word)
    {
        var name = word.Split('(')[0];
        name = name[(name.LastIndexOf('.') + 1)..].Trim('"', ',', ';', ')');
        return name.Length == 0 || name.Contains('$', StringComparison.Ordinal) || name.Contains('\'', StringComparison.Ordinal) ? null : name;
    }

    private static int Find(string text, int from)
    {
        for (var at = text.IndexOf(SchemaStart, from, StringComparison.Ordinal); at >= 0; at = text.IndexOf(SchemaStart, at + 1, StringComparison.Ordinal))
        {
            if (at + SchemaLength <= text.Length && text[at + SchemaLength - 1] == '"' && !text.AsSpan(at + SchemaStart.Length, 32).ContainsAnyExcept(Hexadecimal))
            {
                return at;
            }
        }

        return -1;
    }
}
