using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FsCheck.Fluent;
using Todo.Data.Tenants;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;
using static Todo.Tests.Todos.TodoFieldTests;

namespace Todo.Tests.Todos;

public sealed class TodoPageTests(ListHost api) : IClassFixture<ListHost>
{
    private static readonly string[] Sorts = ["createdAt", "position", "title", "priority", "updatedAt", "due"];

    [Fact]
    public async Task Todos_are_filtered_by_list_assignee_state_priority_time_and_text()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var list = await AddListAsync(owner);
        await OkAsync(owner.PostAsJsonAsync("/todos/bulk", new
        {
            items = new object[]
            {
                new { title = "A 50%_off", listId = list, priority = "High", due = "2026-12-01" },
                new { title = "B", assigneeIds = new[] { owner.UserId, other.UserId }, due = "2026-12-02T10:00:00Z" },
                new { title = "C", notes = "Look at 50 offers", assigneeIds = new[] { other.UserId }, due = "2026-12-03" },
                new { title = "D", listId = list },
            },
        }));
        var done = (await OkAsync(owner.GetAsync("/todos"))).GetProperty("items")[3].GetProperty("id").GetGuid();
        await OkAsync(owner.PostAsync($"/todos/{done}/complete", null));
        foreach (var (query, expected) in new Dictionary<string, string>
        {
            [$"list={list}"] = "A 50%_off,D",
            ["assignee=me"] = "B",
            [$"assignee={other.UserId}"] = "B,C",
            ["state=Completed"] = "D",
            ["state=Open&priority=High"] = "A 50%_off",
            ["workState=Done"] = "D",
            ["workState=Assigned&state=Open"] = "B,C",
            ["workState=New"] = "A 50%_off",
            ["dueFrom=2026-12-02"] = "B,C",
            ["dueFrom=2026-12-01&dueBefore=2026-12-02T10:00:00Z"] = "A 50%_off",
            ["text=50"] = "A 50%_off,C",
            ["text=50%25_OFF"] = "A 50%_off",
            ["text=nothing"] = "",
            [$"list={Guid.NewGuid()}"] = "",
        })
        {
            string.Join(',', await TitlesAsync(owner, "/todos?" + query)).ShouldBe(expected, query);
        }

        foreach (var query in (string[])["state=Perhaps", "workState=Perhaps", "workState=99", "assignee=you", "priority=Some", "dueFrom=soon", "sort=notes", "list=x", "cursor=x", "limit=0"])
        {
            using var refused = await owner.GetAsync("/todos?" + query);
            await refused.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task A_work_state_finds_what_shows_it_whatever_the_row_is_like()
    {
        using var owner = await api.CreateTenantAsync();
        await OkAsync(owner.PostAsJsonAsync("/todos/bulk", new { items = Enumerable.Range(0, 36).Select(i => new { title = $"{i}", assigneeIds = i % 2 == 0 ? new[] { owner.UserId } : [] }) }));
        await api.ExecuteAsync($"UPDATE {await api.SchemaAsync(owner.Slug)}.todos SET work_state = title::integer / 4, completed_at = CASE WHEN title::integer / 2 % 2 = 0 THEN now() END");
        var all = (await OkAsync(owner.GetAsync("/todos"))).GetProperty("items").EnumerateArray().ToLookup(todo => todo.GetProperty("workState").GetString(), todo => todo.GetProperty("title").GetString());
        foreach (var state in Enum.GetNames<WorkState>())
        {
            all[state].ShouldNotBeEmpty(state);
            (await TitlesAsync(owner, $"/todos?workState={state}")).ShouldBe(all[state], state);
        }
    }

    [Fact]
    public async Task In_every_order_and_both_ways_paging_shows_everything_once()
    {
        using var owner = await api.CreateTenantAsync();
        var random = new Random(20_261_126);
        string[] priorities = ["None", "Low", "High"];
#pragma warning disable CA5394 // Makes samples; nothing secret.
        await OkAsync(owner.PostAsJsonAsync("/todos/bulk", new
        {
            items = Enumerable.Range(0, 23).Select(i => new { title = $"Todo {random.Next(8)}", priority = priorities[random.Next(3)], due = random.Next(3) == 0 ? null : $"2026-12-0{1 + random.Next(4)}" }),
        }));
#pragma warning restore CA5394
        foreach (var sort in Sorts)
        {
            var forward = await WalkAsync(owner, $"/todos?limit=4&sort={sort}");
            forward.Distinct().Count().ShouldBe(23, sort);
            (await WalkAsync(owner, $"/todos?limit=200&sort={sort}")).ShouldBe(forward, sort);
            (await WalkAsync(owner, $"/todos?limit=5&sort=-{sort}")).ShouldBe(Enumerable.Reverse(forward), sort);
        }

        // A cursor of another order leads nowhere.
        var cursor = (await OkAsync(owner.GetAsync("/todos?limit=4&sort=title"))).GetProperty("next").GetString();
        await RefusedAsync(owner.GetAsync($"/todos?limit=4&sort=due&cursor={cursor}"), HttpStatusCode.BadRequest, "another order");
        await RefusedAsync(owner.GetAsync($"/todos?limit=4&cursor={cursor}"), HttpStatusCode.BadRequest, "another order");
    }

    [Fact]
    public async Task Whatever_others_do_meanwhile_nothing_that_stays_is_doubled_or_lost()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner);
        var stay = new List<Guid>();
        for (var i = 0; i < 12; i++)
        {
            stay.Add(await AddTodoAsync(owner, list, $"Stays {i}"));
        }

        var gone = await AddTodoAsync(owner, list, "Goes");
        foreach (var sort in (string[])["position", "-position", "createdAt", "due"])
        {
            var seen = new List<Guid>();
            for (var url = $"/todos?limit=3&list={list}&sort={sort}"; url is not null;)
            {
                using var response = await owner.GetAsync(url);
                seen.AddRange((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray().Select(todo => todo.GetProperty("id").GetGuid()));
                url = response.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
                await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "Comes", listId = list, position = new { after = seen[^1] } }));
                await owner.DeleteAsync($"/todos/{gone}");
            }

            seen.ShouldBeUnique();
            stay.Except(seen).ShouldBeEmpty(sort);
        }
    }

    [Fact]
    public async Task Any_sequence_of_moves_puts_todos_where_a_plain_list_has_them()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner);
        var model = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            model.Add(await AddTodoAsync(owner, list));
        }

        var moves = Gen.Choose(0, 5).Three().ListOf(40).Sample(1).Single();
        foreach (var (which, where, side) in moves)
        {
            var moved = model[which];
            model.Remove(moved);
            var anchor = where < model.Count ? model[where] : (Guid?)null;
            var isAfter = side % 2 == 0;
            model.Insert(anchor is { } beside ? model.IndexOf(beside) + (isAfter ? 1 : 0) : isAfter ? 0 : model.Count, moved);
            var position = new Dictionary<string, Guid?> { [isAfter ? "after" : "before"] = anchor };
            await OkAsync(PatchAsync(owner, $"/todos/{moved}", JsonSerializer.Serialize(new { position })));
            (await WalkAsync(owner, $"/todos?list={list}&sort=position")).ShouldBe(model);
        }
    }

    private static async Task<IReadOnlyList<Guid>> WalkAsync(TenantClient client, string path)
    {
        var ids = new List<Guid>();
        for (var url = path; url is not null;)
        {
            using var response = await client.GetAsync(url);
            ids.AddRange((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray().Select(todo => todo.GetProperty("id").GetGuid()));
            url = response.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
        }

        return ids;
    }
}
