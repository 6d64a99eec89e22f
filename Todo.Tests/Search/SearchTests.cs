using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Search;

public sealed class SearchTests(ListHost api) : IClassFixture<ListHost>
{
    [Theory]
    [InlineData("milk", "Buy milk,Call the dairy")]
    [InlineData("MILK bread", "Buy milk")]
    [InlineData("buying", "Buy milk")]
    [InlineData("bre", "Buy milk,Bring the Brezeln")]
    [InlineData("\"the dairy\"", "Call the dairy")]
    [InlineData("\"milk fresh\"", "")]
    [InlineData("dairy or rent", "Call the dairy,Pay the rent")]
    [InlineData("milk -bread", "Call the dairy")]
    [InlineData("the", "Call the dairy,Pay the rent,Bring the Brezeln")]
    [InlineData("Brezeln", "Bring the Brezeln")]
    [InlineData("dairry", "Call the dairy")]
    [InlineData("brezzeln", "Bring the Brezeln")]
    [InlineData("brzeln", "Bring the Brezeln")]
    [InlineData("breeln", "Bring the Brezeln")]
    [InlineData("brezlen", "Bring the Brezeln")]
    [InlineData("brign brezzeln", "Bring the Brezeln")]
    [InlineData("brezzeln zebra", "")]
    [InlineData("brot", "")]
    [InlineData("mountain", "")]
    [InlineData("nothing", "")]
    [InlineData("!?", "")]
    [InlineData("' & | ! :* \\", "")]
    public async Task Words_are_found_by_stem_beginning_phrase_and_in_spite_of_typing_errors(string text, string titles)
    {
        using var owner = await SampleAsync();
        (await TitlesAsync(owner, text)).Order().ShouldBe(titles.Split(',', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Fact]
    public async Task Titles_come_before_notes_and_matches_are_shown_as_pieces_of_plain_text()
    {
        using var owner = await SampleAsync();
        var hits = (await FindAsync(owner, "milk")).GetProperty("items").EnumerateArray().ToList();
        hits.Select(hit => hit.GetProperty("todo").GetProperty("title").GetString()).ShouldBe(["Buy milk", "Call the dairy"]);
        hits[0].GetProperty("score").GetDouble().ShouldBeGreaterThan(hits[1].GetProperty("score").GetDouble());
        Parts(hits[0], "title").ShouldBe([("Buy ", false), ("milk", true)]);
        Parts(hits[1], "title").ShouldBe([("Call the dairy", false)]);
        var notes = Parts(hits[1], "notes");
        notes.ShouldContain(("milk", true));
        string.Concat(notes.Select(part => part.Text)).ShouldNotContain("<");
        (await FindAsync(owner, "rent")).GetProperty("items")[0].GetProperty("notes").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Conditions_narrow_a_search_and_what_one_may_not_see_is_not_found()
    {
        using var owner = await SampleAsync();
        using var member = await api.MemberAsync(owner);
        var list = await AddListAsync(owner);
        var hidden = await AddTodoAsync(owner, list, "Secret milk");
        (await TitlesAsync(owner, $"milk&list={list}", encoded: true)).ShouldBe(["Secret milk"]);
        (await TitlesAsync(owner, "milk&state=Completed", encoded: true)).ShouldBeEmpty();
        (await TitlesAsync(member, "milk")).ShouldBeEmpty();
        await ShareAsync(owner, list, member.UserId, "Read");
        (await TitlesAsync(member, "milk")).ShouldBe(["Secret milk"]);
        await OkAsync(owner.DeleteAsync($"/todos/{hidden}"));
        (await TitlesAsync(member, "milk")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_show_everything_once_while_others_add()
    {
        using var owner = await api.CreateTenantAsync();
        await OkAsync(owner.PostAsJsonAsync("/todos/bulk", new { items = Enumerable.Range(0, 25).Select(i => new { title = $"Water plant {i}", notes = i % 3 == 0 ? "water" : null }) }));
        var found = new List<string>();
        string? cursor = null;
        do
        {
            var page = await FindAsync(owner, $"water plant&limit=4{(cursor is null ? "" : "&cursor=" + cursor)}", encoded: true);
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(hit => hit.GetProperty("todo").GetProperty("title").GetString()!));
            cursor = page.GetProperty("next").GetString();
            await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "Something else" }));
        }
        while (cursor is not null);
        found.Order().ShouldBe(Enumerable.Range(0, 25).Select(i => $"Water plant {i}").Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("q=")]
    [InlineData("q=x&limit=0")]
    [InlineData("q=x&limit=101")]
    [InlineData("q=x&cursor=x")]
    [InlineData("q=x&cursor=AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("q=x&due=Soon")]
    public async Task What_cant_be_a_search_is_refused(string query)
    {
        using var owner = await api.CreateTenantAsync();
        using var tooLong = await owner.GetAsync("/todos/search?q=" + new string('x', 201));
        await tooLong.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        using var response = await owner.GetAsync("/todos/search?" + query);
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Whatever_is_typed_is_a_search()
    {
        using var owner = await SampleAsync();
        foreach (var text in (string[])["'", "\"", "\"unclosed", "a:*b", "\\", "\0", "\ud800", "-", "- -", "or or or", "𝄞", "<->", "%", "(", "a & !b", new string('"', 200)])
        {
            using var response = await owner.GetAsync("/todos/search?q=" + Uri.EscapeDataString(text));
            response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        }
    }

    [Fact]
    public async Task Both_kinds_of_looking_go_through_their_index()
    {
        using var owner = await SampleAsync();
        var schema = (await api.SchemaAsync(owner.Slug)).Quoted;

        // All columns, as a search wants them: an index that has those that are asked for would be read as a whole.
        foreach (var (condition, index) in new Dictionary<string, string>
        {
            ["setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('english', title), 'B') || setweight(to_tsvector('simple', COALESCE(notes, '')), 'C') || setweight(to_tsvector('english', COALESCE(notes, '')), 'D') @@ 'milk'::tsquery"] = "todos_words_idx",
            ["'dairry' <% title"] = "todos_trigrams_idx",
            ["title ILIKE '%milk%' OR notes ILIKE '%milk%'"] = "todos_trigrams_idx",
        })
        {
            (await api.ScalarAsync<string>($"BEGIN; SET LOCAL enable_seqscan = off; EXPLAIN (FORMAT JSON) SELECT * FROM {schema}.todos WHERE {condition}; COMMIT"))!.ShouldContain(index);
        }
    }

    private async Task<TenantClient> SampleAsync()
    {
        var owner = await api.CreateTenantAsync();
        await OkAsync(owner.PostAsJsonAsync("/todos/bulk", new
        {
            items = new object[]
            {
                new { title = "Buy milk", notes = "and bread" },
                new { title = "Call the dairy", notes = "Ask for <b>fresh</b> milk" },
                new { title = "Pay the rent" },
                new { title = "Bring the Brezeln" },
            },
        }));
        return owner;
    }

    private static async Task<JsonElement> FindAsync(TenantClient client, string text, bool encoded = false) =>
        await OkAsync(client.GetAsync("/todos/search?q=" + (encoded ? text : Uri.EscapeDataString(text))));

    private static async Task<List<string>> TitlesAsync(TenantClient client, string text, bool encoded = false) =>
        [.. (await FindAsync(client, text, encoded)).GetProperty("items").EnumerateArray().Select(hit => hit.GetProperty("todo").GetProperty("title").GetString()!)];

    private static List<(string Text, bool IsMatch)> Parts(JsonElement hit, string name) =>
        [.. hit.GetProperty(name).EnumerateArray().Select(part => (part.GetProperty("text").GetString()!, part.GetProperty("isMatch").GetBoolean()))];
}
