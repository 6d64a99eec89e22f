using System.Net;
using System.Net.Http.Json;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Events;

public sealed class ActivityTests(ListHost api) : IClassFixture<ListHost>
{
    [Fact]
    public async Task What_happened_to_a_todo_and_in_its_list_is_listed_newest_first_a_page_at_a_time()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner, "Ours");
        var (todo, other) = (await AddTodoAsync(owner, list, "This one"), await AddTodoAsync(owner, list, "Another"));
        await OkAsync(PatchAsync(owner, $"/todos/{todo}", """{ "priority": "High" }"""));
        await OkAsync(PatchAsync(owner, $"/todos/{todo}", """{ "priority": "High" }"""));
        await OkAsync(owner.PostAsync($"/todos/{todo}/complete", null));
        await OkAsync(owner.PostAsJsonAsync($"/todos/{todo}/comments", new { text = "Done" }));
        await OkAsync(owner.DeleteAsync($"/todos/{todo}"));
        (await KindsAsync(owner, $"/todos/{todo}/activity")).ShouldBe(["todo.deleted", "comment.created", "todo.completed", "todo.changed", "todo.created"]);
        (await KindsAsync(owner, $"/todos/{other}/activity")).ShouldBe(["todo.created"]);

        var paged = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await OkAsync(owner.GetAsync($"/lists/{list}/activity?limit=2" + (cursor.Length == 0 ? "" : $"&cursor={cursor}")));
            paged.AddRange(page.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("kind").GetString()!));
            cursor = page.GetProperty("next").GetString();
            if (paged.Count == 2)
            {
                await AddTodoAsync(owner, list, "In between");
            }
        }

        paged.ShouldBe(["todo.deleted", "comment.created", "todo.completed", "todo.changed", "todo.created", "todo.created", "list.created"]);
        var changed = (await OkAsync(owner.GetAsync($"/todos/{todo}/activity"))).GetProperty("items")[3].GetProperty("changes").GetProperty("priority");
        (changed.GetProperty("from").GetString(), changed.GetProperty("to").GetString()).ShouldBe(("None", "High"));
    }

    [Fact]
    public async Task Nobody_learns_what_happened_where_they_see_nothing()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        using var stranger = await api.CreateTenantAsync();
        var (hidden, open) = (await AddListAsync(owner, "Mine"), await AddListAsync(owner, "Ours", "Tenant"));
        var todo = await AddTodoAsync(owner, hidden, "Secret so far");
        foreach (var other in (TenantClient[])[member, stranger])
        {
            await RefusedAsync(other.GetAsync($"/todos/{todo}/activity"), HttpStatusCode.NotFound, "no such todo");
            await RefusedAsync(other.GetAsync($"/lists/{hidden}/activity"), HttpStatusCode.NotFound, "no such list");
        }

        await OkAsync(PatchAsync(owner, $"/todos/{todo}", $$"""{ "listId": "{{open}}", "title": "For all" }"""));
        (await KindsAsync(member, $"/todos/{todo}/activity")).ShouldBe(["todo.changed", "todo.moved"]);
        (await KindsAsync(owner, $"/todos/{todo}/activity")).ShouldBe(["todo.changed", "todo.moved", "todo.created"]);
        (await KindsAsync(owner, $"/lists/{hidden}/activity")).ShouldBe(["todo.left", "todo.created", "list.created"]);
        await RefusedAsync(owner.GetAsync($"/todos/{Guid.NewGuid()}/activity"), HttpStatusCode.NotFound, "no such todo");
        await RefusedAsync(owner.GetAsync($"/todos/{todo}/activity?cursor={Convert.ToHexString(new byte[16])}"), HttpStatusCode.BadRequest, "");
    }

    [Fact]
    public async Task Activity_is_one_statement_and_writes_stay_one_with_their_events()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner);
        var todo = await AddTodoAsync(owner, list);
        using var statements = new StatementCount(api.Name);
        Func<Task>[] acts =
        [
            () => KindsAsync(owner, $"/todos/{todo}/activity"),
            () => KindsAsync(owner, $"/lists/{list}/activity"),
            () => AddTodoAsync(owner, list),
            () => OkAsync(owner.PostAsync($"/todos/{todo}/complete", null)),
            () => OkAsync(owner.PostAsync($"/todos/{todo}/reopen", null)),
            () => OkAsync(owner.DeleteAsync($"/todos/{todo}")),
            () => OkAsync(owner.DeleteAsync($"/todos/{todo}?force=true")),
        ];
        foreach (var act in acts)
        {
            statements.Take();
            await act();
            var sent = statements.Take();
            sent.Count.ShouldBe(1, string.Join('\n', sent));
        }
    }

    private static async Task<IReadOnlyList<string>> KindsAsync(TenantClient client, string path) =>
        [.. (await OkAsync(client.GetAsync(path))).GetProperty("items").EnumerateArray().Select(one => one.GetProperty("kind").GetString()!)];
}
