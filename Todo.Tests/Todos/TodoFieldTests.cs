using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Data.Access;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Todos;

public sealed class TodoFieldTests(ListHost api) : IClassFixture<ListHost>
{
    [Fact]
    public async Task A_todo_keeps_everything_that_it_was_made_with()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        using var response = await owner.PostAsJsonAsync("/todos", new
        {
            title = "Write the report",
            notes = "# All *of* it",
            priority = "High",
            colour = "#AABBCC",
            start = "2026-12-01T09:00:00+01:00",
            due = "2026-12-04T16:30:00Z",
            timeZone = "Europe/Berlin",
            reminders = new[] { 60, 0, 60, 1440 },
            estimateMinutes = 90,
            assigneeIds = new[] { other.UserId, owner.UserId, other.UserId },
        });
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        var todo = await response.Content.ReadFromJsonAsync<JsonElement>();
        var path = response.Headers.Location!.ToString();
        response.Headers.ETag!.ToString().ShouldBe("\"1\"");
        (await OkAsync(owner.GetAsync(path))).ToString().ShouldBe(todo.ToString());
        (await OkAsync(owner.GetAsync("/todos"))).GetProperty("items")[0].ToString().ShouldBe(todo.ToString());
        todo.GetProperty("start").GetString().ShouldBe("2026-12-01T08:00:00+00:00");
        todo.GetProperty("timeZone").GetString().ShouldBe("Europe/Berlin");
        todo.GetProperty("priority").GetString().ShouldBe("High");
        todo.GetProperty("colour").GetString().ShouldBe("#aabbcc");
        todo.GetProperty("reminders").EnumerateArray().Select(minutes => minutes.GetInt32()).ShouldBe([0, 60, 1440]);
        todo.GetProperty("assigneeIds").EnumerateArray().Select(id => id.GetGuid()).ShouldBe([other.UserId, owner.UserId]);
        todo.GetProperty("source").GetString().ShouldBe("User");

        // What is absent stays, what is null goes.
        var changed = await OkAsync(PatchAsync(owner, path, """{ "due": null, "colour": null, "assigneeIds": null, "reminders": [5] }"""));
        changed.GetProperty("due").ValueKind.ShouldBe(JsonValueKind.Null);
        changed.GetProperty("colour").ValueKind.ShouldBe(JsonValueKind.Null);
        changed.GetProperty("assigneeIds").GetArrayLength().ShouldBe(0);
        changed.GetProperty("estimateMinutes").GetInt32().ShouldBe(90);
        changed.GetProperty("start").GetString().ShouldBe(todo.GetProperty("start").GetString());
        changed.GetProperty("version").GetInt32().ShouldBe(2);
        (await TagAsync(owner, path)).ShouldBe("\"2\"");

