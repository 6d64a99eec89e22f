using System.Globalization;
using Npgsql;
using Todo.AppHost.Embedded;
using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Todos;

/// <summary>The same of a small and of a large tenant of one API, in turn.</summary>
internal static class TodosBenchmark
{
    // Until the just-in-time compiler has seen what is hot and compiled it once more.
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(10);

    /// <summary>Measures and returns the table.</summary>
    /// <exception cref="BenchmarkException">The API failed.</exception>
    public static async Task<string> RunAsync(TodosOptions options, CancellationToken cancellationToken)
    {
        RequestsBenchmark.RefuseDebugBuild("todos");
        await using var postgres = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway with { Report = Say }, cancellationToken);
        await using var redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway with { Report = Say }, cancellationToken);
        Say(string.Create(CultureInfo.InvariantCulture, $"Making a tenant with {TodoTenants.Small:N0} todos and one with {options.Todos:N0}"));
        var (small, large) = await TodoTenants.MakeAsync(postgres.ConnectionString, options.Todos, cancellationToken);
        await using var api = await ServerUnderTest.StartApiAsync(
            new Dictionary<string, string>
            {
                ["ConnectionStrings__tododb"] = $"{postgres.ConnectionString};{options.Database}",
                ["ConnectionStrings__cache"] = redis.ConnectionString,
                // They would end the measurement.
                ["Traffic__LimitRates"] = "false",
            },
            cancellationToken);
        await using var database = NpgsqlDataSource.Create(postgres.ConnectionString);
        using var http = new HttpClient { BaseAddress = api.Address };
        using var generator = new LoadGenerator(api.Address, options.Connections);
        var table = new MarkdownTable(
            "Path", "Answer, small, large (KB)", "Small, requests/s", "Large, requests/s", "Large / small, min / median / max", "Small p50, p99 (ms)", "Large p50, p99 (ms)");
        var isFirst = true;
        foreach (var path in TodoPath.All.Where(path => options.Only.Contains(path.Name)))
        {
            Say($"{path.Name}: {path.Title}");
            var ofSmall = await path.RequestsAsync(http, small, cancellationToken);
            var ofLarge = await path.RequestsAsync(http, large, cancellationToken);
            var sides = new[] { (Tenant: small, Side: new Side(api, "small", generator, ofSmall.Requests)), (Tenant: large, Side: new Side(api, "large", generator, ofLarge.Requests)) };
            foreach (var (tenant, side) in sides)
            {
                side.WarmUp(isFirst ? FirstWarmUp : options.Length, cancellationToken);
                await RestoreAsync(tenant);
            }

            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var (tenant, side) in sides)
                {
                    Say($"  {round} {side.Measure(options.Length, cancellationToken)}");
                    await RestoreAsync(tenant);
                }
            }

            table.Add([path.Title, ofSmall.Length is null ? "" : $"{Kilobytes(ofSmall.Length)}, {Kilobytes(ofLarge.Length)}", .. Comparison.Cells(sides[0].Side.Results, sides[1].Side.Results)]);
            isFirst = false;

            Task RestoreAsync(TodoTenant tenant) => path.Writes ? TodoTenants.RestoreAsync(database, tenant, cancellationToken) : Task.CompletedTask;
        }

        return table.ToString();
    }

    private static string Kilobytes(int? bytes) => (bytes!.Value / 1000.0).ToString("N1", CultureInfo.InvariantCulture);

    private static void Say(string line) => Console.Error.WriteLine(line);
}
