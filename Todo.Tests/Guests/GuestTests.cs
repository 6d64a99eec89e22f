using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Data.Access;
using Todo.Tests.Api;

namespace Todo.Tests.Guests;

public sealed class GuestTests(ApiHost api) : IClassFixture<ApiHost>
{
    private static readonly byte[] PngSignature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    [Fact]
    public async Task A_link_comes_with_its_code_and_shows_its_list_and_nothing_of_others()
    {
        using var owner = await api.CreateTenantAsync();
        var (list, other) = (await AddListAsync(owner, "On the door"), await AddListAsync(owner, "Private"));
        await AddTodoAsync(owner, "For guests", list);
        var hidden = await AddTodoAsync(owner, "Not for guests", other);
        await owner.AddTodoAsync("In no list");

        var made = await CreateAsync(owner, list, mayWrite: true);
        var token = made.GetProperty("token").GetString()!;
        token.ShouldStartWith("todo_guest_");
        made.GetProperty("url").GetString().ShouldBe($"{api.Address}guest#{token}");
        made.GetProperty("qrSvg").GetString().ShouldStartWith("<svg");
        made.GetProperty("qrPng").GetBytesFromBase64()[..8].ShouldBe(PngSignature);

        using var guest = api.With(token);
        var seen = await guest.GetFromJsonAsync<JsonElement>("/guest/list");
        seen.GetProperty("name").GetString().ShouldBe("On the door");
        (await TitlesAsync(guest)).ShouldBe(["For guests"]);
        using var added = await guest.PostAsJsonAsync("/guest/todos", new { title = "By a guest" });
        added.StatusCode.ShouldBe(HttpStatusCode.Created);
        var id = (await added.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        using var completed = await guest.PostAsync($"/guest/todos/{id}/complete", null);
        (await completed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("completedAt").ValueKind.ShouldBe(JsonValueKind.String);
        (await TitlesAsync(guest)).ShouldBe(["For guests", "By a guest"]);

        using var elsewhere = await guest.PostAsync($"/guest/todos/{hidden}/complete", null);
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var smuggled = await guest.PostAsJsonAsync("/guest/todos", new { title = "Elsewhere", listId = other });
        smuggled.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var untouched = await owner.GetAsync($"/todos/{hidden}");
        (await untouched.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("completedAt").ValueKind.ShouldBe(JsonValueKind.Null);
        (await api.ContentAsync((await api.SchemaAsync(owner.Slug)).Name)).ShouldNotContain(token["todo_guest_".Length..]);
        (await owner.GetStringAsync("/guest-links")).ShouldNotContain(token["todo_guest_".Length..]);
    }

    [Fact]
    public async Task A_link_for_reading_does_not_write()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner, "Read only");
        var todo = await AddTodoAsync(owner, "Look", list);
        using var guest = api.With((await CreateAsync(owner, list, mayWrite: false)).GetProperty("token").GetString()!);
        (await TitlesAsync(guest)).ShouldBe(["Look"]);
        using var added = await guest.PostAsJsonAsync("/guest/todos", new { title = "No" });
        await added.ShouldBeProblemSayingAsync(HttpStatusCode.Forbidden, "reading only");
        using var completed = await guest.PostAsync($"/guest/todos/{todo}/complete", null);
        completed.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Only_who_holds_the_permission_makes_links_and_none_that_do_more_than_they_may()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner, "Wanted");
        using var anonymous = await api.Anonymous.PostAsJsonAsync("/guest-links", new { listId = list, name = "Mint" });
        anonymous.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var member = await api.AddPersonAsync(owner.Slug, BuiltInRole.Member);
        using var refused = await member.PostAsJsonAsync("/guest-links", new { listId = list, name = "Mint" });
        await refused.ShouldBeProblemSayingAsync(HttpStatusCode.Forbidden, Permission.GuestLinksManage);
        using var guest = api.With((await CreateAsync(owner, list, mayWrite: true)).GetProperty("token").GetString()!);
        using var breeding = await guest.PostAsJsonAsync("/guest-links", new { listId = list, name = "Mint" });
        breeding.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        var schema = await api.SchemaAsync(owner.Slug);
        using var key = api.With((await api.AddKeyAsync(schema, owner.UserId, [Permission.GuestLinksManage, Permission.TodosRead])).Text);
        using var reading = await key.PostAsJsonAsync("/guest-links", new { listId = list, name = "Read" });
        reading.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var writing = await key.PostAsJsonAsync("/guest-links", new { listId = list, name = "Write", mayWrite = true });
        await writing.ShouldBeProblemSayingAsync(HttpStatusCode.Forbidden, Permission.TodosWrite);
        using var nowhere = await owner.PostAsJsonAsync("/guest-links", new { listId = Guid.CreateVersion7(), name = "Nowhere" });
        nowhere.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_link_ends_with_its_time_its_revocation_its_maker_and_its_list()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        var list = await AddListAsync(owner, "Ends");
        using var expired = api.With((await api.AddGuestLinkAsync(schema, owner.UserId, list, mayWrite: true, "interval '-1 second'")).Text);
        (await expired.GetAsync("/guest/list")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        var made = await CreateAsync(owner, list, mayWrite: true);
        using var revoked = api.With(made.GetProperty("token").GetString()!);
        (await revoked.GetAsync("/guest/list")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var revocation = await owner.DeleteAsync($"/guest-links/{made.GetProperty("id").GetGuid()}");
        revocation.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await revoked.GetAsync("/guest/list")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await api.ColumnAsync($"SELECT action FROM {await api.SchemaAsync(owner.Slug)}.audit_entries WHERE subject_id = '{made.GetProperty("id").GetGuid()}' ORDER BY id"))
            .ShouldBe(["guest_link.created", "guest_link.revoked"]);

        using var maker = await api.AddPersonAsync(owner.Slug, BuiltInRole.Administrator);
        using var orphan = api.With((await CreateAsync(maker, list, mayWrite: true)).GetProperty("token").GetString()!);
        (await orphan.GetAsync("/guest/list")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var deactivation = await owner.PostAsync($"/users/{maker.UserId}/deactivate", null);
        deactivation.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await orphan.GetAsync("/guest/list")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        using var last = api.With((await CreateAsync(owner, list, mayWrite: true)).GetProperty("token").GetString()!);
        (await last.GetAsync("/guest/list")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await api.ExecuteAsync($"DELETE FROM {schema}.todo_lists WHERE id = '{list}'");
        (await last.GetAsync("/guest/list")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var late = await last.PostAsJsonAsync("/guest/todos", new { title = "Late" });
        late.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<Guid> AddListAsync(TenantClient owner, string name)
    {
        var id = Guid.CreateVersion7();
        await api.ExecuteAsync($"INSERT INTO {await api.SchemaAsync(owner.Slug)}.todo_lists (id, name, created_at) VALUES ('{id}', '{name}', now())");
        return id;
    }

    private static async Task<Guid> AddTodoAsync(TenantClient owner, string title, Guid listId)
    {
        using var response = await owner.PostAsJsonAsync("/todos", new { title, listId });
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private static async Task<JsonElement> CreateAsync(TenantClient owner, Guid listId, bool mayWrite)
    {
        using var response = await owner.PostAsJsonAsync("/guest-links", new { listId, name = "A code", mayWrite });
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<IEnumerable<string>> TitlesAsync(HttpClient guest) =>
        (await guest.GetFromJsonAsync<JsonElement>("/guest/todos")).GetProperty("items").EnumerateArray().Select(todo => todo.GetProperty("title").GetString()!);
}
