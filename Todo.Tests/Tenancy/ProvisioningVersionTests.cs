using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;
using Todo.Tests.Servers;

namespace Todo.Tests.Tenancy;

public sealed class ProvisioningVersionTests : IAsyncLifetime
{
    private readonly FleetDatabase _database = new();
    private TenantProvisioner _provisioner = null!;

    public async Task InitializeAsync()
    {
        await _database.InitializeAsync();
        _provisioner = new TenantProvisioner(_database.DataSource, ProbeDbContext.Line);
    }

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task New_tenants_get_the_fleets_version_and_head_when_it_moves_on()
    {
        await _database.NewTenantsGetAsync(ProbeDbContext.First);
        await ShouldBeAtAsync(await ProvisionAsync("canaried"), ProbeDbContext.First);
        await ShouldBeAtAsync(await ProvisionAsync("canaried-too"), ProbeDbContext.First);

        await _database.NewTenantsGetAsync(ProbeDbContext.Second);
        await ShouldBeAtAsync(await ProvisionAsync("after"), ProbeDbContext.Second);
    }

    [Fact]
    public async Task A_fleet_that_says_nothing_any_more_means_head()
    {
        await _database.NewTenantsGetAsync(ProbeDbContext.First);
        await ProvisionAsync("before");

        await _database.NewTenantsGetAsync(null);

        await ShouldBeAtAsync(await ProvisionAsync("after"), ProbeDbContext.Second);
    }

    [Fact]
    public async Task A_tenant_made_at_an_older_version_is_what_the_fleet_would_make_of_it()
    {
        await _database.NewTenantsGetAsync(ProbeDbContext.First);
        var older = await ProvisionAsync("older");
        await _database.NewTenantsGetAsync(null);
        var newer = await ProvisionAsync("newer");

        (await _database.MigrateAsync()).Applied.ShouldBe(1);

        (await _database.ShapeAsync(older.Schema)).ShouldBe(await _database.ShapeAsync(newer.Schema));
        (await _database.LedgerAsync(older)).ShouldBe(ProbeDbContext.Second);
    }

    [Fact]
    public async Task A_version_that_this_build_does_not_have_makes_nothing_and_is_named()
    {
        const string Newer = "20991231000000_Newer";
        await _database.NewTenantsGetAsync(Newer);

        var exception = await Should.ThrowAsync<UnknownMigrationException>(() => ProvisionAsync("early"));

        exception.Version.ShouldBe(Newer);
        exception.Message.ShouldStartWith($"New tenants get migration {Newer}, which this build does not know");
        (await _database.StatusAsync("early")).ShouldBeNull();
        (await _database.OrphansAsync()).ShouldBe(0);

        // It is asked again, not remembered.
        await _database.NewTenantsGetAsync(null);
        await ShouldBeAtAsync(await ProvisionAsync("late"), ProbeDbContext.Second);
    }

    [Fact]
    public async Task The_version_is_asked_for_only_when_it_has_moved()
    {
        await _database.NewTenantsGetAsync(ProbeDbContext.First);
        using var statements = new StatementCount(_database.Name, withBackground: true);

        await ProvisionAsync("asks");
        statements.Take().Count(IsQuestion).ShouldBe(1);

        await ProvisionAsync("knows");
        var sent = statements.Take();
        sent.Count(IsQuestion).ShouldBe(0);

        // What takes from the pool and, there being none, what makes the schema.
        sent.Count(text => !text.StartsWith("COMMIT", StringComparison.Ordinal)).ShouldBe(2);

        static bool IsQuestion(string text) => text == "SELECT new_tenant_version FROM public.fleet";
    }

    [Fact]
    public async Task A_seed_runs_once_although_the_version_had_moved()
    {
        await _database.NewTenantsGetAsync(ProbeDbContext.First);
        var runs = 0;

        var tenant = await _provisioner.ProvisionAsync(
            "seeded",
            "Seeded",
            async (transaction, schema, token) =>
            {
                runs++;
                await using var command = new NpgsqlCommand($"INSERT INTO {schema.Quoted}.notes VALUES (7, 'seed')", transaction.Connection, transaction);
                await command.ExecuteNonQueryAsync(token);
            },
            CancellationToken.None);

        runs.ShouldBe(1);
        (await _database.ScalarAsync<long>($"SELECT count(*) FROM {tenant.Schema}.notes WHERE \"Text\" = 'seed'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_seed_that_forgets_its_schema_fails_and_leaves_nothing()
    {
        await new SchemaPool(_database.DataSource, ProbeDbContext.Line).FillAsync(1, CancellationToken.None);
        foreach (var slug in (string[])["from-pool", "from-nothing"])
        {
            await Should.ThrowAsync<PostgresException>(() => _provisioner.ProvisionAsync(
                slug,
                "Forgetful",
                async (transaction, _, token) =>
                {
                    await using var command = new NpgsqlCommand("SELECT count(*) FROM tenants", transaction.Connection, transaction);
                    await command.ExecuteNonQueryAsync(token);
                },
                CancellationToken.None));
            (await _database.StatusAsync(slug)).ShouldBeNull();
            await new SchemaPool(_database.DataSource, ProbeDbContext.Line).ShrinkAsync(0, CancellationToken.None);
        }

        (await _database.OrphansAsync()).ShouldBe(0);
    }

    private Task<Tenant> ProvisionAsync(string slug) => _provisioner.ProvisionAsync(slug, "Probe", seed: null, CancellationToken.None);

    private async Task ShouldBeAtAsync(Tenant tenant, string version)
    {
        var line = ProbeDbContext.Line.UpTo(version);
        (tenant.SchemaVersion, tenant.SchemaChecksum).ShouldBe((version, line.Head.LineChecksum));
        (await _database.LedgerAsync(tenant)).ShouldBe(version);
        (await _database.HistoryAsync(tenant)).ShouldBe(string.Join(',', line.Steps.Select(step => step.Id)));
        (await _database.ScalarAsync<bool>($"SELECT to_regclass('{tenant.Schema}.labels') IS NOT NULL")).ShouldBe(version == ProbeDbContext.Second);
    }
}
