using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Provisioning;
using Todo.Tenancy.Scoping;
using Todo.Tests.Servers;

namespace Todo.Tests.Tenancy;

public sealed class ProvisioningPoolTests : IAsyncLifetime
{
    private readonly FleetDatabase _database = new();
    private TenantProvisioner _provisioner = null!;
    private SchemaPool _pool = null!;

    public async Task InitializeAsync()
    {
        await _database.InitializeAsync();
        _provisioner = new TenantProvisioner(_database.DataSource, ProbeDbContext.Line);
        _pool = new SchemaPool(_database.DataSource, ProbeDbContext.Line);
    }

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_tenant_takes_the_oldest_schema_and_is_no_different_from_one_made_directly()
    {
        var direct = await ProvisionAsync("direct");
        (await _pool.FillAsync(2, CancellationToken.None)).ShouldBe(2);
        (await _pool.FillAsync(2, CancellationToken.None)).ShouldBe(0);
        var waiting = await WaitingAsync();

        var before = DateTimeOffset.UtcNow;
        var taken = await ProvisionAsync("taken");

        taken.Id.ShouldBe(waiting[0]);
        (taken.Slug, taken.Name, taken.Status, taken.SchemaVersion).ShouldBe(("taken", "Probe", TenantStatus.Active, ProbeDbContext.Second));
        taken.Schema.ShouldBe(TenantSchema.Of(taken.Id).Name);
        taken.CreatedAt.ShouldBeGreaterThan(before.AddSeconds(-1));
        (await _database.StatusAsync("taken")).ShouldBe("active");
        (await _database.HistoryAsync(taken)).ShouldBe(await _database.HistoryAsync(direct));
        (await _database.ShapeAsync(taken.Schema)).ShouldBe(await _database.ShapeAsync(direct.Schema));
        (await _pool.CountAsync(CancellationToken.None)).ShouldBe(Count(1, 0));
    }

    [Fact]
    public async Task Schemas_in_the_pool_have_a_slug_that_no_person_can_ask_for()
    {
        await _pool.FillAsync(1, CancellationToken.None);

        var slug = (await _database.ColumnAsync("SELECT slug FROM public.tenants WHERE status = 'pooled' AND name = '' AND slug = schema")).ShouldHaveSingleItem();

        TenantSlug.IsValid(slug).ShouldBeFalse();
        await Should.ThrowAsync<TenantStateException>(() => new TenantLifecycle(_database.DataSource).DeleteAsync(slug, CancellationToken.None));
    }

