using System.Diagnostics;
using System.Globalization;
using Todo.AppHost.Embedded;
using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Fleet;

/// <summary>Requests beside a fleet that is on the move.</summary>
/// <param name="MaxLoad">The run's throttle; null: there is no run.</param>
/// <param name="Loads">What the requests saw, a round each.</param>
/// <param name="TenantsPerSecond">Tenants that were moved meanwhile.</param>
/// <param name="Ratios">The p99 in that of the same round without a run.</param>
internal sealed record ServingResult(double? MaxLoad, IReadOnlyList<Load> Loads, IReadOnlyList<double> TenantsPerSecond, IReadOnlyList<double> Ratios);

/// <summary>
/// The API's latency at an even pace, without a run and, in turn, while all its tenants are moved back and forth: at full speed and
/// throttled. Every request is for a tenant that has been, or is being, migrated.
/// </summary>
internal sealed class ServingMeasurement(EmbeddedServer postgres, FleetOptions options, Action<string> say)
{
    private const int Pace = 100;
    private static readonly double?[] Loads = [null, 1, 0.25, 0.05];
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<ServingResult>> RunAsync(int tenants, CancellationToken cancellationToken)
    {
        say($"Making {tenants} tenants with people and todos");
        await using var redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway with { Report = say }, cancellationToken);
        await using var database = await BenchmarkDatabase.CreateAsync(postgres, cancellationToken);
        var made = await BenchmarkTenants.MakeAsync(
            database.ConnectionString, new RequestsOptions(tenants, Todos: 40, People: 2, Rounds: 0, Seconds: 0, Connections: 0, Pool: 8, ["/todos"], Database: ""), cancellationToken);
        await using var api = await ServerUnderTest.StartApiAsync(
            new Dictionary<string, string>
            {
                ["ConnectionStrings__tododb"] = database.ConnectionString,
                ["ConnectionStrings__cache"] = redis.ConnectionString,
                ["Traffic__LimitRates"] = "false",
            },
            cancellationToken);
        var requests = await RequestsBenchmark.AskBothAsync(api.Address, api.Address, "/todos", made, cancellationToken);
        using var generator = new LoadGenerator(api.Address, 1);
        generator.RunPaced(requests, WarmUp, Pace, cancellationToken);

        var results = Loads.Select(load => (Load: load, Seen: new List<Load>(), Moved: new List<double>(), Ratios: new List<double>())).ToArray();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var (load, seen, moved, ratios) in results)
            {
                await using var fleet = load is { } maxLoad ? FleetLoop.Start(database.ConnectionString, maxLoad) : null;
                generator.RunPaced(requests, TimeSpan.FromSeconds(2), Pace, cancellationToken);
                seen.Add(generator.RunPaced(requests, Length, Pace, cancellationToken));
                moved.Add(fleet is null ? 0 : await fleet.StopAsync(cancellationToken));
                ratios.Add(seen[^1].P99 / results[0].Seen[^1].P99);
                say(string.Create(
                    CultureInfo.InvariantCulture, $"  {round} run at {load ?? 0:0.00}: {moved[^1]:0} tenants/s, p50 {seen[^1].P50:0.0} ms, p99 {seen[^1].P99:0.0} ms ({ratios[^1]:0.00})"));
            }
        }

        return [.. results.Select(result => new ServingResult(result.Load, result.Seen, result.Moved, result.Ratios))];
    }

    /// <summary>The process that moves the fleet.</summary>
    private sealed class FleetLoop : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly long _started = Stopwatch.GetTimestamp();

        private FleetLoop(Process process) => _process = process;

        public static FleetLoop Start(string connectionString, double maxLoad)
        {
            var start = new ProcessStartInfo(ServerUnderTest.DotnetProgram, ["exec", ServerUnderTest.InOutput("Todo.Benchmarks.dll"), .. FleetLoopCommand.Arguments(maxLoad)])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            start.Environment[$"ConnectionStrings__{FleetLoopCommand.Database}"] = connectionString;
            return new FleetLoop(Process.Start(start)!);
        }

        /// <summary>Ends it, and says how many tenants it moved a second.</summary>
        public async Task<double> StopAsync(CancellationToken cancellationToken)
        {
            _process.StandardInput.Close();
            var seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
            var said = await _process.StandardOutput.ReadToEndAsync(cancellationToken);
            await _process.WaitForExitAsync(cancellationToken);
            return _process.ExitCode == 0 && int.TryParse(said, CultureInfo.InvariantCulture, out var moved) && moved > 0
                ? moved / seconds
                : throw new BenchmarkException($"The fleet did not move: {said}");
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                await _process.WaitForExitAsync(CancellationToken.None);
            }

            _process.Dispose();
        }
    }
}
