using System.Net;
using System.Net.Http.Json;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

public sealed class TenantLifecycleTests(PooledApiHost api) : IClassFixture<PooledApiHost>
{
    [Fact]
    public async Task A_suspended_tenants_people_are_refused_at_once_and_served_again_after_it_is_resumed()
    {
        using var person = await api.CreateTenantAsync();
        (await StatusAsync(person)).ShouldBe(HttpStatusCode.OK);

        await PostAsync($"/cc/tenants/{person.Slug}/suspend");
        (await StatusAsync(person)).ShouldBe(HttpStatusCode.Forbidden);

        await PostAsync($"/cc/tenants/{person.Slug}/resume");
        (await StatusAsync(person)).ShouldBe(HttpStatusCode.OK);

        using var again = await api.Operator.PostAsync($"/cc/tenants/{person.Slug}/resume", null);
        await again.ShouldBeProblemSayingAsync(HttpStatusCode.Conflict, "active");
    }

    [Fact]
    public async Task A_deleted_tenant_is_unknown_until_it_is_restored_with_everything_it_had()
    {
        using var person = await api.CreateTenantAsync();
        await person.AddTodoAsync("Still here");

        using (var deleted = await api.Operator.DeleteAsync($"/cc/tenants/{person.Slug}"))
        {
            deleted.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        (await StatusAsync(person)).ShouldBe(HttpStatusCode.Unauthorized);
        await PostAsync($"/cc/tenants/{person.Slug}/restore");
        (await person.TitlesAsync()).ShouldBe(["Still here"]);
    }

    [Fact]
    public async Task A_purge_wants_the_slug_twice_and_a_deleted_tenant_and_frees_the_slug()
    {
        using var person = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(person.Slug);
        using var unconfirmed = await api.Operator.PostAsync($"/cc/tenants/{person.Slug}/purge?confirm=another", null);
        unconfirmed.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var living = await api.Operator.PostAsync($"/cc/tenants/{person.Slug}/purge?confirm={person.Slug}", null);
        await living.ShouldBeProblemSayingAsync(HttpStatusCode.Conflict, "active");

        using var deleted = await api.Operator.DeleteAsync($"/cc/tenants/{person.Slug}");
        using var purged = await api.Operator.PostAsync($"/cc/tenants/{person.Slug}/purge?confirm={person.Slug}", null);

        purged.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await api.ScalarAsync<bool>($"SELECT to_regnamespace('{schema.Name}') IS NULL")).ShouldBeTrue();
        using var next = await api.CreateTenantAsync(person.Slug);
        (await next.TitlesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_renamed_tenant_keeps_its_schema_and_answers_to_the_new_slug_alone()
    {
        using var person = await api.CreateTenantAsync();
        using var other = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(person.Slug);
        var slug = "renamed-" + Guid.NewGuid().ToString("N")[..8];

        using var taken = await api.Operator.PatchAsJsonAsync($"/cc/tenants/{person.Slug}", new { slug = other.Slug });
        taken.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        using var renamed = await api.Operator.PatchAsJsonAsync($"/cc/tenants/{person.Slug}", new { slug });
        renamed.StatusCode.ShouldBe(HttpStatusCode.OK);

        (await StatusAsync(person)).ShouldBe(HttpStatusCode.Unauthorized);
        using var underNewSlug = new TenantClient(api.Address, slug, person.Token, person.UserId);
        (await StatusAsync(underNewSlug)).ShouldBe(HttpStatusCode.OK);
        (await api.SchemaAsync(slug)).ShouldBe(schema);
        using var nobody = await api.Operator.PostAsync("/cc/tenants/nobody-there/suspend", null);
        nobody.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task New_tenants_come_from_the_pool_which_fills_itself_and_is_seen_by_nobody()
    {
        await Eventually.TrueAsync(async () => await PooledAsync() == PooledApiHost.PoolSize);
        var waiting = await api.ColumnAsync("SELECT schema FROM tenants WHERE status = 'pooled'");

        using var person = await api.CreateTenantAsync();

        waiting.ShouldContain((await api.SchemaAsync(person.Slug)).Name);
        (await person.TitlesAsync()).ShouldBeEmpty();
        (await api.Operator.GetStringAsync("/cc/tenants?limit=100")).ShouldNotContain("pooled");
    }

    [Fact]
    public async Task The_fleet_can_be_verified_and_compared()
    {
        using var person = await api.CreateTenantAsync();

        (await api.Operator.GetStringAsync("/cc/fleet/verify")).ShouldContain("\"isClean\":true");
        (await api.Operator.GetStringAsync("/cc/fleet/drift")).ShouldContain("\"isClean\":true");
    }

    private Task<long> PooledAsync() => api.ScalarAsync<long>("SELECT count(*) FROM tenants WHERE status = 'pooled'");

    private async Task PostAsync(string path)
    {
        using var response = await api.Operator.PostAsync(path, null);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
    }

    private static async Task<HttpStatusCode> StatusAsync(TenantClient person)
    {
        using var response = await person.GetAsync("/todos");
        return response.StatusCode;
    }
}

/// <summary>An API that keeps schemas ready.</summary>
public sealed class PooledApiHost : ApiHost
{
    public const int PoolSize = 2;

    protected override IEnumerable<string> Arguments => [$"--Tenants:PoolSize={PoolSize}"];
}
