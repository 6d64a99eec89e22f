using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;
using Todo.AppHost.Embedded;

namespace Todo.Benchmarks.Requests;

/// <summary>The API and the baseline, on the same PostgreSQL with the same rows, asked in turn for the same pages.</summary>
internal static class RequestsBenchmark
{
    // Until the just-in-time compiler has seen what is hot and compiled it once more.
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(15);

    /// <summary>Measures every case and returns the table.</summary>
    /// <exception cref="BenchmarkException">A server failed, or the two do not answer alike.</exception>
    public static async Task<string> RunAsync(RequestsOptions options, CancellationToken cancellationToken)
    {
        RefuseDebugBuild("requests");
        await using var postgres = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway with { Report = Say }, cancellationToken);
        await using var redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway with { Report = Say }, cancellationToken);
        Say($"Making {options.Tenants} tenants");
        var tenants = await BenchmarkTenants.MakeAsync(postgres.ConnectionString, options, cancellationToken);

        await using var baseline = await ServerUnderTest.StartBaselineAsync(
            new Dictionary<string, string> { [$"ConnectionStrings__{BaselineCommand.ConnectionName}"] = BaselineConnection(postgres.ConnectionString, options) },
            cancellationToken);
        await using var api = await ServerUnderTest.StartApiAsync(
            new Dictionary<string, string>
            {
                [$"ConnectionStrings__{BaselineCommand.ConnectionName}"] = $"{postgres.ConnectionString};{options.Database}",
                ["ConnectionStrings__cache"] = redis.ConnectionString,
                // What limits cost is measured by itself; here they would end the measurement.
                ["Traffic__LimitRates"] = "false",
                ["Database__MaxPoolSize"] = options.Pool.ToString(CultureInfo.InvariantCulture),
            },
            cancellationToken);

        var table = new MarkdownTable(
            "Request", "Tenants", "Baseline, requests/s", "API, requests/s", "Ratio min / median / max", "Baseline p50, p99 (ms)", "API p50, p99 (ms)", "CPU/request, baseline, API (µs)");
        using var toBaseline = new LoadGenerator(baseline.Address, options.Connections);
        using var toApi = new LoadGenerator(api.Address, options.Connections);
        foreach (var path in options.Paths)
        {
            var requests = await AskBothAsync(baseline.Address, api.Address, path, tenants, cancellationToken);
            foreach (var some in new[] { requests[..1], requests })
            {
                var sides = new[] { new Side(baseline, toBaseline, some), new Side(api, toApi, some) };
                Say($"GET {path}, {some.Length} tenants");
                foreach (var side in sides)
                {
                    side.WarmUp(path == options.Paths[0] && some.Length == 1 ? FirstWarmUp : options.Length, cancellationToken);
                }

                for (var round = 1; round <= options.Rounds; round++)
                {
                    foreach (var side in sides)
                    {
                        Say($"  {round} {side.Measure(options.Length, cancellationToken)}");
                    }
                }

                table.Add([$"`GET {path}`", some.Length.ToString(CultureInfo.InvariantCulture), .. Comparison.Cells(sides[0].Results, sides[1].Results), $"{Comparison.ProcessorTime(sides[0].Results)}, {Comparison.ProcessorTime(sides[1].Results)}"]);
            }
        }

        return table.ToString();
    }

    /// <summary>Fetches every tenant's page from both sides, which must be the same to the byte, and makes the requests to repeat.</summary>
    internal static async Task<WireRequest[]> AskBothAsync(Uri baseline, Uri api, string path, IReadOnlyList<BenchmarkTenant> tenants, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var requests = new List<WireRequest>();
        foreach (var tenant in tenants)
        {
            var expected = await AskAsync(baseline);
            var actual = await AskAsync(api);
            if (!expected.AsSpan().SequenceEqual(actual))
            {
                throw new BenchmarkException($"The API's GET {path} for '{tenant.Slug}' is not what the baseline answers.");
            }

            requests.Add(WireRequest.Get(path, tenant.Slug, tenant.Token, expected.Length));

            async Task<byte[]> AskAsync(Uri server)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, path));
                request.Headers.Add("tenant", tenant.Slug);
                request.Headers.Add("Authorization", "Bearer " + tenant.Token);
                using var response = await http.SendAsync(request, cancellationToken);
                var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
                return response.IsSuccessStatusCode ? body : throw new BenchmarkException($"GET {path} of {server}: {response.StatusCode}\n{Encoding.UTF8.GetString(body)}");
            }
        }

        return [.. requests];
    }

    // As many statements as there are, prepared for good: what the best-informed application would do with this load.
    private static string BaselineConnection(string postgres, RequestsOptions options) => new NpgsqlConnectionStringBuilder(postgres)
    {
        MaxPoolSize = options.Pool,
        MaxAutoPrepare = (2 * options.Tenants) + 10,
        AutoPrepareMinUsages = 2,
        NoResetOnClose = true,
    }.ConnectionString;

    internal static void RefuseDebugBuild(string verb)
    {
        var built = (DebuggableAttribute?)Attribute.GetCustomAttribute(typeof(Todo.Api.Program).Assembly, typeof(DebuggableAttribute));
        if (built is { IsJITOptimizerDisabled: true })
        {
            throw new BenchmarkException($"This is a debug build; run it with: dotnet run -c Release --project Todo.Benchmarks -- {verb}");
        }
    }

    private static void Say(string line) => Console.Error.WriteLine(line);
}
