using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;
using Todo.Tests.Servers;
using Todo.Tests.Tenancy;
using Todo.Tests.Tenancy.Fleet;

namespace Todo.Tests.Faults;

/// <summary>
/// Tenants that a run is struck at, and what must hold of them afterwards whatever was struck when: each is exactly at a version, in tables,
/// history and ledger, or in the middle of the one step that says so; and whoever runs it again gets all of them to the end, applying nothing twice.
/// </summary>
internal sealed class StruckFleet(FleetDatabase database, bool isBig)
{
    private static readonly MigrationLine Line = LongProbeDbContext.Line;

    // Pauses that a person would not notice, so that hundreds of faults take a minute. With a lease as short, whoever stands still for a moment is found at
    // work by another, again and again; that is nothing to give up for.
    private static readonly RunExecution Execution = new() { RetryDelay = TimeSpan.FromMilliseconds(10), Lease = TimeSpan.FromMilliseconds(60), Attempts = 1000 };

    private readonly Dictionary<string, string> _shapes = [];
    private List<Tenant> _tenants = [];

    /// <summary>What the engine connects with, by way of a proxy or directly. Zero bytes count as big: then every table is.</summary>
    public string Settings(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        Options = isBig ? "-c todo.small_relation_bytes=0" : "",
        NoResetOnClose = true,
        ApplicationName = "struck",
        IncludeFailedBatchedCommand = true,
    }.ConnectionString;

    /// <summary>Records what a schema looks like at each version.</summary>
    public async Task LearnAsync()
    {
        await database.ExecuteAsync("UPDATE public.fleet SET new_tenant_version = NULL");
        foreach (var step in Line.Steps)
        {
            var tenant = await new TenantProvisioner(database.DataSource, Line.UpTo(step.Id)).ProvisionAsync($"shape-{Guid.NewGuid():N}", "Shape", seed: null, CancellationToken.None);
            _shapes[step.Id] = await database.ShapeAsync(tenant.Schema);
        }

        await database.ExecuteAsync("UPDATE public.tenants SET status = 'deleted'");
    }

    /// <summary>Makes new tenants at the first version and starts a run over them, which nobody works on yet.</summary>
    public async Task<Guid> BeginAsync(int tenants)
    {
        await database.ExecuteAsync("UPDATE public.tenants SET status = 'deleted'; UPDATE public.migration_runs SET state = 'cancelled' WHERE state IN ('running', 'paused'); UPDATE public.fleet SET new_tenant_version = NULL");
        var provisioner = new TenantProvisioner(database.DataSource, Line.UpTo(LongProbeDbContext.Create));
        var made = new List<Tenant>();
        for (var i = 0; i < tenants; i++)
        {
            made.Add(await provisioner.ProvisionAsync($"struck-{Guid.NewGuid():N}", "Struck", seed: null, CancellationToken.None));
        }

        _tenants = made;
        var plan = await new FleetPlanner(database.DataSource, Line).PlanAsync(RunKind.Apply, TenantSelection.All, MigrationTarget.To(LongProbeDbContext.Tag), CancellationToken.None);
        return (await database.Runs.StartAsync(plan, new RunRequest("worker", "a test"), CancellationToken.None)).Id;
    }

    /// <summary>Works on a run as a process of its own does.</summary>
    public async Task<RunReport> WorkAsync(Guid run, string connectionString, CancellationToken cancellationToken, int parallelism = 1)
    {
        await using var dataSource = NpgsqlDataSource.Create(Settings(connectionString));
        return await database.Executor(Line, dataSource).ExecuteAsync(run, Execution with { Parallelism = parallelism }, cancellationToken);
    }

    /// <summary>What holds after a fault, before anybody repairs anything.</summary>
    public async Task ShouldBeWholeAsync(string fault)
    {
        // What the server still has in hand ends by itself, one way or the other.
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'struck'") == 0);
        foreach (var tenant in _tenants)
        {
            var history = (await database.HistoryAsync(tenant))!.Split(',');
            history.ShouldBe(Line.Steps.Take(history.Length).Select(step => step.Id), fault);
            (await database.LedgerAsync(tenant)).ShouldBe(history[^1], fault);
            var pending = await database.ScalarAsync<string>($"SELECT schema_pending FROM public.tenants WHERE id = '{tenant.Id}'");
            if (pending is null)
            {
                (await database.ShapeAsync(tenant.Schema)).ShouldBe(_shapes[history[^1]], fault);
            }
            else
            {
                pending.ShouldBe(LongProbeDbContext.Index, fault);
                history[^1].ShouldBe(LongProbeDbContext.Fill, fault);
            }
        }
    }

    /// <summary>Runs it again, as the next worker does, and sees that all is done once.</summary>
    public async Task ShouldConvergeAsync(Guid run, string fault)
    {
        var report = await WorkAsync(run, database.ConnectionString, CancellationToken.None);
        report.IsComplete.ShouldBeTrue($"{fault}: {string.Join('\n', report.Failures)}");
        report.Counts.Applied.ShouldBe(_tenants.Count, fault);
        foreach (var tenant in _tenants)
        {
            (await database.LedgerAsync(tenant)).ShouldBe(LongProbeDbContext.Tag, fault);
            (await database.HistoryAsync(tenant)).ShouldBe(string.Join(',', Line.Steps.Select(step => step.Id)), fault);
            (await database.ShapeAsync(tenant.Schema)).ShouldBe(_shapes[LongProbeDbContext.Tag], fault);
            (await database.ScalarAsync<string>($"SELECT schema_pending FROM public.tenants WHERE id = '{tenant.Id}'")).ShouldBeNull(fault);

            // Each of the two migrations that count has counted once.
            (await database.ColumnAsync($"SELECT DISTINCT runs::text FROM {tenant.Schema}.facts")).ShouldBe(["2"], fault);
        }
    }
}
