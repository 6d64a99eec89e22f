using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Todo.AppHost.Embedded;
using Todo.Benchmarks.Limits;
using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Telemetry;

/// <summary>The API with and without telemetry on the same PostgreSQL and Redis, in turn.</summary>
internal static class TelemetryBenchmark
{
    private const string Path = "/todos";
    private static readonly string[] Names = ["off", "on, nobody to send to, 10 %", "on, collector, no traces", "on, collector, 10 %", "on, collector, 100 %"];

    // In several goes: the runtime compiles the last time in the background, where a loaded process hardly gets to it.
    private const int WarmUps = 3;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    // As 'requests' has them.
    private static readonly RequestsOptions Made = new(Tenants: 100, Todos: 40, People: 20, Rounds: 0, Seconds: 0, Connections: 0, Pool: 8, [Path], Database: "");

    /// <summary>Measures and returns the table.</summary>
    /// <exception cref="BenchmarkException">A server failed.</exception>
    public static async Task<string> RunAsync(TelemetryOptions options, CancellationToken cancellationToken)
    {
        RequestsBenchmark.RefuseDebugBuild("telemetry");
        await using var postgres = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway with { Report = LimitsBenchmark.Say }, cancellationToken);
        await using var redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway with { Report = LimitsBenchmark.Say }, cancellationToken);
        LimitsBenchmark.Say($"Making {Made.Tenants} tenants");
        var tenants = await BenchmarkTenants.MakeAsync(postgres.ConnectionString, Made, cancellationToken);
        await using var collector = await ServerUnderTest.StartCollectorAsync(cancellationToken);
        var nobody = $"http://127.0.0.1:{ClosedPort()}";

        await using var off = await StartAsync("off", endpoint: null, "0");
        await using var alone = await StartAsync("no collector", nobody, "0.1");
        await using var untraced = await StartAsync("no traces", collector.Address.AbsoluteUri, "0");
        await using var tenth = await StartAsync("10 %", collector.Address.AbsoluteUri, "0.1");
        await using var all = await StartAsync("100 %", collector.Address.AbsoluteUri, "1");
        ServerUnderTest[] servers = [off, alone, untraced, tenth, all];
        var requests = await RequestsBenchmark.AskBothAsync(off.Address, all.Address, Path, tenants, cancellationToken);
        var generators = servers.Select(server => new LoadGenerator(server.Address, options.Connections)).ToArray();
        try
        {
            var sides = servers.Zip(generators, (server, generator) => new Side(server, generator, requests)).ToArray();
            for (var time = 0; time < WarmUps; time++)
            {
                foreach (var side in sides)
                {
                    side.WarmUp(WarmUp, cancellationToken);
                }
            }

            for (var round = 1; round <= options.Rounds; round++)
            {
                // Each round begins with another side, so that none is always measured behind the same neighbour.
                for (var turn = 0; turn < sides.Length; turn++)
                {
                    var side = sides[(round + turn) % sides.Length];
                    LimitsBenchmark.Say($"  {round} {side.Measure(options.Length, cancellationToken)}");
                }
            }

            using var http = new HttpClient();
            var received = await http.GetStringAsync(new Uri(collector.Address, CollectorCommand.ReceivedPath), cancellationToken);
            LimitsBenchmark.Say($"The collector got {long.Parse(received, CultureInfo.InvariantCulture) / 1e6:N0} MB of spans.");
            var table = new MarkdownTable("Telemetry", "Requests/s", "Of off, min / median / max", "p50, p99 (ms)", "CPU/request (µs)");
            foreach (var (name, side) in Names.Zip(sides))
            {
                table.Add(
                    name,
                    Comparison.Median(side.Results, result => result.Load.RequestsPerSecond, "N0"),
                    Spread.Of(sides[0].Results.Zip(side.Results, (without, with) => with.Load.RequestsPerSecond / without.Load.RequestsPerSecond)).ToString("0.00"),
                    Comparison.Latencies(side.Results),
                    Comparison.ProcessorTime(side.Results));
            }

            return table.ToString();
        }
        finally
        {
            foreach (var generator in generators)
            {
                generator.Dispose();
            }
        }

        Task<ServerUnderTest> StartAsync(string name, string? endpoint, string share)
        {
            var environment = new Dictionary<string, string>
            {
                ["ConnectionStrings__tododb"] = postgres.ConnectionString,
                ["ConnectionStrings__cache"] = redis.ConnectionString,
                ["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio",
                ["OTEL_TRACES_SAMPLER_ARG"] = share,
            };
            foreach (var (key, value) in LimiterCost.Wide("person").Concat(LimiterCost.Wide("tenant")))
            {
                environment["Traffic__" + key] = value;
            }

            if (endpoint is not null)
            {
                environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
                environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
                environment["OTEL_METRIC_EXPORT_INTERVAL"] = "10000";
            }

            return ServerUnderTest.StartApiAsync(environment, cancellationToken, name);
        }
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
