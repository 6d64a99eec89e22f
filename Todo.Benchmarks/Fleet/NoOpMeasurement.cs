using System.Diagnostics;
using Todo.AppHost.Embedded;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;

namespace Todo.Benchmarks.Fleet;

/// <summary>What it takes to find out that nothing is to be done.</summary>
internal sealed record NoOpResult(int Tenants, int Commands, Spread Milliseconds);

/// <summary>Brings fleets to head that are there already. Nobody looks into their schemas, so they have none.</summary>
internal static class NoOpMeasurement
{
    private const int Repetitions = 11;

    public static async Task<NoOpResult> RunAsync(EmbeddedServer server, MigrationLine line, int tenants, CancellationToken cancellationToken)
    {
        await using var database = await BenchmarkDatabase.CreateAsync(server, cancellationToken);
        await database.ExecuteAsync(
            $"""
            INSERT INTO public.tenants (id, slug, name, schema, status, schema_version, schema_checksum, created_at, updated_at)
            SELECT id, 'tenant-' || number, 'A tenant', 't_' || replace(id::text, '-', ''), 'active', '{line.Head.Id}', '{line.Head.LineChecksum}', now(), now()
            FROM (SELECT number, gen_random_uuid() AS id FROM generate_series(1, {tenants}) AS number) AS made
            """,
            cancellationToken);
        await database.SettleAsync(cancellationToken);

        using var http = new HttpClient();
        await using var dataSource = database.Connect();
        var engine = Engine.Of(dataSource, line, http);
        await BringAsync();
        var commands = 0;
        using (var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ => Interlocked.Increment(ref commands),
        })
        {
            ActivitySource.AddActivityListener(listener);
            await BringAsync();
        }

        var times = new List<double>();
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            var started = Stopwatch.GetTimestamp();
            await BringAsync();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return new NoOpResult(tenants, commands, Spread.Of(times));

        async Task BringAsync()
        {
            var outcome = await engine.BringToHeadAsync(Engine.Request, new RunExecution(), cancellationToken);
            if (outcome.Current != tenants || !outcome.IsCurrent)
            {
                throw new BenchmarkException($"{outcome.Current} of {tenants} tenants are current.");
            }
        }
    }
}
