using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Data.Access;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.People;

public sealed class RoleTests(PeopleHost api) : IClassFixture<PeopleHost>
{
    [Fact]
    public async Task All_permissions_are_listed_in_groups_with_what_they_mean()
    {
        using var owner = await api.CreateTenantAsync();
        var groups = await OkAsync(owner.GetAsync("/permissions"));
        var permissions = groups.EnumerateArray().SelectMany(group => group.GetProperty("permissions").EnumerateArray()).ToArray();
        permissions.Select(permission => permission.GetProperty("name").GetString()).ShouldBe(Permission.All);
        permissions.ShouldAllBe(permission => permission.GetProperty("description").GetString()!.Length > 5);
        groups.EnumerateArray().Select(group => group.GetProperty("name").GetString()).ShouldBeUnique();
    }

    [Fact]
    public async Task Built_in_roles_stay_as_they_are()
    {
        using var owner = await api.CreateTenantAsync();
        foreach (var role in (Guid[])[BuiltInRole.Owner, BuiltInRole.Administrator, BuiltInRole.Member, BuiltInRole.Guest])
        {
            await RefusedAsync(owner.PatchAsJsonAsync($"/roles/{role}", new { name = "Other" }), HttpStatusCode.Conflict, "built in");
            await RefusedAsync(owner.DeleteAsync($"/roles/{role}"), HttpStatusCode.Conflict, "built in");
        }
    }

    [Fact]
    public async Task A_role_lives_from_creation_to_deletion_and_every_step_is_written_down()
    {
        using var owner = await api.CreateTenantAsync();
        var id = await RoleAsync(owner, Permission.TodosRead);
        var changed = await OkAsync(owner.PatchAsJsonAsync($"/roles/{id}", new { name = "Readers", permissions = new[] { Permission.TodosRead, Permission.UsersRead } }));
        changed.GetProperty("permissions").EnumerateArray().Select(one => one.GetString()).ShouldBe([Permission.TodosRead, Permission.UsersRead]);
        await RefusedAsync(owner.PostAsJsonAsync("/roles", new { name = "Readers" }), HttpStatusCode.Conflict, "with this name");
        await RefusedAsync(owner.PostAsJsonAsync("/roles", new { name = "x", permissions = new[] { "everything" } }), HttpStatusCode.BadRequest, "'everything'");

        using var stale = new HttpRequestMessage(HttpMethod.Patch, $"/roles/{id}") { Content = JsonContent.Create(new { name = "Late" }), Headers = { { "If-Match", "\"old\"" } } };
        await RefusedAsync(owner.SendAsync(stale), HttpStatusCode.PreconditionFailed, "Read it again");
        await OkAsync(owner.DeleteAsync($"/roles/{id}"));
        await RefusedAsync(owner.GetAsync($"/roles/{id}"), HttpStatusCode.NotFound, "no such role");
        (await api.ActionsAsync(owner.Slug, id)).ShouldBe(["role.created", "role.changed", "role.deleted"]);
    }

    [Fact]
    public async Task A_role_that_people_have_is_not_deleted_and_nobody_gets_one_that_is_being_deleted()
    {
        using var owner = await api.CreateTenantAsync();
        using var person = await api.PersonAsync(owner, Permission.TodosRead);
        var used = (await OkAsync(owner.GetAsync($"/users/{person.UserId}"))).GetProperty("roleId").GetGuid();
        (await RefusedAsync(owner.DeleteAsync($"/roles/{used}"), HttpStatusCode.Conflict, "1 people")).GetProperty("people").GetInt32().ShouldBe(1);

        for (var round = 0; round < 5; round++)
        {
            var role = await RoleAsync(owner, Permission.TodosRead);
            var giving = owner.PatchAsJsonAsync($"/users/{person.UserId}", new { roleId = role });
            var deleting = owner.DeleteAsync($"/roles/{role}");
            using var given = await giving;
            using var deleted = await deleting;
            given.IsSuccessStatusCode.ShouldNotBe(deleted.IsSuccessStatusCode);
            ((HttpStatusCode[])[given.StatusCode, deleted.StatusCode]).ShouldAllBe(status => (int)status < 500);
        }
    }

    [Fact]
    public async Task Me_shows_who_one_is_and_what_one_may_do()
    {
        using var owner = await api.CreateTenantAsync();
        using var person = await api.PersonAsync(owner, Permission.TodosRead);
        var me = await OkAsync(person.GetAsync("/me"));
        me.GetProperty("user").GetProperty("id").GetGuid().ShouldBe(person.UserId);
        me.GetProperty("permissions").EnumerateArray().Select(one => one.GetString()).ShouldBe([Permission.TodosRead]);
        me.GetProperty("tenant").GetProperty("slug").GetString().ShouldBe(owner.Slug);
        me.GetProperty("groups").ValueKind.ShouldBe(JsonValueKind.Array);
    }
}
