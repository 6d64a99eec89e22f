using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;
using Todo.Tests.Servers;

namespace Todo.Tests.Tenancy.Fleet;

/// <summary>Whoever goes on with a run keeps to the pace that it was started with.</summary>
public sealed class PaceTests : IAsyncLifetime
{
    private static readonly MigrationTarget Head = MigrationTarget.To(ProbeDbContext.Second);

    // Who waits for a table is seen waiting, however long the machine takes to look.
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(10);

    private readonly FleetDatabase _database = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(1, 20)]
    [InlineData(8, 2)]
    public async Task A_run_is_gone_on_with_as_many_at_once_as_it_was_started_with_and_half_of_the_connections_at_most(int parallelism, int connections)
    {
        var tenants = await _database.ProvisionOldAsync(8);
        var run = await StartAsync(new RunRequest("api", "a test") { Parallelism = parallelism });
        await using var held = await HoldAsync(tenants[0]);
        await using var dataSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = connections });
        var working = _database.Executor(dataSource: dataSource).ExecuteAsync(run.Id, new RunExecution { LockTimeout = LockTimeout }, CancellationToken.None);
        await WaitingAsync(1);
        await held.DisposeAsync();

        (await working).Counts.Applied.ShouldBe(8);
        (await OverlapsAsync(run.Id)).ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_says_how_many_at_once_is_not_held_to_what_the_run_says()
    {
        var tenants = await _database.ProvisionOldAsync(3);
        var run = await StartAsync(new RunRequest("api", "a test") { Parallelism = 1 });
        await using var first = await HoldAsync(tenants[0]);
        await using var second = await HoldAsync(tenants[1]);
        var working = _database.Executor().ExecuteAsync(run.Id, new RunExecution { Parallelism = 2, LockTimeout = LockTimeout }, CancellationToken.None);
        await WaitingAsync(2);
        await first.DisposeAsync();
        await second.DisposeAsync();

        (await working).Counts.Applied.ShouldBe(3);
    }

    [Fact]
    public async Task A_run_that_was_started_with_little_load_is_gone_on_with_as_little()
    {
        await _database.ProvisionOldAsync(5);
        var run = await StartAsync(new RunRequest("api", "a test") { Parallelism = 1, MaxLoad = 0.1 });
        (run.Parallelism, run.MaxLoad).ShouldBe((1, 0.1));

        await _database.Executor().ExecuteAsync(run.Id, new RunExecution(), CancellationToken.None);

        // Each tenant is followed by a pause of nine times its own time, which the worker saw to be longer than the server did.
        var hurried = await _database.ScalarAsync<long>(
            """
            SELECT count(*) FROM (
                SELECT lead(started_at) OVER (ORDER BY position) - finished_at AS pause, finished_at - started_at AS work FROM public.migration_run_tenants) t
            WHERE pause < work * 8
            """);
        hurried.ShouldBe(0);
    }

    [Fact]
    public async Task A_pace_that_breaks_a_rule_starts_nothing()
    {
        await _database.ProvisionOldAsync(1);
        await Should.ThrowAsync<ArgumentException>(() => StartAsync(new RunRequest("api", "a test") { Parallelism = 65 }));
        await Should.ThrowAsync<ArgumentException>(() => StartAsync(new RunRequest("api", "a test") { MaxLoad = 0 }));
        (await _database.ScalarAsync<long>("SELECT count(*) FROM public.migration_runs")).ShouldBe(0);
    }

    private async Task<MigrationRun> StartAsync(RunRequest request) =>
        await _database.Runs.StartAsync(await _database.Planner().PlanAsync(RunKind.Apply, TenantSelection.All, Head, CancellationToken.None), request, CancellationToken.None);

    // Reads from the tenant's table, so that whoever changes it has to wait.
    private async Task<NpgsqlConnection> HoldAsync(Tenant tenant)
    {
        var connection = await _database.DataSource.OpenConnectionAsync();
        await using var read = new NpgsqlCommand($"BEGIN; SELECT count(*) FROM {tenant.Schema}.notes", connection);
        await read.ExecuteNonQueryAsync();
        return connection;
    }

    // Until so many sessions wait for a table.
    private Task WaitingAsync(int sessions) => Eventually.TrueAsync(async () => await _database.ScalarAsync<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'relation'") == sessions);

    private Task<long> OverlapsAsync(Guid run) => _database.ScalarAsync<long>(
        $"""
        SELECT count(*) FROM public.migration_run_tenants a JOIN public.migration_run_tenants b USING (run_id)
        WHERE run_id = '{run}' AND a.position < b.position AND b.started_at < a.finished_at
        """);
}
