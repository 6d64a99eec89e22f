using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Data.Access;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Comments;

public sealed class CommentTests(ListHost api) : IClassFixture<ListHost>
{
    [Fact]
    public async Task A_comment_is_made_shown_changed_and_deleted()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("Talked about");
        using var response = await owner.PostAsJsonAsync($"/todos/{todo}/comments", new { text = "First *words*" });
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        response.Headers.ETag!.ToString().ShouldBe("\"1\"");
        var (path, comment) = (response.Headers.Location!.ToString(), await response.Content.ReadFromJsonAsync<JsonElement>());
        (await OkAsync(owner.GetAsync(path))).ToString().ShouldBe(comment.ToString());
        comment.GetProperty("authorId").GetGuid().ShouldBe(owner.UserId);
        await OkAsync(PatchAsync(owner, path, "{}"));
        var changed = await OkAsync(PatchAsync(owner, path, """{ "text": "Other words" }""", "\"1\""));
        (changed.GetProperty("text").GetString(), changed.GetProperty("version").GetInt32(), changed.GetProperty("editedAt").ValueKind).ShouldBe(("Other words", 2, JsonValueKind.String));
        foreach (var late in (Task<HttpResponseMessage>[])[PatchAsync(owner, path, """{ "text": "Late" }""", "\"1\""), DeleteAsync(owner, path, "\"1\"")])
        {
            await RefusedAsync(late, HttpStatusCode.PreconditionFailed, "changed it since");
        }

