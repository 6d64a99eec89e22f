using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Tests.Api;
using Todo.Tests.Edge;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.TodoBackend;

/// <summary>What clients of the Todo-Backend contract rely on, in its order.</summary>
public sealed class TodoBackendTests(OneOriginHost api) : IClassFixture<OneOriginHost>
{
    private const string Root = "/todo-backend/todos";

    [Fact]
    public async Task The_root_answers_with_an_array_takes_todos_and_can_be_emptied()
    {
        using var owner = await api.CreateTenantAsync();
        (await TodosAsync(owner)).ShouldBeEmpty();
        await OkAsync(owner.DeleteAsync(Root));

        using var posted = await owner.PostAsJsonAsync(Root, new { title = "walk the dog" });
        posted.StatusCode.ShouldBe(HttpStatusCode.Created);
        var todo = await posted.Content.ReadFromJsonAsync<JsonElement>();
        todo.GetProperty("title").GetString().ShouldBe("walk the dog");
        todo.GetProperty("completed").GetBoolean().ShouldBeFalse();
        var url = todo.GetProperty("url").GetString()!;
        url.ShouldStartWith(api.Address.ToString());
        posted.Headers.Location!.ToString().ShouldBe(url);
        (await OkAsync(owner.GetAsync(url))).ToString().ShouldBe(todo.ToString());
        (await TodosAsync(owner)).Select(one => one.ToString()).ShouldBe([todo.ToString()]);

        await OkAsync(owner.DeleteAsync(Root));
        (await TodosAsync(owner)).ShouldBeEmpty();
        await RefusedAsync(owner.GetAsync(url), HttpStatusCode.NotFound, "no such todo");

        // They are in the trash, like everything that is deleted.
        (await OkAsync(owner.GetAsync("/todos/trash"))).GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_todo_is_changed_and_deleted_by_its_url()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await OkAsync(owner.PostAsJsonAsync(Root, new { title = "initial title", order = 523 }));
        todo.GetProperty("order").GetInt32().ShouldBe(523);
        var url = todo.GetProperty("url").GetString()!;
        (await OkAsync(owner.PatchAsJsonAsync(url, new { title = "bathe the cat" }))).GetProperty("title").GetString().ShouldBe("bathe the cat");
        (await OkAsync(owner.PatchAsJsonAsync(url, new { completed = true }))).GetProperty("completed").GetBoolean().ShouldBeTrue();
        (await OkAsync(owner.PatchAsJsonAsync(url, new { order = 95 }))).GetProperty("order").GetInt32().ShouldBe(95);
        var stored = (await TodosAsync(owner)).ShouldHaveSingleItem();
        (stored.GetProperty("title").GetString(), stored.GetProperty("completed").GetBoolean(), stored.GetProperty("order").GetInt32()).ShouldBe(("bathe the cat", true, 95));
        (await OkAsync(owner.PatchAsJsonAsync(url, new { completed = false }))).GetProperty("completed").GetBoolean().ShouldBeFalse();

        // It is the same todo as everywhere else.
        (await OkAsync(owner.GetAsync($"/todos/{todo.GetProperty("id").GetGuid()}"))).GetProperty("listId").GetGuid().ShouldBe(owner.UserId);
        await OkAsync(owner.DeleteAsync(url));
        (await TodosAsync(owner)).ShouldBeEmpty();
        await RefusedAsync(owner.DeleteAsync(url), HttpStatusCode.NotFound, "no such todo");
        await RefusedAsync(owner.PatchAsJsonAsync(url, new { title = "Late" }), HttpStatusCode.NotFound, "no such todo");
        using var empty = await owner.PostAsJsonAsync(Root, new { title = "" });
        await empty.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Todos_are_in_the_order_of_their_numbers()
    {
        using var owner = await api.CreateTenantAsync();
        foreach (var order in (int[])[10, -5, int.MaxValue, 0, int.MinValue, 9])
        {
            await OkAsync(owner.PostAsJsonAsync(Root, new { title = $"{order}", order }));
        }

        (await TodosAsync(owner)).Select(todo => todo.GetProperty("order").GetInt32()).ShouldBe([int.MinValue, -5, 0, 9, 10, int.MaxValue]);
    }

    [Fact]
    public async Task Everybody_has_a_collection_of_their_own()
    {
        using var owner = await api.CreateTenantAsync();
        using var stranger = await api.CreateTenantAsync();
        using var colleague = await api.AddPersonAsync(owner.Slug, Data.Access.BuiltInRole.Member);
        var url = (await OkAsync(owner.PostAsJsonAsync(Root, new { title = "Mine" }))).GetProperty("url").GetString()!;
        foreach (var other in (TenantClient[])[stranger, colleague])
        {
            (await TodosAsync(other)).ShouldBeEmpty();
            await OkAsync(other.DeleteAsync(Root));
            (await other.GetAsync(url)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await other.DeleteAsync(url)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        (await TodosAsync(owner)).Count.ShouldBe(1);
        (await api.Anonymous.GetAsync(Root)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task A_browser_may_ask_first(string method)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, Root);
        request.Headers.Add("Origin", OneOriginHost.Origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        using var response = await api.Anonymous.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        response.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe([OneOriginHost.Origin]);
        string.Join(',', response.Headers.GetValues("Access-Control-Allow-Methods")).ShouldContain(method);
    }

    private static async Task<IReadOnlyList<JsonElement>> TodosAsync(TenantClient client) => [.. (await OkAsync(client.GetAsync(Root))).EnumerateArray()];
}
