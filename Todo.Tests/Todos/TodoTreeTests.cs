using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Todo.Data.Tenants;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;
using static Todo.Tests.Todos.TodoFieldTests;

namespace Todo.Tests.Todos;

public sealed class TodoTreeTests(ListHost api) : IClassFixture<ListHost>
{
    [Fact]
    public async Task A_part_is_in_the_list_of_what_it_is_a_part_of_and_moves_copies_goes_and_comes_back_with_it()
    {
        using var owner = await api.CreateTenantAsync();
        var (list, other) = (await AddListAsync(owner), await AddListAsync(owner));
        var whole = await AddTodoAsync(owner, list, "Whole");
        var part = await AddPartAsync(owner, whole, "Part");
        var small = await AddPartAsync(owner, part, "Small part");
        (await OkAsync(owner.GetAsync($"/todos/{small}"))).GetProperty("listId").GetGuid().ShouldBe(list);
        (await TitlesAsync(owner, $"/todos?parent={whole}")).ShouldBe(["Part"]);
        (await TitlesAsync(owner, $"/todos?list={list}&topLevel=true")).ShouldBe(["Whole"]);
        using var elsewhere = await owner.PostAsJsonAsync("/todos", new { title = "Elsewhere", listId = other, parentId = whole });
        (await elsewhere.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).ToString().ShouldContain("listId");

        await OkAsync(PatchAsync(owner, $"/todos/{part}", $$"""{ "listId": "{{other}}" }"""));
        (await OkAsync(owner.GetAsync($"/todos/{part}"))).GetProperty("parentId").ValueKind.ShouldBe(JsonValueKind.Null);
        (await TitlesAsync(owner, $"/todos?list={other}")).ShouldBe(["Part", "Small part"]);
        await OkAsync(PatchAsync(owner, $"/todos/{part}", $$"""{ "parentId": "{{whole}}" }"""));
        (await TitlesAsync(owner, $"/todos?list={list}")).ShouldBe(["Whole", "Part", "Small part"]);

        await OkAsync(owner.PostAsync($"/todos/{small}/complete", null));
        var copy = await OkAsync(owner.PostAsJsonAsync($"/todos/{whole}/copy", new { listId = other, title = "Copy" }));
        var copied = (await OkAsync(owner.GetAsync($"/todos?list={other}"))).GetProperty("items").EnumerateArray().ToArray();
        copied.Select(todo => todo.GetProperty("title").GetString()).ShouldBe(["Copy", "Part", "Small part"]);
        copied.ShouldAllBe(todo => todo.GetProperty("completedAt").ValueKind == JsonValueKind.Null);
        copied[1].GetProperty("parentId").GetGuid().ShouldBe(copy.GetProperty("id").GetGuid());
        copied[2].GetProperty("parentId").GetGuid().ShouldBe(copied[1].GetProperty("id").GetGuid());

        await OkAsync(owner.DeleteAsync($"/todos/{whole}"));
        (await TitlesAsync(owner, $"/todos?list={list}")).ShouldBeEmpty();
        (await TitlesAsync(owner, "/todos/trash")).ShouldBe(["Whole"]);
        await OkAsync(owner.PostAsync($"/todos/{whole}/restore", null));
        (await TitlesAsync(owner, $"/todos?list={list}")).ShouldBe(["Whole", "Part", "Small part"]);
    }

