using System.Text.RegularExpressions;

namespace Todo.Api.Search;

/// <summary>What somebody typed into a search field, as PostgreSQL's full-text search takes it.</summary>
/// <param name="Web">With quotation marks, minus and <c>or</c>, as search engines have them; looked up by English word stems.</param>
/// <param name="Plain">The same for looking up words as they stand; empty if there are operators, which mean something else for each of the two.</param>
/// <param name="Prefix">All words, the last of which may be only the beginning of one: found while it is being typed. Empty likewise.</param>
/// <param name="Fuzzy">The words that titles may have in spite of typing errors; none: they are too short, or there are operators.</param>
internal sealed partial record SearchText(string Web, string Plain, string Prefix, string[] Fuzzy)
{
    /// <summary>The longest, in UTF-16 code units.</summary>
    public const int MaxLength = 200;

    // A trigram.
    private const int LeastFuzzy = 3;

    // Each is a condition of its own. Whoever types more has said what is meant.
    private const int MostFuzzy = 8;

    /// <summary>Reads any text; one without a word in it finds nothing.</summary>
    public static SearchText Of(string text)
    {
        var web = Control().Replace(text, " ").Trim();
        var words = Word().Matches(web).Select(match => match.Value).ToArray();
        if (words.Length == 0 || Operator().IsMatch(web))
        {
            return new SearchText(web, "", "", []);
        }

        // Nothing but letters and digits is quoted.
        var prefix = string.Join(" & ", words.Select(word => $"'{word}'")) + ":*";
        return new SearchText(web, web, prefix, [.. words.Where(word => word.Length >= LeastFuzzy).Take(MostFuzzy)]);
    }

    [GeneratedRegex(@"\p{C}+")]
    private static partial Regex Control();

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+")]
    private static partial Regex Word();

    [GeneratedRegex("\"|(^|\\s)-\\S|\\bor\\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Operator();
}
