using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using Todo.Data;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Inspection;
using Todo.Tests.MigrationWorker;
using Todo.Tests.Servers;

namespace Todo.Tests.Faults;

/// <summary>
/// An <see cref="OldFleet"/> of its own, worker processes that bring it to the head of both lines, and what must hold of it when one of them
/// has died, and when one has ended well.
/// </summary>
internal sealed partial class FleetUpgrade(OldFleet old) : TestDatabase
{
    /// <summary>What <see cref="OldFleet.Next"/> adds.</summary>
    public static readonly string Index = OldFleet.Next.Up.Concurrent!.IndexName;

    /// <summary>The table that it is on.</summary>
    public static readonly string Table = OldFleet.Next.Up.Concurrent!.Table!;

    // As short as the worker takes it: those that come after a dead one wait for it.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, string> _done = [];

    /// <summary>How many tenants were at head when <see cref="ShouldBeWholeAsync"/> looked.</summary>
    public int Done => _done.Count;

    /// <summary>The schema of <see cref="OldFleet.Big"/>.</summary>
    public Task<string?> BigSchemaAsync() => ScalarAsync<string>($"SELECT schema FROM public.tenants WHERE slug = '{OldFleet.Big}'");

    /// <summary>A copy of an old fleet.</summary>
    public static async Task<FleetUpgrade> CopyAsync(OldFleet old)
    {
        var copy = new FleetUpgrade(old) { Template = old.Name };
        await copy.InitializeAsync();
        return copy;
    }

    /// <summary>Starts a worker.</summary>
    /// <param name="proxy">Stands in front of this database; null: none does.</param>
    /// <param name="parallelism">Tenants at once. With one, what it sends is the same every time, but for the renewal of a lease.</param>
    public WorkerProcess StartWorker(PostgresProxy? proxy = null, int parallelism = 1) => new(
        new NpgsqlConnectionStringBuilder(proxy?.ConnectionString ?? ConnectionString) { Options = OldFleet.Settings, ApplicationName = "worker" }.ConnectionString,
        "Production",
        $"--Migration:Parallelism={parallelism}",
        $"--Migration:Lease={Lease}");