    [Fact]
    public async Task What_was_deleted_before_stays_deleted_and_a_part_comes_back_without_what_it_was_a_part_of()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner);
        var whole = await AddTodoAsync(owner, list, "Whole");
        var (first, second) = (await AddPartAsync(owner, whole, "First"), await AddPartAsync(owner, whole, "Second"));
        await OkAsync(owner.DeleteAsync($"/todos/{first}"));
        await OkAsync(owner.DeleteAsync($"/todos/{whole}"));
        (await TitlesAsync(owner, "/todos/trash")).ShouldBe(["Whole", "First"]);
        await OkAsync(owner.PostAsync($"/todos/{whole}/restore", null));
        (await TitlesAsync(owner, $"/todos?list={list}")).ShouldBe(["Whole", "Second"]);

        await OkAsync(owner.DeleteAsync($"/todos/{whole}"));
        (await OkAsync(owner.PostAsync($"/todos/{second}/restore", null))).GetProperty("parentId").ValueKind.ShouldBe(JsonValueKind.Null);
        await RefusedAsync(owner.PostAsJsonAsync("/todos", new { title = "Late", parentId = whole }), HttpStatusCode.BadRequest, "errors");
        await OkAsync(owner.DeleteAsync($"/todos/{whole}?force=true"));
        await RefusedAsync(owner.PostAsync($"/todos/{whole}/restore", null), HttpStatusCode.NotFound, "no such todo");
        (await TitlesAsync(owner, "/todos")).ShouldBe(["Second"]);
    }

    [Fact]
    public async Task No_todo_is_a_part_of_itself_and_none_is_nested_too_deep()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner);
        var chain = new List<Guid> { await AddTodoAsync(owner, list) };
        while (chain.Count < TodoItem.MaxDepth)
        {
            chain.Add(await AddPartAsync(owner, chain[^1]));
        }

        await RefusedAsync(owner.PostAsJsonAsync("/todos", new { title = "Too deep", parentId = chain[^1] }), HttpStatusCode.Conflict, "10 levels");
        var top = await AddTodoAsync(owner, list);
        await RefusedAsync(PatchAsync(owner, $"/todos/{chain[0]}", $$"""{ "parentId": "{{top}}" }"""), HttpStatusCode.Conflict, "10 levels");
        await RefusedAsync(owner.PostAsJsonAsync($"/todos/{chain[0]}/copy", new { parentId = top }), HttpStatusCode.Conflict, "10 levels");
        await RefusedAsync(PatchAsync(owner, $"/todos/{chain[0]}", $$"""{ "parentId": "{{chain[0]}}" }"""), HttpStatusCode.Conflict, "part of itself");
        await RefusedAsync(PatchAsync(owner, $"/todos/{chain[0]}", $$"""{ "parentId": "{{chain[5]}}" }"""), HttpStatusCode.Conflict, "part of itself");
    }

    [Fact]
    public async Task Whatever_is_made_a_part_of_whatever_at_once_no_circle_closes_and_no_part_leaves_its_list()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        Guid[] lists = [await AddListAsync(owner), await AddListAsync(owner)];
        var todos = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            todos.Add(await AddTodoAsync(owner, lists[i % 2]));
        }

        for (var round = 0; round < 6; round++)
        {
            using var doomed = await owner.PostAsJsonAsync("/todos", new { title = "Goes", parentId = todos[round] });
            var gone = doomed.IsSuccessStatusCode ? (await doomed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid() : todos[round];

            // Each below the next, and some to the other list, and new parts and deletions among them.
            var moves = todos.Select((todo, i) => PatchAsync(owner, $"/todos/{todo}", $$"""{ "parentId": "{{todos[(i + 1 + round) % todos.Count]}}" }"""))
                .Append(PatchAsync(owner, $"/todos/{todos[round]}", $$"""{ "listId": "{{lists[round % 2]}}", "parentId": null }"""))
                .Append(owner.PostAsJsonAsync("/todos", new { title = "New part", parentId = todos[round] }))
                .Append(owner.DeleteAsync($"/todos/{gone}"));
            foreach (var answer in await Task.WhenAll(moves))
            {
                answer.StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.NoContent, HttpStatusCode.Conflict, HttpStatusCode.BadRequest, HttpStatusCode.NotFound);
            }

            // From every todo the way up ends, in its own list, and nothing hangs below what is deleted.
            (await api.ScalarAsync<long>(
                $"""
                WITH RECURSIVE up AS (
                    SELECT id AS start, id, parent_id, 1 AS steps FROM {schema}.todos
                    UNION ALL SELECT up.start, whole.id, whole.parent_id, up.steps + 1 FROM {schema}.todos AS whole JOIN up ON whole.id = up.parent_id WHERE up.steps < 50)
                SELECT max(steps)::bigint FROM up
                """)).ShouldBeLessThanOrEqualTo(TodoItem.MaxDepth);
            (await api.ScalarAsync<long>(
                $"""
                SELECT count(*) FROM {schema}.todos AS part JOIN {schema}.todos AS whole ON whole.id = part.parent_id
                WHERE part.list_id IS DISTINCT FROM whole.list_id OR (whole.deleted_at IS NOT NULL AND part.deleted_at IS NULL)
                """)).ShouldBe(0);
        }
    }

    [Theory]
    [InlineData("DELETE", "")]
    [InlineData("DELETE", "?force=true")]
    [InlineData("POST", "/restore")]
    public async Task What_waits_for_a_list_out_of_which_its_todo_is_moved_meanwhile_is_not_done_without_holding_the_other(string method, string way)
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        var (from, to) = (await AddListAsync(owner), await AddListAsync(owner));
        var todo = await AddTodoAsync(owner, from);
        if (method == "POST")
        {
            await OkAsync(owner.DeleteAsync($"/todos/{todo}"));
        }

        // Whoever moves a todo holds both lists.
        await using var mover = await api.DataSource.OpenConnectionAsync();
        await using var moving = await mover.BeginTransactionAsync();
        await using var move = new NpgsqlCommand(
            $"""
            SELECT 1 FROM {schema}.todo_lists WHERE id IN ('{from}', '{to}') FOR NO KEY UPDATE;
            UPDATE {schema}.todos SET list_id = '{to}' WHERE id = '{todo}'
            """,
            mover,
            moving);
        await move.ExecuteNonQueryAsync();
        var waiting = SendAsync();
        await Eventually.TrueAsync(() => api.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"));
        await moving.CommitAsync();
        var before = await api.ScalarAsync<string>($"SELECT deleted_at::text || version FROM {schema}.todos");
        using (var answer = await waiting)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        }

        (await api.ScalarAsync<string>($"SELECT deleted_at::text || version FROM {schema}.todos")).ShouldBe(before);
        using var again = await SendAsync();
        again.IsSuccessStatusCode.ShouldBeTrue();

        async Task<HttpResponseMessage> SendAsync()
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"/todos/{todo}{way}");
            return await owner.SendAsync(request);
        }
    }

    [Fact]
    public async Task Todos_are_moved_beside_others_of_their_list_also_those_from_before_there_was_an_order()
    {
        using var owner = await api.CreateTenantAsync();
        var (schema, list) = (await api.SchemaAsync(owner.Slug), await AddListAsync(owner));
        await api.ExecuteAsync(
            $"""
            INSERT INTO {schema}.todos (id, list_id, title, created_by, created_at, updated_at)
            SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, '{list}', 'Old ' || n, '{owner.UserId}', now(), now() FROM generate_series(1, 4) n
            """);
        static string Old(int n) => $"00000000-0000-7000-8000-00000000000{n}";
        async Task<IReadOnlyList<string>> OrderAsync() => await TitlesAsync(owner, $"/todos?list={list}&sort=position");

        await OkAsync(PatchAsync(owner, $"/todos/{Old(4)}", $$"""{ "position": { "after": "{{Old(1)}}" } }"""));
        (await OrderAsync()).ShouldBe(["Old 1", "Old 4", "Old 2", "Old 3"]);
        await OkAsync(PatchAsync(owner, $"/todos/{Old(1)}", """{ "position": { "before": null } }"""));
        await OkAsync(PatchAsync(owner, $"/todos/{Old(3)}", """{ "position": { "after": null } }"""));
        (await OrderAsync()).ShouldBe(["Old 3", "Old 4", "Old 2", "Old 1"]);
        await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "New", listId = list, position = new { before = Old(2) } }));
        (await OrderAsync()).ShouldBe(["Old 3", "Old 4", "New", "Old 2", "Old 1"]);

        // Many at once leave one order, with all that were there in theirs.
        foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 8).Select(i => owner.PostAsJsonAsync("/todos", new { title = $"Put {i}", listId = list, position = new { after = Old(4) } }))))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        var order = await OrderAsync();
        order.Where(title => !title.StartsWith("Put", StringComparison.Ordinal)).ShouldBe(["Old 3", "Old 4", "New", "Old 2", "Old 1"]);
        order.Count.ShouldBe(13);
        (await OrderAsync()).ShouldBe(order);

        // Beside what is elsewhere, or a part of something else, is nowhere.
        var part = await AddPartAsync(owner, Guid.Parse(Old(2)));
        await RefusedAsync(PatchAsync(owner, $"/todos/{Old(1)}", $$"""{ "position": { "after": "{{part}}" } }"""), HttpStatusCode.BadRequest, "position");
        var elsewhere = await AddTodoAsync(owner, await AddListAsync(owner));
        await RefusedAsync(PatchAsync(owner, $"/todos/{Old(1)}", $$"""{ "position": { "after": "{{elsewhere}}" } }"""), HttpStatusCode.BadRequest, "position");
    }

    [Fact]
    public async Task A_copy_needs_no_more_than_reading_where_it_comes_from_and_writing_where_it_goes()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var (shared, hidden) = (await AddListAsync(owner), await AddListAsync(owner));
        await ShareAsync(owner, shared, other.UserId, "Read");
        var (seen, unseen) = (await AddTodoAsync(owner, shared, "Seen"), await AddTodoAsync(owner, hidden));
        await RefusedAsync(other.PostAsJsonAsync($"/todos/{seen}/copy", new { }), HttpStatusCode.Forbidden, "reading only");
        await RefusedAsync(other.PostAsJsonAsync($"/todos/{seen}/copy", new { listId = hidden }), HttpStatusCode.BadRequest, "listId");
        await RefusedAsync(other.PostAsJsonAsync($"/todos/{unseen}/copy", new { listId = other.UserId }), HttpStatusCode.NotFound, "no such todo");
        var copy = await OkAsync(other.PostAsJsonAsync($"/todos/{seen}/copy", new { listId = other.UserId }));
        copy.GetProperty("createdBy").GetGuid().ShouldBe(other.UserId);
        (await TitlesAsync(other, $"/todos?list={other.UserId}")).ShouldBe(["Seen"]);
    }

    private static async Task<Guid> AddPartAsync(TenantClient client, Guid parent, string title = "Part") =>
        (await OkAsync(client.PostAsJsonAsync("/todos", new { title, parentId = parent }))).GetProperty("id").GetGuid();
}
