using System.Net;
using System.Net.Http.Json;
using Todo.Data.Access;
using Todo.Tests.Api;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.People;

public sealed class GroupAndSettingTests(PeopleHost api) : IClassFixture<PeopleHost>
{
    [Fact]
    public async Task A_group_has_members_and_a_supervisor_until_it_is_deleted()
    {
        using var owner = await api.CreateTenantAsync();
        using var person = await api.AddPersonAsync(owner.Slug, BuiltInRole.Member);
        var id = (await OkAsync(owner.PostAsJsonAsync("/groups", new { name = "Night shift", supervisorId = owner.UserId }))).GetProperty("id").GetGuid();
        await RefusedAsync(owner.PostAsJsonAsync("/groups", new { name = "Night shift" }), HttpStatusCode.Conflict, "with this name");
        await RefusedAsync(owner.PostAsJsonAsync("/groups", new { name = "x", supervisorId = Guid.NewGuid() }), HttpStatusCode.BadRequest, "supervisorId");

        // Twice, and by several at once: in it once.
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => owner.PutAsync($"/groups/{id}/members/{person.UserId}", null)));
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.NoContent);
        (await OkAsync(owner.GetAsync($"/groups/{id}"))).GetProperty("members").GetInt32().ShouldBe(1);
        (await OkAsync(owner.GetAsync($"/groups/{id}/members"))).GetProperty("items")[0].GetProperty("id").GetGuid().ShouldBe(person.UserId);
        (await OkAsync(owner.GetAsync($"/users/{person.UserId}/groups")))[0].GetProperty("id").GetGuid().ShouldBe(id);
        (await OkAsync(person.GetAsync("/me"))).GetProperty("groups")[0].GetProperty("name").GetString().ShouldBe("Night shift");

        await OkAsync(owner.PutAsJsonAsync($"/groups/{id}", new { name = "Day shift", supervisorId = person.UserId }));
        await OkAsync(owner.DeleteAsync($"/users/{person.UserId}?force=true"));
        var left = await OkAsync(owner.GetAsync($"/groups/{id}"));
        left.GetProperty("members").GetInt32().ShouldBe(0);
        left.GetProperty("supervisorId").GetString().ShouldBeNull();
        await OkAsync(owner.DeleteAsync($"/groups/{id}"));
        await RefusedAsync(owner.GetAsync($"/groups/{id}"), HttpStatusCode.NotFound, "no such group");
        (await api.ActionsAsync(owner.Slug, id)).ShouldBe(["group.created", "group.member_added", "group.changed", "group.deleted"]);
    }

    [Fact]
    public async Task A_persons_setting_goes_over_the_tenants_and_that_over_the_default()
    {
        using var owner = await api.CreateTenantAsync();
        (await ValueAsync("/settings")).ShouldBe("monday");
        await OkAsync(owner.PutAsJsonAsync("/settings", new { week_start = "sunday" }));
        (await ValueAsync("/me/settings")).ShouldBe("sunday");
        await OkAsync(owner.PutAsJsonAsync("/me/settings", new { week_start = "saturday" }));
        (await ValueAsync("/me/settings")).ShouldBe("saturday");
        (await ValueAsync("/settings")).ShouldBe("sunday");
        await OkAsync(owner.PutAsJsonAsync("/me/settings", new { }));
        await OkAsync(owner.PutAsJsonAsync("/settings", new { }));
        (await ValueAsync("/me/settings")).ShouldBe("monday");

        async Task<string?> ValueAsync(string path) => (await OkAsync(owner.GetAsync(path))).EnumerateArray()
            .Single(setting => setting.GetProperty("key").GetString() == "week_start").GetProperty("value").GetString();
    }

    [Fact]
    public async Task Who_is_given_another_role_gets_a_mail_unless_they_or_the_tenant_want_none()
    {
        using var owner = await api.CreateTenantAsync();
        using var told = await api.AddPersonAsync(owner.Slug, BuiltInRole.Member);
        using var silent = await api.AddPersonAsync(owner.Slug, BuiltInRole.Member);
        await OkAsync(silent.PutAsJsonAsync("/me/settings", new Dictionary<string, string> { ["notifications.role_changed"] = "none" }));
        await ChangeRolesAsync(BuiltInRole.Guest);
        (await api.MailsAsync(told.UserId)).ShouldBe(["role_changed"]);
        (await api.MailsAsync(silent.UserId)).ShouldBeEmpty();

        // The tenant's word counts for whoever has said nothing.
        await OkAsync(owner.PutAsJsonAsync("/settings", new Dictionary<string, string> { ["notifications.role_changed"] = "none" }));
        await OkAsync(silent.PutAsJsonAsync("/me/settings", new Dictionary<string, string> { ["notifications.role_changed"] = "mail" }));
        await ChangeRolesAsync(BuiltInRole.Member);
        (await api.MailsAsync(told.UserId)).ShouldBe(["role_changed"]);
        (await api.MailsAsync(silent.UserId)).ShouldBe(["role_changed"]);

        // The same role again is no change, and of one's own nobody is told.
        await ChangeRolesAsync(BuiltInRole.Member);
        using var second = await api.OwnerAsync(owner);
        await OkAsync(second.PatchAsJsonAsync($"/users/{second.UserId}", new { roleId = BuiltInRole.Administrator }));
        (await api.MailsAsync(silent.UserId)).ShouldBe(["role_changed"]);
        (await api.MailsAsync(second.UserId)).ShouldBeEmpty();

        async Task ChangeRolesAsync(Guid roleId)
        {
            foreach (var person in (TenantClient[])[told, silent])
            {
                await OkAsync(owner.PatchAsJsonAsync($"/users/{person.UserId}", new { roleId }));
            }
        }
    }

    [Theory]
    [InlineData("/settings", """{"week_start":"someday"}""")]
    [InlineData("/settings", """{"sessions.longest_days":31}""")]
    [InlineData("/settings", """{"sessions.longest_days":"30"}""")]
    [InlineData("/settings", """{"time_zone":"Mars/Base"}""")]
    [InlineData("/settings", """{"notifications.todo_completed":true}""")]
    [InlineData("/settings", """{"notifications.todo_completed":"mail"}""")]
    [InlineData("/settings", """{"notifications.role_changed":"app"}""")]
    [InlineData("/settings", """{"colour":"red"}""")]
    [InlineData("/settings", """{"week_start":null}""")]
    [InlineData("/me/settings", """{"sessions.longest_days":1}""")]
    public async Task A_setting_that_is_unknown_or_of_another_type_is_answered_with_400_and_changes_nothing(string path, string json)
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        var before = await api.ContentAsync(schema.Name);
        using var response = await owner.PutAsync(path, new StringContent(json, System.Text.Encoding.UTF8, "application/json"));
        (await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).GetProperty("errors").EnumerateObject().Count().ShouldBe(1);
        (await api.ContentAsync(schema.Name)).ShouldBe(before);
    }

    [Fact]
    public async Task The_audit_log_says_who_did_what_to_whom_from_where()
    {
        using var owner = await api.CreateTenantAsync();
        using var reader = await api.PersonAsync(owner, Permission.AuditRead);
        var person = (await InviteAsync(owner, name: "Sam Subject")).GetProperty("id").GetGuid();
        await OkAsync(owner.PatchAsJsonAsync($"/users/{person}", new { name = "Sam Renamed" }));
        var entries = (await OkAsync(reader.GetAsync($"/audit?subject={person}"))).GetProperty("items");
        entries.GetArrayLength().ShouldBe(2);
        var newest = entries[0];
        newest.GetProperty("action").GetString().ShouldBe("user.changed");
        newest.GetProperty("actorId").GetGuid().ShouldBe(owner.UserId);
        newest.GetProperty("actorName").GetString().ShouldBe("Olga Owner");
        newest.GetProperty("subjectName").GetString().ShouldBe("Sam Renamed");
        newest.GetProperty("details").GetProperty("name").GetProperty("from").GetString().ShouldBe("Sam Subject");
        newest.GetProperty("address").GetString().ShouldNotBeNullOrEmpty();
        newest.GetProperty("traceId").GetString().ShouldNotBeNull().Length.ShouldBe(32);

        var page = await OkAsync(reader.GetAsync($"/audit?subject={person}&limit=1"));
        var rest = await OkAsync(reader.GetAsync($"/audit?subject={person}&limit=1&cursor={page.GetProperty("next").GetString()}"));
        rest.GetProperty("items")[0].GetProperty("action").GetString().ShouldBe("user.invited");
        (await OkAsync(reader.GetAsync("/audit?action=user."))).GetProperty("items").GetArrayLength().ShouldBe(2);
        (await OkAsync(reader.GetAsync($"/audit?actor={reader.UserId}"))).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Sign_ins_are_seen_by_oneself_and_with_permission()
    {
        using var owner = await api.CreateTenantAsync();
        using var person = await api.AddPersonAsync(owner.Slug, BuiltInRole.Member);
        var schema = await api.SchemaAsync(owner.Slug);
        await api.ExecuteAsync(
            $"INSERT INTO {schema}.sign_in_entries (id, at, user_id, outcome, address) VALUES ('{Guid.CreateVersion7()}', now(), '{person.UserId}', 'wrong_password', '203.0.113.9')");
        foreach (var client in (TenantClient[])[owner, person])
        {
            var entry = (await OkAsync(client.GetAsync($"/users/{person.UserId}/sign-ins"))).GetProperty("items")[0];
            entry.GetProperty("outcome").GetString().ShouldBe("WrongPassword");
            entry.GetProperty("address").GetString().ShouldBe("203.0.113.9");
        }

        await RefusedAsync(person.GetAsync($"/users/{owner.UserId}/sign-ins"), HttpStatusCode.Forbidden, "audit.read");
    }
}
