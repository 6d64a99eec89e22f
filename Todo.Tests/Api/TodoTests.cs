using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Todo.Tests.Api;

public sealed class TodoTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task A_todo_lives_from_creation_to_deletion()
    {
        using var owner = await api.CreateTenantAsync();
        var id = await owner.AddTodoAsync("Buy milk");
        (await owner.TitlesAsync()).ShouldBe(["Buy milk"]);

        using var changed = await owner.PatchAsJsonAsync($"/todos/{id}", new { title = "Buy oat milk", notes = "two" });
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var cleared = await owner.PatchAsync($"/todos/{id}", JsonContent.Create(new Dictionary<string, string?> { ["notes"] = null }));
        var todo = await cleared.Content.ReadFromJsonAsync<JsonElement>();
        todo.GetProperty("title").GetString().ShouldBe("Buy oat milk");
        todo.GetProperty("notes").ValueKind.ShouldBe(JsonValueKind.Null);

        using var completed = await owner.PostAsync($"/todos/{id}/complete", null);
        (await completed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("completedBy").GetGuid().ShouldBe(owner.UserId);

        using var deleted = await owner.DeleteAsync($"/todos/{id}");
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var gone = await owner.GetAsync($"/todos/{id}");
        gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await owner.TitlesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Completing_twice_keeps_the_first_time()
    {
        using var owner = await api.CreateTenantAsync();
        var id = await owner.AddTodoAsync("Once");
        using var first = await owner.PostAsync($"/todos/{id}/complete", null);
        using var second = await owner.PostAsync($"/todos/{id}/complete", null);

        var at = (await first.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("completedAt").GetString();
        (await second.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("completedAt").GetString().ShouldBe(at);
    }

    [Fact]
    public async Task Paging_walks_through_everything_once_while_others_add()
    {
        using var owner = await api.CreateTenantAsync();
        for (var i = 0; i < 25; i++)
        {
            await owner.AddTodoAsync($"Todo {i:00}");
        }

        var titles = new List<string>();
        for (string? url = "/todos?limit=10"; url is not null;)
        {
            using var response = await owner.GetAsync(url);
            var page = await response.Content.ReadFromJsonAsync<JsonElement>();
            titles.AddRange(page.GetProperty("items").EnumerateArray().Select(todo => todo.GetProperty("title").GetString()!));
            url = response.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
            if (titles.Count == 10)
            {
                await owner.AddTodoAsync("Late");
            }
        }

        titles.ShouldBe([.. Enumerable.Range(0, 25).Select(i => $"Todo {i:00}"), "Late"]);
    }

    [Fact]
    public async Task The_order_of_ids_is_that_of_creation_to_the_microsecond()
    {
        using var owner = await api.CreateTenantAsync();
        for (var i = 0; i < 10; i++)
        {
            using var response = await owner.PostAsJsonAsync("/todos", new { title = "Todo" });
            var todo = await response.Content.ReadFromJsonAsync<JsonElement>();
            var id = todo.GetProperty("id").GetGuid().ToByteArray(bigEndian: true);
            var at = todo.GetProperty("createdAt").GetDateTimeOffset();

            // RFC 9562: 48 bits of milliseconds, 4 of version, then 12 that hold the fraction.
            (id[6] >> 4).ShouldBe(7);
            (((id[6] & 15) << 8) | id[7]).ShouldBe((int)(at.Ticks % TimeSpan.TicksPerMillisecond * 4096 / TimeSpan.TicksPerMillisecond));
        }
    }
}
