using System.Globalization;
using Microsoft.EntityFrameworkCore;
using NpgsqlTypes;
using Todo.Api.Errors;
using Todo.Api.Paging;
using Todo.Api.Todos;
using Todo.Data.Tenants;

namespace Todo.Api.Search;

/// <summary>
/// Full-text search over titles and notes: words as they stand and by their English stems, titles before notes, and titles that are only like what was
/// typed, such as with a letter too many. The best come first.
/// </summary>
internal static class TodoSearch
{
    /// <summary>How many are ranked: the newest of those that fit. To rank a todo means to read its words again, and a common word may be in all.</summary>
    public const int MostRanked = 500;

    // How much of a word's trigrams a piece of a title has to share. With PostgreSQL's 0.6, "invoce" (0.57) does not find an invoice; with 0.4, "brot" finds whatever begins with br.
    private const string Likeness = "0.45";

    // Of Unicode's private area, where no text has anything.
    private const char Begin = '\uE000';
    private const char End = '\uE001';
    private static readonly string WholeTitle = $"StartSel={Begin}, StopSel={End}, HighlightAll=true";
    private static readonly string Pieces = $"StartSel={Begin}, StopSel={End}, MaxFragments=2, MaxWords=20, MinWords=8, FragmentDelimiter=\" … \"";

    /// <summary>The best of these todos, from a place on.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="todos">All that may be found.</param>
    /// <param name="text">What to look for.</param>
    /// <param name="after">The cursor of the page; null: the first.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="RefusedException">400: the cursor is of something else.</exception>
    public static async Task<List<SearchHit>> FindAsync(TenantDbContext tenant, IQueryable<TodoItem> todos, SearchText text, OrderedCursor? after, int count, CancellationToken cancellationToken)
    {
        var (web, plain, prefix, fuzzy) = text;

        // Said twice, in another order: PostgreSQL takes the three for independent, thinks that three times as many fit, and would read the words of one todo after the other, newest first, until enough do.
        var newest = Newest(Of(todos).Where(one => one.Words.Matches(one.Query) && one.Words.Matches(
            EF.Functions.ToTsQuery("simple", prefix).Or(EF.Functions.WebSearchToTsQuery("simple", plain)).Or(EF.Functions.WebSearchToTsQuery("english", web)))));
        if (fuzzy.Length > 0)
        {
            // The operator that the index knows takes what is like enough from a setting. This sets it until the statement ends, and is asked before anything is read, as it depends on no row.
            var isSet = tenant.Database.SqlQuery<string>($"SELECT set_config('pg_trgm.word_similarity_threshold', {Likeness}, true) AS \"Value\"");
            var alike = fuzzy.Aggregate(
                Of(todos).Where(one => !one.Words.Matches(one.Query) && isSet.Any(value => value != "")),
                (some, word) => some.Where(one => EF.Functions.TrigramsAreWordSimilar(word, one.Todo.Title)));

            // Only as many as there is room for: where the words were found often enough, nobody looks.
            newest = newest.Concat(Newest(alike)).Take(MostRanked);
        }

        var typed = string.Join(' ', fuzzy);
        var ranked = Of(newest).Select(one => new { one.Todo, one.Query, Score = one.Words.Rank(one.Query) + EF.Functions.TrigramsWordSimilarity(typed, one.Todo.Title) });
        if (after is { Id: var id } cursor)
        {
            var score = double.TryParse(cursor.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw RefusedException.Invalid("The cursor is not one of a search.");
            ranked = ranked.Where(one => one.Score < score || (one.Score == score && one.Todo.Id < id));
        }

        var rows = await ranked.OrderByDescending(one => one.Score).ThenByDescending(one => one.Todo.Id).Take(count)
            .Select(one => new
            {
                one.Todo,
                one.Score,
                Title = one.Query.GetResultHeadline("english", one.Todo.Title, WholeTitle),
                Notes = one.Todo.Notes == null ? null : one.Query.GetResultHeadline("english", one.Todo.Notes, Pieces),
            })
            .AsNoTracking().ToListAsync(cancellationToken);
        return rows.ConvertAll(row => new SearchHit(TodoResponse.Of(row.Todo), row.Score, Split(row.Title), row.Notes is null ? null : Split(row.Notes)));

        static IQueryable<TodoItem> Newest(IQueryable<Searched> found) => found.Select(one => one.Todo).OrderByDescending(todo => todo.Id).Take(MostRanked);

        // The same expression as in todos_words_idx: only then the index serves it.
        IQueryable<Searched> Of(IQueryable<TodoItem> some) => some.Select(todo => new Searched
        {
            Todo = todo,
            Words = EF.Functions.ToTsVector("simple", todo.Title).SetWeight(NpgsqlTsVector.Lexeme.Weight.A)
                .Concat(EF.Functions.ToTsVector("english", todo.Title).SetWeight(NpgsqlTsVector.Lexeme.Weight.B))
                .Concat(EF.Functions.ToTsVector("simple", todo.Notes ?? "").SetWeight(NpgsqlTsVector.Lexeme.Weight.C))
                .Concat(EF.Functions.ToTsVector("english", todo.Notes ?? "").SetWeight(NpgsqlTsVector.Lexeme.Weight.D)),
            Query = EF.Functions.WebSearchToTsQuery("english", web).Or(EF.Functions.WebSearchToTsQuery("simple", plain)).Or(EF.Functions.ToTsQuery("simple", prefix)),
        });
    }

    /// <summary>The cursor of the page after this hit.</summary>
    public static string Cursor(SearchHit last) => OrderedCursor.Encode(last.Score.ToString("R", CultureInfo.InvariantCulture), last.Todo.Id);

    private static List<TextPart> Split(string marked)
    {
        var parts = new List<TextPart>();
        var from = 0;
        while (from < marked.Length)
        {
            var isMatch = marked[from] == Begin;
            from += isMatch ? 1 : 0;
            var end = marked.IndexOf(isMatch ? End : Begin, from);
            end = end < 0 ? marked.Length : end;
            if (end > from)
            {
                parts.Add(new TextPart(marked[from..end], isMatch));
            }

            from = end + (isMatch ? 1 : 0);
        }

        return parts;
    }

    private sealed class Searched
    {
        public required TodoItem Todo { get; init; }

        public required NpgsqlTsVector Words { get; init; }

        public required NpgsqlTsQuery Query { get; init; }
    }
}
