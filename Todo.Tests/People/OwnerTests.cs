using System.Net;
using System.Net.Http.Json;
using Todo.Data.Access;
using Todo.Tests.Api;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.People;

public sealed class OwnerTests(PeopleHost api) : IClassFixture<PeopleHost>
{
    [Fact]
    public async Task The_last_owner_can_be_neither_demoted_nor_deactivated_nor_deleted()
    {
        using var owner = await api.CreateTenantAsync();
        var path = $"/users/{owner.UserId}";
        await RefusedAsync(owner.PatchAsJsonAsync(path, new { roleId = BuiltInRole.Member }), HttpStatusCode.Conflict, "last owner");
        await RefusedAsync(owner.PostAsync($"{path}/deactivate", null), HttpStatusCode.Conflict, "last owner");
        await RefusedAsync(owner.DeleteAsync(path), HttpStatusCode.Conflict, "last owner");
        await RefusedAsync(owner.DeleteAsync($"{path}?force=true"), HttpStatusCode.Conflict, "last owner");

        // One who was invited and never came does not count.
        await OkAsync(owner.PostAsJsonAsync("/users", new { email = NewAddress(owner), name = "Never Came", roleId = BuiltInRole.Owner }));
        await RefusedAsync(owner.DeleteAsync(path), HttpStatusCode.Conflict, "last owner");

        using var other = await api.OwnerAsync(owner);
        await OkAsync(owner.PatchAsJsonAsync(path, new { roleId = BuiltInRole.Member }));
    }

    [Theory]
    [InlineData("demote")]
    [InlineData("deactivate")]
    [InlineData("delete")]
    public async Task Of_two_owners_who_remove_each_other_at_once_one_stays(string how)
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        for (var round = 0; round < 4; round++)
        {
            using var one = await api.OwnerAsync(owner);
            using var other = await api.OwnerAsync(owner);
            await api.ExecuteAsync($"UPDATE {schema}.users SET deleted_at = now() WHERE id NOT IN ('{one.UserId}', '{other.UserId}')");
            using var first = RemoveAsync(one, other.UserId);
            using var second = RemoveAsync(other, one.UserId);
            var answers = await Task.WhenAll(first, second);

            answers.Count(answer => answer.IsSuccessStatusCode).ShouldBe(1);
            (await api.ScalarAsync<long>(
                $"SELECT count(*) FROM {schema}.users WHERE role_id = '{BuiltInRole.Owner}' AND is_active AND deleted_at IS NULL")).ShouldBe(1);
            Array.ForEach(answers, answer => answer.Dispose());
        }

        Task<HttpResponseMessage> RemoveAsync(TenantClient client, Guid id) => how switch
        {
            "demote" => client.PatchAsJsonAsync($"/users/{id}", new { roleId = BuiltInRole.Member }),
            "deactivate" => client.PostAsync($"/users/{id}/deactivate", null),
            _ => client.DeleteAsync($"/users/{id}"),
        };
    }

    [Fact]
    public async Task Only_owners_decide_about_owners()
    {
        using var owner = await api.CreateTenantAsync();
        using var administrator = await api.AddPersonAsync(owner.Slug, BuiltInRole.Administrator);
        await RefusedAsync(administrator.PatchAsJsonAsync($"/users/{owner.UserId}", new { name = "Mallory" }), HttpStatusCode.Forbidden, "owner");
        await RefusedAsync(administrator.DeleteAsync($"/users/{owner.UserId}"), HttpStatusCode.Forbidden, "owner");
        await RefusedAsync(administrator.PatchAsJsonAsync($"/users/{administrator.UserId}", new { roleId = BuiltInRole.Owner }), HttpStatusCode.Forbidden, "owner");
        await RefusedAsync(administrator.PostAsJsonAsync("/users", new { email = NewAddress(owner), name = "Eve", roleId = BuiltInRole.Owner }), HttpStatusCode.Forbidden, "owner");
        using var import = await ImportAsync(administrator, $"email,name,role\n{NewAddress(owner)},Eve,owner\n");
        (await import.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).GetRawText().ShouldContain("owner");
    }

    [Fact]
    public async Task Nobody_gives_what_they_do_not_hold_or_acts_on_somebody_who_holds_more()
    {
        using var owner = await api.CreateTenantAsync();
        using var clerk = await api.PersonAsync(owner, Permission.UsersRead, Permission.UsersWrite, Permission.RolesRead, Permission.RolesWrite);
        using var administrator = await api.AddPersonAsync(owner.Slug, BuiltInRole.Administrator);
        await RefusedAsync(clerk.PatchAsJsonAsync($"/users/{clerk.UserId}", new { roleId = BuiltInRole.Administrator }), HttpStatusCode.Forbidden, "audit.read");
        await RefusedAsync(clerk.PostAsync($"/users/{administrator.UserId}/deactivate", null), HttpStatusCode.Forbidden, "audit.read");
        await RefusedAsync(clerk.PostAsJsonAsync("/roles", new { name = "More", permissions = new[] { Permission.AuditRead } }), HttpStatusCode.Forbidden, "audit.read");
        var held = await RoleAsync(owner, Permission.AuditRead);
        await RefusedAsync(clerk.PatchAsJsonAsync($"/roles/{held}", new { permissions = Array.Empty<string>() }), HttpStatusCode.Forbidden, "audit.read");
        var own = await RoleAsync(clerk, Permission.UsersRead);
        await RefusedAsync(clerk.PatchAsJsonAsync($"/roles/{own}", new { permissions = new[] { Permission.TodosWrite } }), HttpStatusCode.Forbidden, "todos.write");
    }
}
