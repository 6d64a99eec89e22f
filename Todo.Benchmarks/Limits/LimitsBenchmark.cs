using Todo.AppHost.Embedded;
using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Limits;

/// <summary>The API with and without its limits, on the same PostgreSQL and Redis.</summary>
internal static class LimitsBenchmark
{
    private const string Path = "/todos";

    // As 'requests' has them.
    private static readonly RequestsOptions Made = new(Tenants: 100, Todos: 40, People: 20, Rounds: 0, Seconds: 0, Connections: 0, Pool: 8, [Path], Database: "");

    /// <summary>Measures and returns the tables.</summary>
    /// <exception cref="BenchmarkException">A server failed.</exception>
    public static async Task<string> RunAsync(LimitsOptions options, CancellationToken cancellationToken)
    {
        RequestsBenchmark.RefuseDebugBuild("limits");
        await using var postgres = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway with { Report = Say }, cancellationToken);
        await using var redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway with { Report = Say }, cancellationToken);
        Say($"Making {Made.Tenants} tenants");
        var tenants = await BenchmarkTenants.MakeAsync(postgres.ConnectionString, Made, cancellationToken);
        var tables = new List<MarkdownTable>();
        if (options.Only.Contains(LimitsCommand.Cost))
        {
            tables.Add(await LimiterCost.MeasureAsync(StartAsync, tenants, options, cancellationToken));
        }

        if (options.Only.Contains(LimitsCommand.Neighbour))
        {
            tables.Add(await NeighbourLatency.MeasureAsync(StartAsync, tenants, options, cancellationToken));
        }

        return string.Join('\n', tables);

        Task<ServerUnderTest> StartAsync(string name, params (string Key, string Value)[] settings)
        {
            var environment = new Dictionary<string, string>
            {
                ["ConnectionStrings__tododb"] = postgres.ConnectionString,
                ["ConnectionStrings__cache"] = redis.ConnectionString,
            };
            foreach (var (key, value) in settings)
            {
                environment["Traffic__" + key] = value;
            }

            return ServerUnderTest.StartApiAsync(environment, cancellationToken, name);
        }
    }

    public static void Say(string line) => Console.Error.WriteLine(line);
}

/// <summary>Starts the API with these settings of the section <c>Traffic</c>.</summary>
internal delegate Task<ServerUnderTest> StartApi(string name, params (string Key, string Value)[] settings);
