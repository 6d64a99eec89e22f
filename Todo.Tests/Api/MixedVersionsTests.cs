using System.Net;
using Todo.Data;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

/// <summary>A build that no longer serves the oldest version.</summary>
public sealed class NewerBuildHost : ApiHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--Tenants:LowestServedVersion=" + MigrationLines.Tenant.Head.Id];
}

public sealed class MixedVersionsTests(ApiHost api, NewerBuildHost newer) : IClassFixture<ApiHost>, IClassFixture<NewerBuildHost>
{
    private static readonly string Old = MigrationLines.Tenant.Steps[^2].Id;

    [Fact]
    public async Task A_version_within_the_range_is_served_though_it_is_not_the_newest()
    {
        using var owner = await api.CreateTenantAsync();
        await SetAsync(api, owner, $"schema_version = '{Old}'");
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_outside_of_it_is_503_until_it_has_changed_while_others_are_served_and_the_service_is_ready()
    {
        using var owner = await newer.CreateTenantAsync();
        using var other = await newer.CreateTenantAsync();
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var version in (string[])[$"'{Old}'", "'20990101000000_New'", "NULL"])
        {
            // Nobody tells the API.
            await SetAsync(newer, owner, $"schema_version = {version}");
            await Eventually.TrueAsync(async () => (await owner.GetAsync("/todos")).StatusCode == HttpStatusCode.ServiceUnavailable);
            using var refused = await owner.GetAsync("/todos");
            await refused.ShouldBeProblemSayingAsync(HttpStatusCode.ServiceUnavailable, "migrated");
            refused.Headers.RetryAfter.ShouldNotBeNull();
            (await other.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
            using var health = await newer.Anonymous.GetAsync("/health");
            health.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await SetAsync(newer, owner, $"schema_version = '{MigrationLines.Tenant.Head.Id}'");
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_suspension_and_a_new_name_made_in_the_database_are_heard_of()
    {
        using var owner = await api.CreateTenantAsync();
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await SetAsync(api, owner, "status = 'suspended'");
        await WithinSecondsAsync(owner, HttpStatusCode.Forbidden);
        await SetAsync(api, owner, "status = 'active'");
        await WithinSecondsAsync(owner, HttpStatusCode.OK);

        var renamed = owner.Slug + "-2";
        await SetAsync(api, owner, $"slug = '{renamed}'");
        await WithinSecondsAsync(owner, HttpStatusCode.Unauthorized);
        using var again = new TenantClient(api.Address, renamed, owner.Token, owner.UserId);
        (await again.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    // Redis alone would keep the old entry for a minute.
    private static async Task WithinSecondsAsync(TenantClient owner, HttpStatusCode expected) =>
        await Eventually.TrueAsync(async () => (await owner.GetAsync("/todos")).StatusCode == expected);

    private static Task SetAsync(ApiHost host, TenantClient owner, string change) =>
        host.ExecuteAsync($"UPDATE tenants SET {change}, updated_at = clock_timestamp() WHERE slug = '{owner.Slug}'");
}
