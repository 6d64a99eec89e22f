using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Provisioning;

namespace Todo.Tests.Tenancy.Fleet;

/// <summary>Indexes that are built outside of a transaction, because the table is big: here every table is.</summary>
public sealed class ConcurrentIndexTests : IAsyncLifetime
{
    private readonly FleetDatabase _database = new();
    private NpgsqlDataSource _allBig = null!;

    public async Task InitializeAsync()
    {
        await _database.InitializeAsync();
        _allBig = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Options = "-c todo.small_relation_bytes=0" }.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _allBig.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_small_table_gets_its_index_in_the_transaction_and_a_big_one_outside_with_the_same_result()
    {
        var (small, big) = (await TenantAsync(), await TenantAsync());
        await RunAsync(LongProbeDbContext.Tag, _database.DataSource, small);
        await RunAsync(LongProbeDbContext.Tag, _allBig, big);

        (await _database.ShapeAsync(big.Schema)).ShouldBe(await _database.ShapeAsync(small.Schema));
        foreach (var tenant in new[] { small, big })
        {
            (await _database.LedgerAsync(tenant)).ShouldBe(LongProbeDbContext.Tag);
            (await _database.ScalarAsync<int>($"SELECT max(runs) FROM {tenant.Schema}.facts")).ShouldBe(2);
        }

        (await PendingAsync(big)).ShouldBeNull();
    }

    [Fact]
    public async Task It_goes_back_the_same_way()
    {
        var tenant = await TenantAsync();
        var before = await _database.ShapeAsync(tenant.Schema);
        await RunAsync(LongProbeDbContext.Tag, _allBig, tenant);

        var plan = await new FleetPlanner(_allBig, LongProbeDbContext.Line).PlanAsync(RunKind.Rollback, TenantSelection.All, MigrationTarget.To(LongProbeDbContext.Create), CancellationToken.None);
        var waiting = (await Should.ThrowAsync<DataLossException>(() => _database.Runs.StartAsync(plan, new RunRequest("cli", "a test"), CancellationToken.None))).Run;
        await _database.Runs.ResumeAsync(waiting.Id, waiting.Id, LongProbeDbContext.Line, CancellationToken.None);
        var report = await _database.Executor(LongProbeDbContext.Line, _allBig).ExecuteAsync(waiting.Id, new RunExecution(), CancellationToken.None);

        report.IsComplete.ShouldBeTrue(string.Join('\n', report.Failures));
        (await _database.ShapeAsync(tenant.Schema)).ShouldBe(before);
    }

    [Fact]
    public async Task An_index_that_cannot_be_built_leaves_no_trace_and_is_built_after_repair()
    {
        var tenant = await TenantAsync();
        await RunAsync(LongProbeDbContext.Fill, _allBig, tenant);
        var before = await _database.ShapeAsync(tenant.Schema);
        await _database.ExecuteAsync($"INSERT INTO {tenant.Schema}.facts (id, word) VALUES (100, 'word 1')");

        var report = await RunAsync(LongProbeDbContext.Index, _allBig, tenant);

        var failure = report.Failures.ShouldHaveSingleItem();
        (failure.Migration, failure.SqlState).ShouldBe((LongProbeDbContext.Index, PostgresErrorCodes.UniqueViolation));
        failure.Statement.ShouldNotBeNull().ShouldContain("CREATE UNIQUE INDEX CONCURRENTLY");
        (await _database.ShapeAsync(tenant.Schema)).ShouldBe(before);
        (await PendingAsync(tenant)).ShouldBeNull();

        await _database.ExecuteAsync($"DELETE FROM {tenant.Schema}.facts WHERE id = 100");
        (await RunAsync(LongProbeDbContext.Index, _allBig, tenant)).IsComplete.ShouldBeTrue();
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("invalid")]
    [InlineData("ready")]
    public async Task What_an_interrupted_build_left_is_found_and_finished(string leftover)
    {
        var tenant = await TenantAsync();
        await RunAsync(LongProbeDbContext.Fill, _allBig, tenant);
        await LeaveAsync(tenant, leftover);
        await _database.ExecuteAsync($"UPDATE public.tenants SET schema_pending = '{LongProbeDbContext.Index}' WHERE id = '{tenant.Id}'");

        // Found by whoever comes next, also where the table counts as small.
        (await RunAsync(LongProbeDbContext.Tag, _database.DataSource, tenant)).IsComplete.ShouldBeTrue();

        (await _database.ScalarAsync<bool>($"SELECT indisvalid FROM pg_index WHERE indexrelid = '{tenant.Schema}.facts_word_idx'::regclass")).ShouldBeTrue();
        (await _database.LedgerAsync(tenant)).ShouldBe(LongProbeDbContext.Tag);
        (await PendingAsync(tenant)).ShouldBeNull();
    }

