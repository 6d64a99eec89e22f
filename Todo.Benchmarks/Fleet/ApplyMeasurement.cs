using System.Diagnostics;
using System.Globalization;
using Todo.AppHost.Embedded;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;

namespace Todo.Benchmarks.Fleet;

/// <summary>What moving a fleet took, in seconds, on both sides and back.</summary>
internal sealed record ApplyResult(int Tenants, IReadOnlyList<double> Raw, IReadOnlyList<double> Engine, IReadOnlyList<double> Rollback)
{
    /// <summary>The engine's speed in the bare way's, of two neighbours in time.</summary>
    public Spread Ratio => Spread.Of(Raw.Zip(Engine, (raw, engine) => raw / engine));
}

/// <summary>The same migration of every tenant, bare and by the engine in turn; the engine undoes both.</summary>
internal sealed class ApplyMeasurement(EmbeddedServer server, RawPsql psql, MigrationLine line, FleetOptions options, Action<string> say)
{
    public async Task<ApplyResult> RunAsync(int tenants, CancellationToken cancellationToken)
    {
        say($"Making {tenants} tenants");
        await using var database = await BenchmarkDatabase.CreateAsync(server, cancellationToken);
        await database.ProvisionAsync(line.UpTo(BenchmarkLineContext.First), tenants, options.Connections, cancellationToken);
        var scripts = await ScriptsAsync(database, cancellationToken);
        var (raw, engine, rollback) = (new List<double>(), new List<double>(), new List<double>());

        // The first round warms up: the just-in-time compiler here, the server's buffers for both.
        for (var round = 0; round <= options.Rounds; round++)
        {
            await database.SettleAsync(cancellationToken);
            var bare = (await psql.RunAsync(database.Name, scripts, options.Connections, cancellationToken)).TotalSeconds;
            await RequireAllAsync(database, BenchmarkLineContext.Second, tenants, cancellationToken);
            var back = await RollBackAsync(database, tenants, cancellationToken);

            var ours = await ApplyAsync(database, tenants, cancellationToken);
            await RequireAllAsync(database, BenchmarkLineContext.Second, tenants, cancellationToken);
            var backAgain = await RollBackAsync(database, tenants, cancellationToken);
            say(string.Create(
                CultureInfo.InvariantCulture, $"  {round} {tenants} tenants: psql {bare:0.000} s, engine {ours:0.000} s ({bare / ours:0.00}), back {back:0.000} s and {backAgain:0.000} s"));
            if (round > 0)
            {
                raw.Add(bare);
                engine.Add(ours);
                rollback.AddRange([back, backAgain]);
            }
        }

        return new ApplyResult(tenants, raw, engine, rollback);
    }

    private async Task<IReadOnlyList<string>> ScriptsAsync(BenchmarkDatabase database, CancellationToken cancellationToken)
    {
        var path = line.Path(BenchmarkLineContext.First, BenchmarkLineContext.Second);
        var scripts = new List<string>();
        await using var command = database.DataSource.CreateCommand("SELECT id, schema FROM public.tenants ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var ledger = $"UPDATE public.tenants SET schema_version = '{path.To}', schema_checksum = '{path.ToChecksum}', updated_at = clock_timestamp() WHERE id = '{reader.GetGuid(0)}'";
            scripts.Add(RawPsql.Transaction(reader.GetString(1), ["SET LOCAL synchronous_commit = off"], [.. path.Statements.Select(statement => statement.Sql), ledger]));
        }

        return scripts;
    }

    // Everything that a worker does, from the first look at the ledger on, with connections that are opened for it as psql's are.
    private async Task<double> ApplyAsync(BenchmarkDatabase database, int tenants, CancellationToken cancellationToken)
    {
        await database.SettleAsync(cancellationToken);
        using var http = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        await using var dataSource = database.Connect();
        var outcome = await Engine.Of(dataSource, line, http).BringToHeadAsync(Engine.Request, Execution, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return outcome.Applied == tenants ? seconds : throw new BenchmarkException($"The engine moved {outcome.Applied} of {tenants} tenants: {string.Concat(outcome.Failures.Select(failure => failure.Message).Take(1))}");
    }

    private async Task<double> RollBackAsync(BenchmarkDatabase database, int tenants, CancellationToken cancellationToken)
    {
        await database.SettleAsync(cancellationToken);
        using var http = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        await using var dataSource = database.Connect();
        var runs = new RunStore(dataSource);
        var plan = await new FleetPlanner(dataSource, line).PlanAsync(RunKind.Rollback, TenantSelection.All, MigrationTarget.To(BenchmarkLineContext.First), cancellationToken);
        Guid run;
        try
        {
            run = (await runs.StartAsync(plan, Engine.Request, cancellationToken)).Id;
        }
        catch (DataLossException loss)
        {
            run = (await runs.ResumeAsync(loss.Run.Id, loss.Run.Id, line, cancellationToken)).Id;
        }

        await new RunExecutor(dataSource, line, runs, http).ExecuteAsync(run, Execution, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await RequireAllAsync(database, BenchmarkLineContext.First, tenants, cancellationToken);
        return seconds;
    }

    private RunExecution Execution => new() { Parallelism = options.Connections };

    private static async Task RequireAllAsync(BenchmarkDatabase database, string version, int tenants, CancellationToken cancellationToken)
    {
        var count = await database.ScalarAsync<long>($"SELECT count(*) FROM public.tenants WHERE schema_version = '{version}'", cancellationToken);
        if (count != tenants)
        {
            throw new BenchmarkException($"{count} of {tenants} tenants are at {version}.");
        }
    }
}