    /// <summary>What holds after a worker's death, before anybody repairs anything: everything is old or new, and nothing keeps the next one waiting.</summary>
    public async Task ShouldBeWholeAsync(string fault)
    {
        // A process's connections end with it, and its locks with them.
        await Eventually.TrueAsync(async () => await ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'worker'") == 0);
        var catalog = await HistoryAsync("public");
        catalog.ShouldBe(MigrationLines.Catalog.Steps.Take(catalog.Count).Select(step => step.Id), fault);
        (await ShapeAsync("public")).ShouldBe(old.CatalogShapes[catalog[^1]], fault);
        var hasRuns = catalog.Count == MigrationLines.Catalog.Steps.Count;
        if (hasRuns)
        {
            (await ScalarAsync<long>($"SELECT count(*) FROM public.migration_run_tenants WHERE not_before > clock_timestamp() + interval '{Lease}'")).ShouldBe(0, fault);
        }

        foreach (var schema in await SchemasAsync())
        {
            var history = await HistoryAsync(schema);
            history.ShouldBe(MigrationLines.Tenant.Steps.Take(history.Count).Select(step => step.Id), fault);
            (await ScalarAsync<string>($"SELECT schema_version FROM public.tenants WHERE schema = '{schema}'")).ShouldBe(history[^1], fault);
            if (hasRuns && await ScalarAsync<string>($"SELECT schema_pending FROM public.tenants WHERE schema = '{schema}'") is { } pending)
            {
                await ShouldBeBuildingAsync(schema, history[^1], pending, fault);
                continue;
            }

            (await ShapeAsync(schema)).ShouldBe(old.TenantShapes[history[^1]], fault);
            if (history[^1] == MigrationLines.Tenant.Head.Id)
            {
                _done.Add(schema, await MarkAsync(schema));
            }
        }
    }

    /// <summary>
    /// All that a dead worker has left to the next one: rows and tables, without the times and ids that are different in every copy. From equal states
    /// the next one goes the same way.
    /// </summary>
    public async Task<string> StateAsync()
    {
        var state = new StringBuilder();
        foreach (var schema in (IEnumerable<string>)["public", .. await SchemasAsync()])
        {
            state.AppendJoin('\n', await ShapeAsync(schema)).AppendLine(await ContentAsync(schema));
        }

        if (await ScalarAsync<bool>("SELECT to_regclass('public.migration_runs') IS NOT NULL"))
        {
            foreach (var run in await ColumnAsync("SELECT id::text FROM public.migration_runs ORDER BY id"))
            {
                state.Replace(run, "run");
            }
        }

        return Time().Replace(state.ToString(), "time");
    }

    /// <summary>What holds when a worker has ended well: everything is new, and came to be so once.</summary>
    public async Task ShouldBeDoneAsync(string fault)
    {
        (await HistoryAsync("public")).ShouldBe(MigrationLines.Catalog.Steps.Select(step => step.Id), fault);
        (await ShapeAsync("public")).ShouldBe(old.CatalogShapes[MigrationLines.Catalog.Head.Id], fault);
        foreach (var schema in await SchemasAsync())
        {
            (await HistoryAsync(schema)).ShouldBe(MigrationLines.Tenant.Steps.Select(step => step.Id), fault);
            (await ShapeAsync(schema)).ShouldBe(old.TenantShapes[MigrationLines.Tenant.Head.Id], fault);
            (await MarkAsync(schema)).ShouldBe(_done.GetValueOrDefault(schema, await MarkAsync(schema)), fault);
        }

        var report = await new FleetVerifier(DataSource, MigrationLines.Tenant).VerifyAsync(TenantSelection.All, progress: null, CancellationToken.None);
        report.Findings.ShouldBeEmpty(fault);
        report.Checked.ShouldBe(OldFleet.Tenants, fault);

        (await ColumnAsync("SELECT DISTINCT state FROM public.migration_runs")).ShouldBe(["completed"], fault);
        (await ScalarAsync<long>("SELECT count(*) FROM public.migration_run_tenants WHERE state = 'applied'")).ShouldBe(OldFleet.Tenants, fault);
        (await ScalarAsync<string>("SELECT new_tenant_version FROM public.fleet")).ShouldBe(MigrationLines.Tenant.Head.Id, fault);
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d")]
    private static partial Regex Time();

    private Task<IReadOnlyList<string>> SchemasAsync() => ColumnAsync("SELECT schema FROM public.tenants ORDER BY id");

    private Task<IReadOnlyList<string>> HistoryAsync(string schema) => ColumnAsync($"SELECT \"MigrationId\" FROM {schema}.\"__EFMigrationsHistory\" ORDER BY 1");

    private async Task<IReadOnlyList<string>> ShapeAsync(string schema) => (await SchemaFingerprint.OfAsync(DataSource, schema)).Lines;

    // The index that comes next comes into being outside of a transaction, and the ledger says so: it is there, or half there, or not, and that is all.
    private async Task ShouldBeBuildingAsync(string schema, string version, string pending, string fault)
    {
        schema.ShouldBe(await BigSchemaAsync(), fault);
        var next = MigrationLines.Tenant.Steps.SkipWhile(step => step.Id != version).ElementAt(1);
        pending.ShouldBe(next.Id, fault);
        var index = next.Up.Concurrent.ShouldNotBeNull(fault).IndexName;
        (await ShapeAsync(schema)).Where(line => !line.Contains(index, StringComparison.Ordinal)).ShouldBe(old.TenantShapes[version], fault);
    }

    // Which transaction wrote the last row of the history, and which file the index is in: another one if either was made again.
    private async Task<string> MarkAsync(string schema) => (await ScalarAsync<string>(
        $"""
        SELECT xmin::text || ' ' || (SELECT relfilenode FROM pg_class WHERE oid = '{schema}.{Index}'::regclass)
        FROM {schema}."__EFMigrationsHistory" WHERE "MigrationId" = '{MigrationLines.Tenant.Head.Id}'
        """))!;
}
