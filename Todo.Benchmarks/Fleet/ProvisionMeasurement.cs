using System.Diagnostics;
using System.Globalization;
using Todo.AppHost.Embedded;
using Todo.Data;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;
using Todo.Tenancy.Scoping;

namespace Todo.Benchmarks.Fleet;

/// <summary>Tenants made per second, on both sides.</summary>
/// <param name="Raw">By bare statements.</param>
/// <param name="Engine">By the provisioner, without a pool.</param>
/// <param name="Ratio">The second in the first's.</param>
/// <param name="Taken">Milliseconds for one tenant from the pool.</param>
internal sealed record ProvisionResult(Spread Raw, Spread Engine, Spread Ratio, Spread Taken);

/// <summary>
/// Makes tenants of the service's own line, bare and by the provisioner in turn, and then from a pool, one after the other; each waits
/// for its commit to be on disk.
/// </summary>
internal sealed class ProvisionMeasurement(EmbeddedServer server, RawPsql psql, FleetOptions options, Action<string> say)
{
    private static MigrationLine Line => MigrationLines.Tenant;

    public async Task<ProvisionResult> RunAsync(int tenants, CancellationToken cancellationToken)
    {
        say($"Provisioning {tenants} tenants");
        await using var database = await BenchmarkDatabase.CreateAsync(server, cancellationToken);
        var (raw, engine, taken) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= options.Rounds; round++)
        {
            await database.SettleAsync(cancellationToken);
            var bare = tenants / (await psql.RunAsync(database.Name, Enumerable.Range(0, tenants).Select(_ => Script()).ToArray(), options.Connections, cancellationToken)).TotalSeconds;
            await database.SettleAsync(cancellationToken);
            var ours = tenants / await ProvisionAsync(database, tenants, cancellationToken);
            var each = await TakeAsync(database, tenants, cancellationToken);
            say(string.Create(
                CultureInfo.InvariantCulture,
                $"  {round} psql {bare:0} tenants/s, engine {ours:0} tenants/s ({ours / bare:0.00}), from the pool {Spread.Of(each).Median:0.0} ms each"));
            if (round > 0)
            {
                raw.Add(bare);
                engine.Add(ours);
                taken.AddRange(each);
            }
        }

        return new ProvisionResult(Spread.Of(raw), Spread.Of(engine), Spread.Of(raw.Zip(engine, (bare, ours) => ours / bare)), Spread.Of(taken));
    }

    private static string Script()
    {
        var schema = TenantSchema.Of(Guid.CreateVersion7());
        return RawPsql.Transaction(
            schema.Name,
            [
                $"""
                INSERT INTO public.tenants (id, slug, name, schema, status, schema_version, schema_checksum, created_at, updated_at)
                VALUES ('{schema.TenantId}', 'tenant-{Guid.NewGuid():N}', 'A tenant', '{schema.Name}', 'active', '{Line.Head.Id}', '{Line.Head.LineChecksum}', now(), now())
                """,
                $"CREATE SCHEMA {schema.Name}",
            ],
            [.. Line.CreateHistory, .. Line.Steps.SelectMany(step => step.Up.PlainStatements)]);
    }

    private async Task<double> ProvisionAsync(BenchmarkDatabase database, int tenants, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await using var dataSource = database.Connect();
        var provisioner = new TenantProvisioner(dataSource, Line);
        await Parallel.ForAsync(0, tenants, new ParallelOptions { MaxDegreeOfParallelism = options.Connections, CancellationToken = cancellationToken }, async (_, cancellation) =>
            await provisioner.ProvisionAsync($"tenant-{Guid.NewGuid():N}", "A tenant", seed: null, cancellation));
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    // What a sign-up waits for; the first one, which opens the connection, is not counted.
    private static async Task<List<double>> TakeAsync(BenchmarkDatabase database, int tenants, CancellationToken cancellationToken)
    {
        await using var dataSource = database.Connect();
        await new SchemaPool(dataSource, Line).FillAsync(tenants + 1, cancellationToken);
        await database.SettleAsync(cancellationToken);
        var provisioner = new TenantProvisioner(dataSource, Line);
        var milliseconds = new List<double>();
        for (var made = 0; made <= tenants; made++)
        {
            var started = Stopwatch.GetTimestamp();
            await provisioner.ProvisionAsync($"tenant-{Guid.NewGuid():N}", "A tenant", seed: null, cancellationToken);
            if (made > 0)
            {
                milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        if (await new SchemaPool(dataSource, Line).CountAsync(cancellationToken) is { Ready: > 0 } left)
        {
            throw new BenchmarkException($"{left.Ready} schemas are left in the pool: tenants were made without it.");
        }

        return milliseconds;
    }
}