    [Theory]
    [InlineData("invalid")]
    [InlineData("ready")]
    public async Task What_was_begun_is_undone_by_a_run_that_leads_elsewhere(string leftover)
    {
        var tenant = await TenantAsync();
        await RunAsync(LongProbeDbContext.Fill, _allBig, tenant);
        var before = await _database.ShapeAsync(tenant.Schema);
        await LeaveAsync(tenant, leftover);
        await _database.ExecuteAsync($"UPDATE public.tenants SET schema_pending = '{LongProbeDbContext.Index}' WHERE id = '{tenant.Id}'");

        (await RunAsync(LongProbeDbContext.Fill, _allBig, tenant)).Counts.Skipped.ShouldBe(1);

        (await _database.ShapeAsync(tenant.Schema)).ShouldBe(before);
        (await PendingAsync(tenant)).ShouldBeNull();
    }

    [Fact]
    public async Task An_index_that_somebody_else_made_under_the_name_is_not_taken_for_ours()
    {
        var tenant = await TenantAsync();
        await RunAsync(LongProbeDbContext.Fill, _allBig, tenant);
        await _database.ExecuteAsync($"CREATE INDEX facts_word_idx ON {tenant.Schema}.facts (id)");
        var before = await _database.ShapeAsync(tenant.Schema);

        var report = await RunAsync(LongProbeDbContext.Index, _allBig, tenant);

        report.Failures.ShouldHaveSingleItem().SqlState.ShouldBe(PostgresErrorCodes.DuplicateTable);
        (await _database.ShapeAsync(tenant.Schema)).ShouldBe(before);
        (await PendingAsync(tenant)).ShouldBeNull();
    }

    // An invalid index is what the server keeps of a build that failed.
    private async Task LeaveAsync(Tenant tenant, string leftover)
    {
        if (leftover == "ready")
        {
            await _database.ExecuteAsync($"CREATE UNIQUE INDEX facts_word_idx ON {tenant.Schema}.facts (word)");
        }
        else if (leftover == "invalid")
        {
            await _database.ExecuteAsync($"INSERT INTO {tenant.Schema}.facts (id, word) VALUES (100, 'word 1')");
            await Should.ThrowAsync<PostgresException>(() => _database.ExecuteAsync($"CREATE UNIQUE INDEX CONCURRENTLY facts_word_idx ON {tenant.Schema}.facts (word)"));
            await _database.ExecuteAsync($"DELETE FROM {tenant.Schema}.facts WHERE id = 100");
        }
    }

    private Task<Tenant> TenantAsync() => new TenantProvisioner(_database.DataSource, LongProbeDbContext.Line.UpTo(LongProbeDbContext.Create))
        .ProvisionAsync($"probe-{Guid.NewGuid():N}", "Probe", seed: null, CancellationToken.None);

    private async Task<RunReport> RunAsync(string target, NpgsqlDataSource dataSource, Tenant tenant)
    {
        var plan = await new FleetPlanner(dataSource, LongProbeDbContext.Line).PlanAsync(RunKind.Apply, new TenantSelection { Slugs = [tenant.Slug] }, MigrationTarget.To(target), CancellationToken.None);
        plan.Tenants.Count.ShouldBe(1);
        var run = await _database.Runs.StartAsync(plan, new RunRequest("cli", "a test"), CancellationToken.None);
        return await _database.Executor(LongProbeDbContext.Line, dataSource).ExecuteAsync(run.Id, new RunExecution(), CancellationToken.None);
    }

    private Task<string?> PendingAsync(Tenant tenant) => _database.ScalarAsync<string>($"SELECT schema_pending FROM public.tenants WHERE id = '{tenant.Id}'");
}
