using System.Collections.Concurrent;
using Npgsql;
using Todo.Tests.MigrationWorker;
using Todo.Tests.Servers;
using Xunit.Abstractions;

namespace Todo.Tests.Faults;

/// <summary>
/// The worker's process is killed (SIGKILL) during an upgrade from an older build to this one: of the catalog, of small tenants in a
/// transaction each, and of a big one whose index is built outside of it.
/// </summary>
public sealed class WorkerKillTests(OldFleet old, ITestOutputHelper output) : IClassFixture<OldFleet>
{
    private const string Renewal = "SET not_before = clock_timestamp() + $3";

    [Fact]
    public async Task A_worker_that_is_killed_leaves_everything_old_or_new_wherever_that_was_and_the_next_one_finishes()
    {
        var points = StatementBoundaries.OfDeaths(await UndisturbedAsync());
        var seen = new ConcurrentDictionary<string, FaultPoint>();
        var missed = new ConcurrentBag<string>();

        // Part of the time they wait for a lease to end.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount + 1 };
        await Parallel.ForEachAsync(points, parallel, async (point, _) =>
        {
            await using var fleet = await FleetUpgrade.CopyAsync(old);
            if (!await KillAsync(fleet, point))
            {
                missed.Add(point.ToString());
                return;
            }

            await fleet.ShouldBeWholeAsync(point.ToString());
            if (seen.TryAdd(await fleet.StateAsync(), point))
            {
                await FinishAsync(fleet, point.ToString());
            }
        });

        output.WriteLine($"{points.Count} deaths, which left {seen.Count} different states");
        missed.ShouldAllBe(point => point.Contains(Renewal, StringComparison.Ordinal), "a lease may be renewed once more or less, everything else comes every time");
    }

    [Fact]
    public async Task Of_two_workers_one_is_killed_anywhere_and_the_other_finishes()
    {
        const int Deaths = 4;
        var statements = (await UndisturbedAsync()).Count;
        var seed = Environment.TickCount;
        output.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        for (var (deaths, rounds) = (0, 0); deaths < Deaths; rounds++)
        {
            rounds.ShouldBeLessThan(10 * Deaths, $"seed {seed}: the victim is hardly ever struck");
#pragma warning disable CA5394 // Chooses where to kill; nothing secret.
            var ordinal = random.Next(1, statements + 1);
#pragma warning restore CA5394
            var point = rounds % 2 == 0 ? FaultPoint.Before(ordinal) : FaultPoint.After(ordinal);
            var fault = $"seed {seed}, round {rounds}: {point}";
            await using var fleet = await FleetUpgrade.CopyAsync(old);

            // They begin together: a victim that comes late finds nothing to do.
            await using var proxy = PostgresProxy.Start(fleet.ConnectionString);
            await using var gate = PostgresProxy.Start(fleet.ConnectionString);
            gate.Arm(FaultPoint.Before(1), FaultAction.Call(_ => Eventually.TrueAsync(() => Task.FromResult(proxy.Statements.Count > 0))));
            using var survivor = fleet.StartWorker(gate, parallelism: 2);

            deaths += await KillAsync(fleet, proxy, point, parallelism: 2) ? 1 : 0;

            (await survivor.ExitCodeAsync()).ShouldBe(0, $"{fault}: {survivor.Output}");
            await EndLateRunAsync(fleet, fault);
            await fleet.ShouldBeDoneAsync(fault);
        }
    }

    [Fact]
    public async Task An_index_that_the_server_goes_on_building_after_its_worker_was_killed_is_waited_for_and_not_built_again()
    {
        await using var fleet = await FleetUpgrade.CopyAsync(old);
        var schema = await fleet.BigSchemaAsync();
        await using var writer = await fleet.DataSource.OpenConnectionAsync();
        await using var writing = await writer.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"LOCK TABLE {schema}.{FleetUpgrade.Table} IN ROW EXCLUSIVE MODE", writer, writing))
        {
            await command.ExecuteNonQueryAsync();
        }

        using (var victim = fleet.StartWorker())
        {
            await Eventually.TrueAsync(() => fleet.ScalarAsync<bool>(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock')"));
            victim.Kill();
            await victim.ExitCodeAsync();
        }

        var identity = $"SELECT '{schema}.{FleetUpgrade.Index}'::regclass::oid";
        var index = await fleet.ScalarAsync<uint>(identity);

        // Between the attempts of the next one, which finds the tenant locked.
        using var next = fleet.StartWorker();
        await Eventually.TrueAsync(() => fleet.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM public.migration_run_tenants WHERE state = 'pending' AND error_code = '55P03')"));
        await writing.CommitAsync();

        (await next.ExitCodeAsync()).ShouldBe(0, next.Output);
        (await fleet.ScalarAsync<uint>(identity)).ShouldBe(index);
        await fleet.ShouldBeDoneAsync("a build that outlived its worker");
    }

    private async Task<IReadOnlyList<ProxiedStatement>> UndisturbedAsync()
    {
        await using var fleet = await FleetUpgrade.CopyAsync(old);
        await using var proxy = PostgresProxy.Start(fleet.ConnectionString);
        using var worker = fleet.StartWorker(proxy);
        (await worker.ExitCodeAsync()).ShouldBe(0, worker.Output);
        await fleet.ShouldBeDoneAsync("undisturbed");
        return proxy.Statements;
    }

    // What the victim planned before the survivor was done, and began after that: nothing is to do in it, but it is open.
    private static async Task EndLateRunAsync(FleetUpgrade fleet, string fault)
    {
        if (await fleet.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM public.migration_runs WHERE state = 'running')"))
        {
            using var third = fleet.StartWorker();
            (await third.ExitCodeAsync()).ShouldBe(0, $"{fault}: {third.Output}");
        }
    }

    private static async Task<bool> KillAsync(FleetUpgrade fleet, FaultPoint point)
    {
        await using var proxy = PostgresProxy.Start(fleet.ConnectionString);
        return await KillAsync(fleet, proxy, point, parallelism: 1);
    }

    /// <summary>Starts a worker and kills it there. False: it did not get there, and has ended well.</summary>
    private static async Task<bool> KillAsync(FleetUpgrade fleet, PostgresProxy proxy, FaultPoint point, int parallelism)
    {
        var victim = new TaskCompletionSource<WorkerProcess>();
        proxy.Arm(point, FaultAction.Call(async _ =>
        {
            var process = await victim.Task;
            process.Kill();
            await process.ExitCodeAsync();
        }).ThenCut());
        using var worker = fleet.StartWorker(proxy, parallelism);
        victim.SetResult(worker);
        var exitCode = await worker.ExitCodeAsync();
        var isMissed = proxy.Disarm();
        if (!isMissed)
        {
            await proxy.Fired;
        }

        // A process that a signal has ended says so: 128 and the signal's number, 9.
        exitCode.ShouldBe(isMissed ? 0 : 128 + 9, $"{point}: {worker.Output}");
        return !isMissed;
    }

    private static async Task FinishAsync(FleetUpgrade fleet, string fault)
    {
        using var next = fleet.StartWorker();
        (await next.ExitCodeAsync()).ShouldBe(0, $"{fault}: {next.Output}");
        next.Output.ShouldContain($"Tenants: {OldFleet.Tenants - fleet.Done} applied, {fleet.Done} current, 0 failed", customMessage: fault);
        await fleet.ShouldBeDoneAsync(fault);
    }
}