    [Fact]
    public async Task Eight_who_ask_a_pool_of_five_at_once_get_eight_different_and_complete_schemas()
    {
        await _pool.FillAsync(5, CancellationToken.None);
        var waiting = await WaitingAsync();

        var tenants = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => _provisioner.ProvisionAsync(
            $"racer-{number}",
            "Racer",
            async (transaction, schema, token) =>
            {
                await using var command = new NpgsqlCommand($"INSERT INTO {schema.Quoted}.notes VALUES (7, $1)", transaction.Connection, transaction);
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"of {number}" });
                await command.ExecuteNonQueryAsync(token);
            },
            CancellationToken.None))));

        tenants.Select(tenant => tenant.Id).Distinct().Count().ShouldBe(8);
        tenants.Count(tenant => waiting.Contains(tenant.Id)).ShouldBe(5);
        (await _pool.CountAsync(CancellationToken.None)).ShouldBe(Count(0, 0));
        foreach (var (tenant, number) in tenants.Select((tenant, number) => (tenant, number)))
        {
            (await _database.StatusAsync(tenant.Slug)).ShouldBe("active");
            (await _database.HistoryAsync(tenant)).ShouldBe($"{ProbeDbContext.First},{ProbeDbContext.Second}");
            (await _database.ColumnAsync($"SELECT \"Text\" FROM {tenant.Schema}.notes WHERE \"Id\" = 7")).ShouldHaveSingleItem().ShouldBe($"of {number}");
        }
    }

    [Fact]
    public async Task A_taken_slug_and_a_failing_seed_leave_the_schema_in_the_pool()
    {
        await ProvisionAsync("first");
        await _pool.FillAsync(1, CancellationToken.None);

        (await Should.ThrowAsync<TenantExistsException>(() => ProvisionAsync("first"))).Slug.ShouldBe("first");
        await Should.ThrowAsync<InvalidOperationException>(() => _provisioner.ProvisionAsync(
            "half", "Half", (_, _, _) => throw new InvalidOperationException("no"), CancellationToken.None));

        (await _pool.CountAsync(CancellationToken.None)).ShouldBe(Count(1, 0));
        (await _database.StatusAsync("half")).ShouldBeNull();
    }

    [Fact]
    public async Task Of_many_who_ask_a_full_pool_for_one_slug_one_gets_it()
    {
        await _pool.FillAsync(4, CancellationToken.None);

        var attempts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            try
            {
                await ProvisionAsync("wanted");
                return true;
            }
            catch (TenantExistsException)
            {
                return false;
            }
        })));

        attempts.Count(won => won).ShouldBe(1);
        (await _pool.CountAsync(CancellationToken.None)).Ready.ShouldBeInRange(3, 4);
        (await _database.OrphansAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Fillers_that_race_make_no_more_than_one_would()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            new SchemaPool(_database.DataSource, ProbeDbContext.Line).FillAsync(6, CancellationToken.None))));

        made.Sum().ShouldBe(6);
        (await _pool.CountAsync(CancellationToken.None)).ShouldBe(Count(6, 0));
    }

    [Fact]
    public async Task Schemas_are_filled_at_the_version_that_new_tenants_get_and_one_at_another_version_is_not_taken()
    {
        await _database.NewTenantsGetAsync(ProbeDbContext.First);
        await _pool.FillAsync(2, CancellationToken.None);
        (await _pool.CountAsync(CancellationToken.None)).ShouldBe(Count(2, 0, ProbeDbContext.First));
        (await _database.ColumnAsync("SELECT DISTINCT schema_version FROM public.tenants")).ShouldHaveSingleItem().ShouldBe(ProbeDbContext.First);

        await _database.NewTenantsGetAsync(null);

        (await _pool.CountAsync(CancellationToken.None)).ShouldBe(Count(0, 2));
        var stale = await WaitingAsync();
        var tenant = await ProvisionAsync("fresh");
        stale.ShouldNotContain(tenant.Id);
        tenant.SchemaVersion.ShouldBe(ProbeDbContext.Second);
        (await _pool.FillAsync(1, CancellationToken.None)).ShouldBe(1);
    }

    [Fact]
    public async Task A_schema_made_from_another_text_of_the_migrations_or_half_migrated_is_not_taken()
    {
        await _pool.FillAsync(2, CancellationToken.None);
        var waiting = await WaitingAsync();
        await _database.ExecuteAsync($"UPDATE public.tenants SET schema_checksum = 'other' WHERE id = '{waiting[0]}'");
        await _database.ExecuteAsync($"UPDATE public.tenants SET schema_pending = '{ProbeDbContext.Second}' WHERE id = '{waiting[1]}'");

        waiting.ShouldNotContain((await ProvisionAsync("careful")).Id);

        (await _pool.CountAsync(CancellationToken.None)).ShouldBe(Count(0, 2));
    }

    [Fact]
    public async Task A_schema_that_a_migration_has_in_hand_is_passed_over_until_the_migration_is_done()
    {
        await _pool.FillAsync(2, CancellationToken.None);
        var waiting = await WaitingAsync();
        await using (await _database.HoldAsync(waiting[0]))
        {
            (await ProvisionAsync("second-best")).Id.ShouldBe(waiting[1]);
            waiting.ShouldNotContain((await ProvisionAsync("direct")).Id);
        }

        (await ProvisionAsync("after")).Id.ShouldBe(waiting[0]);
    }

    [Fact]
    public async Task Taking_one_schema_locks_no_other()
    {
        await _pool.FillAsync(5, CancellationToken.None);
        var waiting = await WaitingAsync();

        await _provisioner.ProvisionAsync(
            "modest",
            "Modest",
            async (_, _, _) =>
            {
                (await _database.ScalarAsync<long>(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")).ShouldBe(1);
                (await ProvisionAsync("next")).Id.ShouldBe(waiting[1]);
            },
            CancellationToken.None);
    }

    [Fact]
    public async Task A_schema_whose_migration_is_about_to_commit_is_neither_waited_for_nor_taken()
    {
        await _pool.FillAsync(1, CancellationToken.None);
        var waiting = (await WaitingAsync()).ShouldHaveSingleItem();
        await using (var migration = await _database.HoldAsync(waiting))
        {
            await migration.ExecuteAsync($"UPDATE public.tenants SET schema_version = 'moved' WHERE id = '{waiting}'");

            (await ProvisionAsync("impatient").WaitAsync(Eventually.Patience)).Id.ShouldNotBe(waiting);

            await migration.ExecuteAsync("COMMIT");
        }

        (await ProvisionAsync("later")).Id.ShouldNotBe(waiting);
        (await _pool.CountAsync(CancellationToken.None)).ShouldBe(Count(0, 1));
    }

    [Fact]
    public async Task While_a_taken_schema_is_seeded_no_migration_gets_it()
    {
        await _database.NewTenantsGetAsync(ProbeDbContext.First);
        await _pool.FillAsync(1, CancellationToken.None);
        var tenant = await _provisioner.ProvisionAsync(
            "seeding",
            "Seeding",
            async (_, schema, _) =>
            {
                // To everybody else it is still a pooled schema, under its own name.
                var outcome = await _database.MigrateOneAsync(schema.Name, attempts: 1);
                outcome.Failures.ShouldHaveSingleItem().SqlState.ShouldBe(PostgresErrorCodes.LockNotAvailable);
            },
            CancellationToken.None);

        (await _database.MigrateOneAsync("seeding")).Applied.ShouldBe(1);
        (await _database.LedgerAsync(tenant)).ShouldBe(ProbeDbContext.Second);
    }

    [Fact]
    public async Task Takers_and_migrations_that_race_leave_every_tenant_whole()
    {
        await _database.NewTenantsGetAsync(ProbeDbContext.First);
        await _pool.FillAsync(12, CancellationToken.None);
        var migrating = Task.Run(() => _database.MigrateAsync());
        var tenants = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Task.Run(() => ProvisionAsync($"racer-{number}"))));
        await migrating;

        tenants.Select(tenant => tenant.Id).Distinct().Count().ShouldBe(12);
        foreach (var tenant in tenants)
        {
            var version = await _database.LedgerAsync(tenant);
            (await _database.HistoryAsync(tenant)).ShouldNotBeNull().Split(',')[^1].ShouldBe(version);
            (await _database.ScalarAsync<bool>($"SELECT to_regclass('{tenant.Schema}.labels') IS NOT NULL")).ShouldBe(version == ProbeDbContext.Second);
        }

        (await _database.OrphansAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Shrinking_drops_stale_schemas_first_and_leaves_those_in_hand_alone()
    {
        await _database.NewTenantsGetAsync(ProbeDbContext.First);
        await _pool.FillAsync(2, CancellationToken.None);
        await _database.NewTenantsGetAsync(null);
        await _pool.FillAsync(3, CancellationToken.None);
        var tenant = await ProvisionAsync("bystander");
        await _pool.FillAsync(3, CancellationToken.None);
        var before = await _database.EverythingAsync(tenant);

        (await _pool.ShrinkAsync(5, CancellationToken.None)).ShouldBe(0);
        (await _pool.ShrinkAsync(3, CancellationToken.None)).ShouldBe(2);
        (await _pool.CountAsync(CancellationToken.None)).ShouldBe(Count(3, 0));

        await using (await _database.HoldAsync((await WaitingAsync())[1]))
        {
            (await _pool.ShrinkAsync(0, CancellationToken.None)).ShouldBe(2);
        }

        (await _pool.CountAsync(CancellationToken.None)).ShouldBe(Count(1, 0));
        (await _database.OrphansAsync()).ShouldBe(0);
        (await _database.EverythingAsync(tenant)).ShouldBe(before);
    }

    [Fact]
    public async Task Schemas_that_a_crash_left_half_dropped_are_finished_by_the_next_shrinking()
    {
        await _pool.FillAsync(1, CancellationToken.None);
        var schema = TenantSchema.Of((await WaitingAsync())[0]);
        await _database.ExecuteAsync($"UPDATE public.tenants SET status = 'purging' WHERE id = '{schema.TenantId}'; DROP TABLE {schema.Quoted}.labels");

        (await _pool.ShrinkAsync(4, CancellationToken.None)).ShouldBe(1);

        (await _database.StatusAsync(schema.Name)).ShouldBeNull();
        (await _database.OrphansAsync()).ShouldBe(0);
    }

    private static SchemaPoolCount Count(int ready, int stale, string version = ProbeDbContext.Second) => new(ready, stale, version);

    private Task<Tenant> ProvisionAsync(string slug) => _provisioner.ProvisionAsync(slug, "Probe", seed: null, CancellationToken.None);

    private async Task<IReadOnlyList<Guid>> WaitingAsync() =>
        [.. (await _database.ColumnAsync("SELECT id::text FROM public.tenants WHERE status = 'pooled' ORDER BY id")).Select(Guid.Parse)];
}
