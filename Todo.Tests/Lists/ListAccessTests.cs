using System.Net;
using System.Net.Http.Json;
using Todo.Data.Access;
using Todo.Tests.Api;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Lists;

public sealed class ListAccessTests(ListHost api) : IClassFixture<ListHost>
{
    [Fact]
    public async Task A_private_list_and_its_todos_are_not_there_for_others()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var list = await AddListAsync(owner);
        var todo = await AddTodoAsync(owner, list);
        await ShouldHaveAsync(other, list, todo, "None");
        (await NamesAsync(other)).ShouldBeEmpty();
        (await other.TitlesAsync()).ShouldBeEmpty();
        await RefusedAsync(other.PostAsJsonAsync("/guest-links", new { listId = list, name = "Way in" }), HttpStatusCode.Forbidden, "guest_links");
    }

    [Theory]
    [InlineData("Read")]
    [InlineData("Write")]
    [InlineData("Manage")]
    public async Task What_a_list_is_shared_for_is_what_one_may_do_until_it_is_not_shared_any_more(string access)
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        using var third = await api.MemberAsync(owner);
        var list = await AddListAsync(owner, "Shared");
        var todo = await AddTodoAsync(owner, list);
        await ShareAsync(owner, list, other.UserId, "Read");
        await ShareAsync(owner, list, other.UserId, access);
        await ShouldHaveAsync(other, list, todo, access);
        await ShouldHaveAsync(third, list, todo, "None");
        (await OkAsync(other.GetAsync($"/lists/{list}/shares"))).EnumerateArray().Select(share => share.GetProperty("access").GetString()).ShouldBe([access]);

        // Whoever it is shared with may leave.
        await OkAsync(other.DeleteAsync($"/lists/{list}/shares/users/{other.UserId}"));
        await ShouldHaveAsync(other, list, todo, "None");
    }

    [Fact]
    public async Task A_list_shared_with_a_group_is_its_members_as_long_as_they_are_in_it_and_of_several_shares_the_most_counts()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var list = await AddListAsync(owner);
        var todo = await AddTodoAsync(owner, list);
        var group = (await OkAsync(owner.PostAsJsonAsync("/groups", new { name = "Team" }))).GetProperty("id").GetGuid();
        await OkAsync(owner.PutAsJsonAsync($"/lists/{list}/shares/groups/{group}", new { access = "Write" }));
        await ShouldHaveAsync(other, list, todo, "None");
        await OkAsync(owner.PutAsync($"/groups/{group}/members/{other.UserId}", null));
        await ShouldHaveAsync(other, list, todo, "Write");
        await ShareAsync(owner, list, other.UserId, "Read");
        await ShouldHaveAsync(other, list, todo, "Write");
        await OkAsync(owner.DeleteAsync($"/groups/{group}/members/{other.UserId}"));
        await ShouldHaveAsync(other, list, todo, "Read");
        await OkAsync(owner.PutAsync($"/groups/{group}/members/{other.UserId}", null));
        await OkAsync(owner.DeleteAsync($"/groups/{group}"));
        await ShouldHaveAsync(other, list, todo, "Read");
        await OkAsync(owner.DeleteAsync($"/lists/{list}/shares/users/{other.UserId}"));
        await ShouldHaveAsync(other, list, todo, "None");
    }

    [Fact]
    public async Task A_list_that_the_tenant_sees_is_everybodys_to_work_in_and_its_owners_to_manage()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        using var guest = await api.AddPersonAsync(owner.Slug, BuiltInRole.Guest);
        var list = await AddListAsync(owner, "Ours", "Tenant");
        var todo = await AddTodoAsync(owner, list);
        await ShouldHaveAsync(other, list, todo, "Write");
        (await guest.TitlesAsync()).ShouldContain("Changed");
        await RefusedAsync(guest.PostAsync($"/todos/{todo}/complete", null), HttpStatusCode.Forbidden, Permission.TodosWrite);
        await OkAsync(PatchAsync(owner, $"/lists/{list}", """{ "visibility": "Private" }"""));
        await ShouldHaveAsync(other, list, todo, "None");
    }

    [Fact]
    public async Task Lists_and_todos_from_before_there_were_owners_stay_everybodys()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var (schema, list, inside, alone) = (await api.SchemaAsync(owner.Slug), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await api.ExecuteAsync(
            $"""
            INSERT INTO {schema}.todo_lists (id, name, created_at) VALUES ('{list}', 'Old', now());
            INSERT INTO {schema}.todos (id, list_id, title, created_by, created_at, updated_at)
            VALUES ('{inside}', '{list}', 'In it', '{owner.UserId}', now(), now()), ('{alone}', NULL, 'In none', '{owner.UserId}', now(), now());
            """);
        (await other.TitlesAsync()).ShouldBe(["In it", "In none"], ignoreOrder: true);
        await OkAsync(other.PostAsync($"/todos/{alone}/complete", null));
        await ShouldHaveAsync(other, list, inside, "Manage");
    }

    [Fact]
    public async Task A_todo_is_moved_only_to_a_list_in_which_one_may_write()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var (mine, read, hidden) = (await AddListAsync(other), await AddListAsync(owner), await AddListAsync(owner));
        await ShareAsync(owner, read, other.UserId, "Read");
        var todo = await AddTodoAsync(other, mine);
        await RefusedAsync(PatchAsync(other, $"/todos/{todo}", $$"""{ "listId": "{{hidden}}" }"""), HttpStatusCode.BadRequest, "listId");
        await RefusedAsync(PatchAsync(other, $"/todos/{todo}", $$"""{ "listId": "{{read}}" }"""), HttpStatusCode.Forbidden, "reading only");
        await ShareAsync(owner, read, other.UserId, "Write");
        await OkAsync(PatchAsync(other, $"/todos/{todo}", $$"""{ "listId": "{{read}}" }"""));
        (await owner.TitlesAsync()).Count.ShouldBe(1);

        // Null is the inbox of whoever says so, which is made for it.
        (await OkAsync(PatchAsync(other, $"/todos/{todo}", """{ "listId": null }"""))).GetProperty("listId").GetGuid().ShouldBe(other.UserId);
        (await owner.TitlesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_key_does_what_its_maker_may_and_a_guest_what_the_links_maker_may_in_its_list()
    {
        using var owner = await api.CreateTenantAsync();
        using var maker = await api.AddPersonAsync(owner.Slug, BuiltInRole.Administrator);
        var schema = await api.SchemaAsync(owner.Slug);
        using var key = api.With((await api.AddKeyAsync(schema, maker.UserId, [Permission.TodosRead, Permission.TodosWrite])).Text);
        var list = await AddListAsync(owner);
        var todo = await AddTodoAsync(owner, list);
        (await key.GetAsync($"/todos/{todo}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await RefusedAsync(maker.PostAsJsonAsync("/guest-links", new { listId = list, name = "Door" }), HttpStatusCode.BadRequest, "listId");

        await ShareAsync(owner, list, maker.UserId, "Read");
        (await key.GetAsync($"/todos/{todo}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await key.PostAsync($"/todos/{todo}/complete", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        await RefusedAsync(maker.PostAsJsonAsync("/guest-links", new { listId = list, name = "Door", mayWrite = true }), HttpStatusCode.Forbidden, "only read");

        await ShareAsync(owner, list, maker.UserId, "Write");
        var link = await OkAsync(maker.PostAsJsonAsync("/guest-links", new { listId = list, name = "Door", mayWrite = true }));
        using var guest = api.With(link.GetProperty("token").GetString()!);
        await OkAsync(guest.PostAsJsonAsync("/guest/todos", new { title = "By a guest" }));
        await ShareAsync(owner, list, maker.UserId, "Read");
        await OkAsync(guest.GetAsync("/guest/list"));
        (await guest.PostAsJsonAsync("/guest/todos", new { title = "Not any more" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await OkAsync(owner.DeleteAsync($"/lists/{list}/shares/users/{maker.UserId}"));
        (await guest.GetAsync("/guest/list")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await OkAsync(guest.GetAsync("/guest/todos"))).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Lists_of_somebody_who_is_deleted_for_good_go_to_the_heir_the_inbox_as_a_list_like_others()
    {
        using var owner = await api.CreateTenantAsync();
        using var leaver = await api.MemberAsync(owner);
        await leaver.AddTodoAsync("In the inbox");
        await AddListAsync(leaver, "Private one");
        await RefusedAsync(owner.DeleteAsync($"/users/{leaver.UserId}?force=true"), HttpStatusCode.Conflict, "2 lists");
        await OkAsync(owner.DeleteAsync($"/users/{leaver.UserId}?force=true&reassignTo={owner.UserId}"));
        (await NamesAsync(owner)).ShouldBe(["Inbox of Pat Person", "Private one"], ignoreOrder: true);
        (await owner.TitlesAsync()).ShouldBe(["In the inbox"]);
        await OkAsync(DeleteAsync(owner, $"/lists/{leaver.UserId}"));
    }

    [Fact]
    public async Task Nobody_else_sees_or_restores_what_somebody_deleted()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var list = await AddListAsync(owner, "Gone", "Tenant");
        await OkAsync(DeleteAsync(owner, $"/lists/{list}"));
        (await NamesAsync(other, "/lists/trash")).ShouldBeEmpty();
        await RefusedAsync(other.PostAsync($"/lists/{list}/restore", null), HttpStatusCode.Forbidden, "owner");
    }

    // Every way to a list and to a todo in it, for somebody with this access and no other.
    private static async Task ShouldHaveAsync(TenantClient client, Guid list, Guid todo, string access)
    {
        var level = Array.IndexOf((string[])["None", "Read", "Write", "Manage"], access);
        HttpStatusCode Needs(int needed) => level >= needed ? HttpStatusCode.OK : level == 0 ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden;
        async Task ShouldAnswerAsync(Task<HttpResponseMessage> sending, int needed, HttpStatusCode? without = null)
        {
            using var response = await sending;
            var expected = Needs(needed) is var status && status == HttpStatusCode.NotFound ? without ?? status : status;
            var answer = response.IsSuccessStatusCode ? HttpStatusCode.OK : response.StatusCode;
            answer.ShouldBe(expected, $"{access}: {response.RequestMessage!.Method} {response.RequestMessage.RequestUri}");
        }

        await ShouldAnswerAsync(client.GetAsync($"/lists/{list}"), 1);
        await ShouldAnswerAsync(client.GetAsync($"/todos/{todo}"), 1);
        await ShouldAnswerAsync(client.GetAsync($"/lists/{list}/shares"), 1);
        await ShouldAnswerAsync(PatchAsync(client, $"/todos/{todo}", """{ "title": "Changed" }"""), 2);
        await ShouldAnswerAsync(client.PostAsync($"/todos/{todo}/complete", null), 2);
        await ShouldAnswerAsync(client.PostAsJsonAsync("/todos", new { title = "Another", listId = list }), 2, HttpStatusCode.BadRequest);
        await ShouldAnswerAsync(PatchAsync(client, $"/lists/{list}", """{ "name": "Renamed" }"""), 3);
        await ShouldAnswerAsync(client.DeleteAsync($"/lists/{list}/shares/groups/{Guid.CreateVersion7()}"), 3);
        if (level > 0)
        {
            (await OkAsync(client.GetAsync($"/lists/{list}"))).GetProperty("access").GetString().ShouldBe(access);
        }
        else
        {
            await RefusedAsync(DeleteAsync(client, $"/lists/{list}"), HttpStatusCode.NotFound, "no such list");
            await RefusedAsync(client.DeleteAsync($"/todos/{todo}"), HttpStatusCode.NotFound, "no such todo");
        }
    }
}
