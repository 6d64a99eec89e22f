using System.Diagnostics;
using System.Globalization;
using Todo.AppHost.Embedded;
using Todo.Data;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;
using Todo.Tenancy.Scoping;

namespace Todo.Benchmarks.Fleet;

/// <summary>Tenants made per second, on both sides.</summary>
internal sealed record ProvisionResult(Spread Raw, Spread Engine, Spread Ratio);

/// <summary>Makes tenants of the service's own line, bare and by the provisioner in turn, each waiting for its commit to be on disk.</summary>
internal sealed class ProvisionMeasurement(EmbeddedServer server, RawPsql psql, FleetOptions options, Action<string> say)
{
    private static MigrationLine Line => MigrationLines.Tenant;

    public async Task<ProvisionResult> RunAsync(int tenants, CancellationToken cancellationToken)
    {
        say($"Provisioning {tenants} tenants");
        await using var database = await BenchmarkDatabase.CreateAsync(server, cancellationToken);
        var (raw, engine) = (new List<double>(), new List<double>());
        for (var round = 0; round <= options.Rounds; round++)
        {
            await database.SettleAsync(cancellationToken);
            var bare = tenants / (await psql.RunAsync(database.Name, Enumerable.Range(0, tenants).Select(_ => Script()).ToArray(), options.Connections, cancellationToken)).TotalSeconds;
            await database.SettleAsync(cancellationToken);
            var ours = tenants / await ProvisionAsync(database, tenants, cancellationToken);
            say(string.Create(CultureInfo.InvariantCulture, $"  {round} psql {bare:0} tenants/s, engine {ours:0} tenants/s ({ours / bare:0.00})"));
            if (round > 0)
            {
                raw.Add(bare);
                engine.Add(ours);
            }
        }

        return new ProvisionResult(Spread.Of(raw), Spread.Of(engine), Spread.Of(raw.Zip(engine, (bare, ours) => ours / bare)));
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
}