        await OkAsync(DeleteAsync(owner, path, "\"2\""));
        await RefusedAsync(owner.GetAsync(path), HttpStatusCode.NotFound, "no such comment");
        await RefusedAsync(owner.DeleteAsync(path), HttpStatusCode.NotFound, "no such comment");
        (await TextsAsync(owner, todo)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Comments_come_oldest_first_a_page_at_a_time_and_none_is_doubled_when_others_come_in_between()
    {
        using var owner = await api.CreateTenantAsync();
        var (todo, other) = (await owner.AddTodoAsync("Talked about"), await owner.AddTodoAsync("Another"));
        await SayAsync(owner, other, "Elsewhere");
        for (var i = 0; i < 5; i++)
        {
            await SayAsync(owner, todo, $"Comment {i}");
        }

        var seen = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await OkAsync(owner.GetAsync($"/todos/{todo}/comments?limit=2" + (cursor.Length == 0 ? "" : $"&cursor={cursor}")));
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("text").GetString()!));
            cursor = page.TryGetProperty("next", out var next) ? next.GetString() : null;
            if (seen.Count == 2)
            {
                await SayAsync(owner, todo, "Comment 5");
            }
        }

        seen.ShouldBe(Enumerable.Range(0, 6).Select(i => $"Comment {i}"));
    }

    [Fact]
    public async Task Whoever_sees_a_todo_may_comment_and_only_who_wrote_something_changes_it()
    {
        using var owner = await api.CreateTenantAsync();
        using var reader = await api.MemberAsync(owner);
        using var guest = await api.AddPersonAsync(owner.Slug, BuiltInRole.Guest);
        var list = await AddListAsync(owner);
        var todo = await AddTodoAsync(owner, list);
        var path = await SayAsync(owner, todo, "By the owner");
        await RefusedAsync(reader.GetAsync($"/todos/{todo}/comments"), HttpStatusCode.NotFound, "no such todo");
        await RefusedAsync(reader.GetAsync(path), HttpStatusCode.NotFound, "no such comment");
        await RefusedAsync(reader.PostAsJsonAsync($"/todos/{todo}/comments", new { text = "No" }), HttpStatusCode.NotFound, "no such todo");
        await RefusedAsync(reader.DeleteAsync(path), HttpStatusCode.NotFound, "no such comment");

        await ShareAsync(owner, list, reader.UserId, "Read");
        var own = await SayAsync(reader, todo, "By a reader");
        await RefusedAsync(PatchAsync(reader, path, """{ "text": "Not mine" }"""), HttpStatusCode.Forbidden, "who wrote");
        await RefusedAsync(owner.DeleteAsync(own), HttpStatusCode.Forbidden, "who wrote");
        (await TextsAsync(owner, todo)).ShouldBe(["By the owner", "By a reader"]);
        await RefusedAsync(guest.PostAsJsonAsync($"/todos/{todo}/comments", new { text = "No" }), HttpStatusCode.Forbidden, Permission.TodosWrite);

        // What one does not see any more one does not change any more, though one wrote it.
        await OkAsync(owner.DeleteAsync($"/lists/{list}/shares/users/{reader.UserId}"));
        await RefusedAsync(PatchAsync(reader, own, """{ "text": "Gone" }"""), HttpStatusCode.NotFound, "no such comment");
        await OkAsync(owner.DeleteAsync($"/todos/{todo}"));
        await RefusedAsync(owner.GetAsync($"/todos/{todo}/comments"), HttpStatusCode.NotFound, "no such todo");
        await RefusedAsync(owner.PostAsJsonAsync($"/todos/{todo}/comments", new { text = "No" }), HttpStatusCode.NotFound, "no such todo");
    }

    [Fact]
    public async Task Only_who_sees_the_todo_is_mentioned_be_it_as_its_owner_in_person_in_a_group_or_like_everybody()
    {
        using var owner = await api.CreateTenantAsync();
        using var shared = await api.MemberAsync(owner);
        using var grouped = await api.MemberAsync(owner);
        using var outsider = await api.MemberAsync(owner);
        using var stranger = await api.CreateTenantAsync();
        var (list, group) = (await AddListAsync(owner), (await OkAsync(owner.PostAsJsonAsync("/groups", new { name = "Team" }))).GetProperty("id").GetGuid());
        var todo = await AddTodoAsync(owner, list);
        await ShareAsync(owner, list, shared.UserId, "Read");
        await OkAsync(owner.PutAsync($"/groups/{group}/members/{grouped.UserId}", null));
        await OkAsync(owner.PutAsJsonAsync($"/lists/{list}/shares/groups/{group}", new { access = "Read" }));

        var path = await SayAsync(shared, todo, $"<@{grouped.UserId}> and <@{owner.UserId}>, and <@{grouped.UserId}> again, <@nobody>");
        Mentioned(await OkAsync(shared.GetAsync(path))).ShouldBe([grouped.UserId, owner.UserId]);
        foreach (var unseen in (Guid[])[outsider.UserId, stranger.UserId, Guid.NewGuid()])
        {
            foreach (var sending in (Task<HttpResponseMessage>[])[
                shared.PostAsJsonAsync($"/todos/{todo}/comments", new { text = $"<@{owner.UserId}> <@{unseen}>" }),
                PatchAsync(shared, path, $$"""{ "text": "<@{{unseen}}>" }""")])
            {
                var problem = await RefusedAsync(sending, HttpStatusCode.BadRequest, "errors");
                var rule = problem.GetProperty("errors").GetProperty("text")[0].GetString()!;
                (rule.Contains($"{unseen}", StringComparison.Ordinal), rule.Contains($"{owner.UserId}", StringComparison.Ordinal)).ShouldBe((true, false));
            }
        }

        (await OkAsync(shared.GetAsync(path))).GetProperty("version").GetInt32().ShouldBe(1);
        Mentioned(await OkAsync(PatchAsync(shared, path, $$"""{ "text": "<@{{shared.UserId}}>" }"""))).ShouldBe([shared.UserId]);
        await OkAsync(PatchAsync(owner, $"/lists/{list}", """{ "visibility": "Tenant" }"""));
        Mentioned(await OkAsync(PatchAsync(shared, path, $$"""{ "text": "<@{{outsider.UserId}}>" }"""))).ShouldBe([outsider.UserId]);
    }

    [Theory]
    [InlineData("""{ "text": "" }""")]
    [InlineData("""{ "text": "  " }""")]
    [InlineData("""{ "text": null }""")]
    [InlineData("""{ "text": "x", "authorId": "00000000-0000-7000-8000-00000000000a" }""")]
    public async Task What_a_comment_cant_be_is_refused(string json)
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("Talked about");
        using var made = await owner.PostAsync($"/todos/{todo}/comments", new StringContent(json, System.Text.Encoding.UTF8, "application/json"));
        await made.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        using var changed = await PatchAsync(owner, await SayAsync(owner, todo, "Good"), json);
        await changed.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        (await TextsAsync(owner, todo)).ShouldBe(["Good"]);
    }

    [Fact]
    public async Task Too_long_texts_and_too_many_mentions_are_refused()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("Talked about");
        using var tooLong = await owner.PostAsJsonAsync($"/todos/{todo}/comments", new { text = new string('x', 5_001) });
        await tooLong.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        var crowd = string.Join(' ', Enumerable.Range(0, 21).Select(_ => $"<@{Guid.NewGuid()}>"));
        (await RefusedAsync(owner.PostAsJsonAsync($"/todos/{todo}/comments", new { text = crowd }), HttpStatusCode.BadRequest, "errors")).ToString().ShouldContain("20 people");
    }

    [Fact]
    public async Task What_was_said_stays_when_who_said_it_is_deleted_for_good()
    {
        using var owner = await api.CreateTenantAsync();
        using var leaver = await api.MemberAsync(owner);
        var list = await AddListAsync(owner, "Ours", "Tenant");
        var todo = await AddTodoAsync(owner, list);
        var path = await SayAsync(leaver, todo, "I was here");
        await OkAsync(owner.DeleteAsync($"/users/{leaver.UserId}?force=true"));
        (await OkAsync(owner.GetAsync(path))).GetProperty("authorId").ValueKind.ShouldBe(JsonValueKind.Null);
        (await TextsAsync(owner, todo)).ShouldBe(["I was here"]);
    }

    [Fact]
    public async Task Making_changing_listing_and_deleting_are_one_statement_each()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("Talked about");
        var path = await SayAsync(owner, todo, "Warm");
        using var statements = new StatementCount(api.Name);
        Func<Task>[] acts =
        [
            () => SayAsync(owner, todo, $"<@{owner.UserId}>"),
            () => TextsAsync(owner, todo),
            () => OkAsync(PatchAsync(owner, path, """{ "text": "Changed" }""")),
            () => OkAsync(owner.DeleteAsync(path)),
        ];
        foreach (var act in acts)
        {
            statements.Take();
            await act();
            var sent = statements.Take();
            sent.Count.ShouldBe(1, string.Join('\n', sent));
        }
    }

    private static async Task<string> SayAsync(TenantClient client, Guid todo, string text)
    {
        using var response = await client.PostAsJsonAsync($"/todos/{todo}/comments", new { text });
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!.ToString();
    }

    private static async Task<IReadOnlyList<string>> TextsAsync(TenantClient client, Guid todo) =>
        [.. (await OkAsync(client.GetAsync($"/todos/{todo}/comments"))).GetProperty("items").EnumerateArray().Select(comment => comment.GetProperty("text").GetString()!)];

    private static IEnumerable<Guid> Mentioned(JsonElement comment) => comment.GetProperty("mentionIds").EnumerateArray().Select(id => id.GetGuid());
}
