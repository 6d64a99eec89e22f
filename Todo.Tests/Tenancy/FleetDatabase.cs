using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Todo.Data;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Inspection;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;
using Todo.Tests.Servers;

namespace Todo.Tests.Tenancy;

/// <summary>A database with the real catalog, for tenants of the probe line.</summary>
public sealed class FleetDatabase : TestDatabase
{
    /// <summary>The cluster to be in, if not the one that all tests share.</summary>
    public string? Server { get; init; }

    protected override async Task<string> ServerAsync() => Server ?? await base.ServerAsync();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await new CatalogMigrator(DataSource, MigrationLines.Catalog, NullLogger<CatalogMigrator>.Instance).MigrateAsync(CancellationToken.None);
    }

    /// <summary>Makes tenants as an older build did: at the first version.</summary>
    public async Task<IReadOnlyList<Tenant>> ProvisionOldAsync(int count)
    {
        var provisioner = new TenantProvisioner(DataSource, ProbeDbContext.OldLine);
        var tenants = new List<Tenant>();
        for (var i = 0; i < count; i++)
        {
            tenants.Add(await provisioner.ProvisionAsync($"probe-{Guid.NewGuid():N}", "Probe", seed: null, CancellationToken.None));
        }

        return tenants;
    }

    /// <summary>An engine as a process of its own would have it.</summary>
    public FleetMigration Fleet(MigrationLine? line = null, NpgsqlDataSource? dataSource = null)
    {
        var runs = new RunStore(dataSource ?? DataSource);
        return new FleetMigration(dataSource ?? DataSource, new FleetPlanner(dataSource ?? DataSource, line ?? ProbeDbContext.Line), runs, Executor(line, dataSource));
    }

    /// <summary>The runs in this database.</summary>
    public RunStore Runs => new(DataSource);

    /// <summary>The part of an engine that works on runs.</summary>
    public RunExecutor Executor(MigrationLine? line = null, NpgsqlDataSource? dataSource = null) =>
        new(dataSource ?? DataSource, line ?? ProbeDbContext.Line, new RunStore(dataSource ?? DataSource), new HttpClient());

    /// <summary>Plans over the probe line.</summary>
    public FleetPlanner Planner(MigrationLine? line = null) => new(DataSource, line ?? ProbeDbContext.Line);

    /// <summary>What a worker does at its start.</summary>
    public Task<FleetOutcome> MigrateAsync(MigrationLine? line = null, Action<RunProgress>? progress = null, RunExecution? execution = null) =>
        Fleet(line).BringToHeadAsync(
            new RunRequest("worker", "a test"), (execution ?? new RunExecution { Parallelism = 4 }) with { Progress = progress }, CancellationToken.None);

    /// <summary>Brings one tenant to head, trying it so often. What new tenants get stays open, as if there had been no run.</summary>
    public async Task<FleetOutcome> MigrateOneAsync(string slug, int attempts = 5)
    {
        var outcome = await Fleet().ApplyAsync(
            new TenantSelection { Slugs = [slug] },
            MigrationTarget.To(ProbeDbContext.Line.Head.Id),
            new RunRequest("cli", "a test"),
            new RunExecution { Attempts = attempts, RetryDelay = TimeSpan.FromMilliseconds(1) },
            CancellationToken.None);
        await ExecuteAsync("UPDATE public.fleet SET new_tenant_version = NULL");
        return outcome;
    }

    /// <summary>Plans, starts and works on a run.</summary>
    public async Task<RunReport> RunAsync(RunKind kind, MigrationTarget target, MigrationLine? line = null, RunRequest? request = null, RunExecution? execution = null, TenantSelection? selection = null)
    {
        var plan = await Planner(line).PlanAsync(kind, selection ?? TenantSelection.All, target, CancellationToken.None);
        var run = await Runs.StartAsync(plan, request ?? new RunRequest("cli", "a test"), CancellationToken.None);
        return await Executor(line).ExecuteAsync(run.Id, execution ?? new RunExecution(), CancellationToken.None);
    }

    /// <summary>What the ledger says.</summary>
    public async Task<string?> LedgerAsync(Tenant tenant)
    {
        await using var command = DataSource.CreateCommand("SELECT schema_version FROM public.tenants WHERE id = @id");
        command.Parameters.AddWithValue("id", tenant.Id);
        return await command.ExecuteScalarAsync() as string;
    }

    /// <summary>What the schema itself says.</summary>
    public Task<string?> HistoryAsync(Tenant tenant) => ScalarAsync<string>($"SELECT string_agg(\"MigrationId\", ',' ORDER BY \"MigrationId\") FROM {tenant.Schema}.\"__EFMigrationsHistory\"");

    /// <summary>What the schema is made of, as text without anything that names the schema.</summary>
    public async Task<string> ShapeAsync(string schema) => (await SchemaFingerprint.OfAsync(DataSource, schema)).ToString();
}
