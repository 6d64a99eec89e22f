using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Api.Identity;
using Todo.Data.Access;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using Todo.Tests.Servers;

namespace Todo.Tests.ApiKeys;

public sealed class ApiKeyTests(ListHost api) : IClassFixture<ListHost>
{
    [Fact]
    public async Task A_key_is_shown_once_works_and_is_listed_without_itself()
    {
        using var owner = await api.CreateTenantAsync();
        var (id, key) = await CreateAsync(owner, Permission.TodosRead, Permission.TodosWrite);
        key.ShouldStartWith("todo_key_");
        using var machine = api.With(key);
        using var made = await machine.PostAsJsonAsync("/todos", new { title = "By a machine" });
        (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("createdBy").GetGuid().ShouldBe(owner.UserId);

        var listed = await owner.GetStringAsync("/api-keys");
        listed.ShouldContain(id.ToString());
        listed.ShouldNotContain(key["todo_key_".Length..]);
        (await api.ContentAsync((await api.SchemaAsync(owner.Slug)).Name)).ShouldNotContain(key["todo_key_".Length..]);
    }

    [Fact]
    public async Task Nobody_hands_out_what_they_do_not_hold_and_no_key_makes_keys()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        var role = Guid.CreateVersion7();
        await api.ExecuteAsync(
            $"""
            INSERT INTO {schema}.roles (id, name, is_built_in) VALUES ('{role}', 'keeper of keys', false);
            INSERT INTO {schema}.role_permissions (role_id, permission) VALUES ('{role}', '{Permission.ApiKeysManage}'), ('{role}', '{Permission.TodosRead}');
            """);
        using var keeper = await api.AddPersonAsync(owner.Slug, role);
        using var tooMuch = await keeper.PostAsJsonAsync("/api-keys", new { name = "More than mine", permissions = (string[])[Permission.TodosRead, Permission.UsersWrite] });
        await tooMuch.ShouldBeProblemSayingAsync(HttpStatusCode.Forbidden, Permission.UsersWrite);
        using var breeding = await owner.PostAsJsonAsync("/api-keys", new { name = "Breeds", permissions = (string[])[Permission.ApiKeysManage] });
        breeding.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var unknown = await owner.PostAsJsonAsync("/api-keys", new { name = "Unknown", permissions = (string[])["everything"] });
        unknown.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        foreach (var days in (int[])[0, -1, 366])
        {
            using var tooLong = await owner.PostAsJsonAsync("/api-keys", new { name = "Too long", permissions = (string[])[], days });
            tooLong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task A_key_holds_no_more_than_its_maker_holds_now_and_ends_with_the_maker()
    {
        using var owner = await api.CreateTenantAsync();
        using var maker = await api.AddPersonAsync(owner.Slug, BuiltInRole.Administrator);
        var (_, text) = await CreateAsync(maker, Permission.TodosRead, Permission.TodosWrite);
        using var machine = api.With(text);
        (await machine.PostAsJsonAsync("/todos", new { title = "While I may" })).StatusCode.ShouldBe(HttpStatusCode.Created);

        await DoneAsync(owner.PatchAsJsonAsync($"/users/{maker.UserId}", new { roleId = BuiltInRole.Guest }));
        using var less = await machine.PostAsJsonAsync("/todos", new { title = "Not any more" });
        await less.ShouldBeProblemSayingAsync(HttpStatusCode.Forbidden, Permission.TodosWrite);
        (await machine.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await DoneAsync(owner.PostAsync($"/users/{maker.UserId}/deactivate", null));
        (await machine.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await DoneAsync(owner.PostAsync($"/users/{maker.UserId}/activate", null));
        await Eventually.TrueAsync(async () => (await machine.GetAsync("/todos")).StatusCode == HttpStatusCode.OK);
        await DoneAsync(owner.DeleteAsync($"/users/{maker.UserId}"));
        (await machine.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await DoneAsync(owner.PostAsync($"/users/{maker.UserId}/restore", null));
        await Eventually.TrueAsync(async () => (await machine.GetAsync("/todos")).StatusCode == HttpStatusCode.OK);
        await DoneAsync(owner.DeleteAsync($"/users/{maker.UserId}?force=true&reassignTo={owner.UserId}"));
        (await machine.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        static async Task DoneAsync(Task<HttpResponseMessage> call)
        {
            using var response = await call;
            response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_revoked_key_is_refused_at_once_here_and_soon_by_every_replica()
    {
        var (replica, address) = await api.StartApiAsync(api.ConnectionString);
        await using (replica)
        {
            using var owner = await api.CreateTenantAsync();
            var (id, text) = await CreateAsync(owner, Permission.TodosRead);
            using var here = api.With(text);
            using var there = api.With(text);
            there.BaseAddress = address;
            (await here.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await there.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);

            for (var time = 0; time < 2; time++)
            {
                using var revoked = await owner.DeleteAsync($"/api-keys/{id}");
                revoked.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            }

            (await here.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            await Eventually.TrueAsync(async () => (await there.GetAsync("/todos")).StatusCode == HttpStatusCode.Unauthorized);
            (await api.ColumnAsync($"SELECT action FROM {await api.SchemaAsync(owner.Slug)}.audit_entries WHERE subject_id = '{id}' ORDER BY id")).ShouldBe(["api_key.created", "api_key.revoked"]);
            using var missing = await owner.DeleteAsync($"/api-keys/{Guid.CreateVersion7()}");
            missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task A_warm_key_costs_no_statement_and_its_last_use_is_written_later()
    {
        using var owner = await api.CreateTenantAsync();
        var (id, text) = await CreateAsync(owner, Permission.TodosRead);
        using var machine = api.With(text);
        (await machine.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using (var statements = new StatementCount(api.Name))
        {
            for (var i = 0; i < 10; i++)
            {
                (await machine.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
            }

            statements.Take().Count.ShouldBe(10);
        }

        var schema = await api.SchemaAsync(owner.Slug);
        await api.Service<LastUses>().WriteAsync(CancellationToken.None);
        (await api.ScalarAsync<bool>($"SELECT last_used_at > now() - interval '1 minute' FROM {schema}.api_keys WHERE id = '{id}'")).ShouldBeTrue();
        (await owner.GetStringAsync("/api-keys")).ShouldNotContain("\"lastUsedAt\":null");
    }

    private static async Task<(Guid Id, string Text)> CreateAsync(TenantClient owner, params string[] permissions)
    {
        using var response = await owner.PostAsJsonAsync("/api-keys", new { name = "A machine", permissions, days = 365 });
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        var made = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (made.GetProperty("id").GetGuid(), made.GetProperty("key").GetString()!);
    }
}