        // Nothing changes by saying what is so.
        await OkAsync(PatchAsync(owner, path, """{ "priority": "High", "reminders": [5], "timeZone": "Europe/Berlin" }"""));
        (await TagAsync(owner, path)).ShouldBe("\"2\"");
    }

    [Fact]
    public async Task A_day_is_a_day_in_the_zone_that_it_was_meant_in()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "All day", due = "2026-12-24", timeZone = "America/New_York" }));
        var path = $"/todos/{todo.GetProperty("id").GetGuid()}";
        todo.GetProperty("due").GetString().ShouldBe("2026-12-24");

        // In another zone it is the same day, and other moments are.
        (await OkAsync(PatchAsync(owner, path, """{ "timeZone": "Asia/Tokyo" }"""))).GetProperty("due").GetString().ShouldBe("2026-12-24");
        (await TitlesAsync(owner, "/todos?dueFrom=2026-12-23T15:00:00Z&dueBefore=2026-12-23T15:00:01Z")).ShouldBe(["All day"]);
        await RefusedAsync(PatchAsync(owner, path, """{ "start": "2026-12-24T09:00:00Z" }"""), HttpStatusCode.BadRequest, "errors");
        await OkAsync(PatchAsync(owner, path, """{ "start": "2026-12-24T09:00:00Z", "due": "2026-12-24T10:00:00Z" }"""));
    }

    [Theory]
    [InlineData("""{ "title": "x", "priority": "Highest" }""", "priority")]
    [InlineData("""{ "title": "x", "priority": 9 }""", "priority")]
    [InlineData("""{ "title": "x", "colour": "#12345" }""", "colour")]
    [InlineData("""{ "title": "x", "due": "soon" }""", "due")]
    [InlineData("""{ "title": "x", "due": 20261201 }""", "due")]
    [InlineData("""{ "title": "x", "start": "2026-12-02", "due": "2026-12-01" }""", "due")]
    [InlineData("""{ "title": "x", "start": "2026-12-01", "due": "2026-12-01T09:00:00Z" }""", "due")]
    [InlineData("""{ "title": "x", "timeZone": "Europe/Atlantis" }""", "timeZone")]
    [InlineData("""{ "title": "x", "reminders": [10] }""", "reminders")]
    [InlineData("""{ "title": "x", "due": "2026-12-01", "reminders": [-1] }""", "reminders")]
    [InlineData("""{ "title": "x", "due": "2026-12-01", "reminders": [1,2,3,4,5,6,7,8,9,10,11] }""", "reminders")]
    [InlineData("""{ "title": "x", "estimateMinutes": 0 }""", "estimateMinutes")]
    [InlineData("""{ "title": "x", "assigneeIds": ["00000000-0000-7000-8000-00000000000a"] }""", "assigneeIds")]
    [InlineData("""{ "title": "x", "parentId": "00000000-0000-7000-8000-00000000000a" }""", "parentId")]
    [InlineData("""{ "title": "x", "position": { "after": "00000000-0000-7000-8000-00000000000a" } }""", "position")]
    [InlineData("""{ "title": "x", "source": "Import" }""", "source")]
    public async Task What_a_todo_cant_be_is_refused_with_the_place_whether_alone_or_among_others(string json, string field)
    {
        using var owner = await api.CreateTenantAsync();
        using var alone = await owner.PostAsync("/todos", Json(json));
        (await alone.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).ToString().ShouldContain(field);
        using var among = await owner.PostAsync("/todos/bulk", Json($$"""{ "items": [{ "title": "Good" }, {{json}}] }"""));
        var problem = (await among.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).ToString();
        problem.ShouldContain(field);
        if (field != "position")
        {
            problem.ShouldContain("tems[1]", Case.Sensitive, problem);
        }

        (await owner.TitlesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_are_made_in_one_call_in_their_order_or_none_and_each_that_cant_be_is_named()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var (list, hidden) = (await AddListAsync(owner), await AddListAsync(other));
        var refused = await RefusedAsync(owner.PostAsJsonAsync("/todos/bulk", new
        {
            items = new object[]
            {
                new { title = "Good", listId = list },
                new { title = "Hidden", listId = hidden },
                new { title = "Stranger", listId = list, assigneeIds = new[] { Guid.NewGuid() } },
            },
        }), HttpStatusCode.BadRequest, "errors");
        refused.GetProperty("errors").EnumerateObject().Select(error => error.Name).ShouldBe(["items[2].assigneeIds"]);
        refused = await RefusedAsync(owner.PostAsJsonAsync("/todos/bulk", new { items = new object[] { new { title = "Good", listId = list }, new { title = "Hidden", listId = hidden } } }), HttpStatusCode.BadRequest, "errors");
        refused.GetProperty("errors").EnumerateObject().Select(error => error.Name).ShouldBe(["items[1].listId"]);
        (await owner.TitlesAsync()).ShouldBeEmpty();

        var made = await OkAsync(owner.PostAsJsonAsync("/todos/bulk", new { items = Enumerable.Range(0, 100).Select(i => new { title = $"Todo {i:00}", listId = i % 2 == 0 ? list : (Guid?)null }) }));
        var titles = Enumerable.Range(0, 100).Select(i => $"Todo {i:00}");
        made.GetProperty("items").EnumerateArray().Select(todo => todo.GetProperty("title").GetString()).ShouldBe(titles);
        (await TitlesAsync(owner, "/todos?limit=200")).ShouldBe(titles);
        (await TitlesAsync(owner, $"/todos?limit=200&list={list}&sort=position")).ShouldBe(titles.Where((_, i) => i % 2 == 0));
        using var tooMany = await owner.PostAsJsonAsync("/todos/bulk", new { items = Enumerable.Range(0, 101).Select(i => new { title = "Todo" }) });
        await tooMany.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Every_change_is_to_the_version_that_was_seen()
    {
        using var owner = await api.CreateTenantAsync();
        var path = $"/todos/{await owner.AddTodoAsync("Seen")}";
        await OkAsync(PatchAsync(owner, path, """{ "title": "Changed" }""", "\"1\""));
        (HttpMethod, string)[] changes = [(HttpMethod.Patch, ""), (HttpMethod.Post, "/complete"), (HttpMethod.Post, "/reopen"), (HttpMethod.Delete, ""), (HttpMethod.Delete, "?force=true")];
        foreach (var (method, suffix) in changes)
        {
            using var request = new HttpRequestMessage(method, path + suffix) { Content = method == HttpMethod.Patch ? Json("""{ "title": "Late" }""") : null };
            request.Headers.TryAddWithoutValidation("If-Match", "\"1\", \"other\", W/\"2\"");
            using var late = await owner.SendAsync(request);
            await late.ShouldBeProblemAsync(HttpStatusCode.PreconditionFailed);
            late.Headers.ETag!.ToString().ShouldBe("\"2\"");
        }

        (await OkAsync(owner.GetAsync(path))).GetProperty("title").GetString().ShouldBe("Changed");
        using var completion = new HttpRequestMessage(HttpMethod.Post, path + "/complete");
        completion.Headers.TryAddWithoutValidation("If-Match", "\"2\"");
        using var completed = await owner.SendAsync(completion);
        completed.Headers.ETag!.ToString().ShouldBe("\"3\"");
        (await OkAsync(owner.PostAsync(path + "/reopen", null))).GetProperty("completedBy").ValueKind.ShouldBe(JsonValueKind.Null);
        await OkAsync(DeleteAsync(owner, path, "\"4\""));

        // Those who do not say what they have seen lose nothing of each other's.
        var shared = $"/todos/{await owner.AddTodoAsync("Shared")}";
        string[] patches = ["""{ "title": "Everything" }""", """{ "notes": "More" }""", """{ "priority": "Low" }""", """{ "estimateMinutes": 5 }"""];
        foreach (var answer in await Task.WhenAll(patches.Select(patch => PatchAsync(owner, shared, patch))))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        var todo = await OkAsync(owner.GetAsync(shared));
        (todo.GetProperty("title").GetString(), todo.GetProperty("notes").GetString(), todo.GetProperty("priority").GetString(), todo.GetProperty("version").GetInt32())
            .ShouldBe(("Everything", "More", "Low", 5));
    }

    [Fact]
    public async Task Where_a_todo_comes_from_is_kept()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        using var key = api.With((await api.AddKeyAsync(schema, owner.UserId, [Permission.TodosWrite])).Text);
        (await OkAsync(key.PostAsJsonAsync("/todos", new { title = "By a machine" }))).GetProperty("source").GetString().ShouldBe("ApiKey");
        var list = await AddListAsync(owner);
        using var guest = api.With((await api.AddGuestLinkAsync(schema, owner.UserId, list, mayWrite: true)).Text);
        var id = (await OkAsync(guest.PostAsJsonAsync("/guest/todos", new { title = "By a guest" }))).GetProperty("id").GetGuid();
        (await OkAsync(owner.GetAsync($"/todos/{id}"))).GetProperty("source").GetString().ShouldBe("Guest");
    }

    [Fact]
    public async Task Whoever_is_deleted_for_good_has_nothing_to_do_any_more()
    {
        using var owner = await api.CreateTenantAsync();
        using var leaver = await api.MemberAsync(owner);
        var id = (await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "Theirs", assigneeIds = new[] { owner.UserId, leaver.UserId } }))).GetProperty("id").GetGuid();
        await OkAsync(owner.DeleteAsync($"/users/{leaver.UserId}?force=true"));
        (await OkAsync(owner.GetAsync($"/todos/{id}"))).GetProperty("assigneeIds").EnumerateArray().Select(person => person.GetGuid()).ShouldBe([owner.UserId]);
    }

    [Fact]
    public async Task Making_completing_deleting_and_filtering_are_one_statement_each_and_changing_is_two()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner);
        var id = await AddTodoAsync(owner, list);
        using var statements = new StatementCount(api.Name);
        async Task ShouldBeAsync(int count, Func<Task> act)
        {
            statements.Take();
            await act();
            var sent = statements.Take();
            sent.Count.ShouldBe(count, string.Join('\n', sent));
        }

        await ShouldBeAsync(1, () => AddTodoAsync(owner, list));
        await ShouldBeAsync(1, () => TitlesAsync(owner, $"/todos?list={list}&state=Open&assignee=me&priority=High&dueFrom=2026-01-01&text=x&sort=-due"));
        await ShouldBeAsync(1, () => OkAsync(owner.GetAsync($"/todos/{id}")));
        await ShouldBeAsync(1, () => OkAsync(owner.PostAsync($"/todos/{id}/complete", null)));
        await ShouldBeAsync(2, () => OkAsync(PatchAsync(owner, $"/todos/{id}", """{ "title": "Changed" }""")));
        await ShouldBeAsync(1, () => OkAsync(owner.DeleteAsync($"/todos/{id}")));
    }

    internal static StringContent Json(string json) => new(json, System.Text.Encoding.UTF8, "application/json");

    internal static async Task<IReadOnlyList<string>> TitlesAsync(HttpClient client, string path) =>
        [.. (await OkAsync(client.GetAsync(path))).GetProperty("items").EnumerateArray().Select(todo => todo.GetProperty("title").GetString()!)];
}
