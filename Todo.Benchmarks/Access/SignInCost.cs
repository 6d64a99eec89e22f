using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Access;

/// <summary>Requests a second of an endpoint behind the sign-in, beside one that is open, in turn, of the same process.</summary>
internal static class SignInCost
{
    private const int AnswerLength = 13;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    public static MarkdownTable Measure(ServerUnderTest api, IReadOnlyList<BenchmarkTenant> tenants, AccessOptions options, CancellationToken cancellationToken)
    {
        using var toOpen = new LoadGenerator(api.Address, options.Connections);
        using var toGuarded = new LoadGenerator(api.Address, options.Connections);

        // Both send the token, so that reading the request costs the same.
        var sides = new[] { new Side(api, toOpen, Requests(DoorsCommand.Open)), new Side(api, toGuarded, Requests(DoorsCommand.Guarded)) };
        AccessBenchmark.Say("Cost of signing in");
        foreach (var side in sides)
        {
            side.WarmUp(WarmUp, cancellationToken);
        }

        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var side in sides)
            {
                AccessBenchmark.Say($"  {round} {side.Measure(options.Length, cancellationToken)}");
            }
        }

        var table = new MarkdownTable("Request", "Open, requests/s", "Signed in, requests/s", "Ratio min / median / max", "Open p50, p99 (ms)", "Signed in p50, p99 (ms)", "CPU/request, open, signed in (µs)");
        table.Add(
        [
            $"no database, {tenants.Count} tenants",
            .. Comparison.Cells(sides[0].Results, sides[1].Results),
            $"{Comparison.ProcessorTime(sides[0].Results)}, {Comparison.ProcessorTime(sides[1].Results)}",
        ]);
        return table;

        WireRequest[] Requests(string path) => [.. tenants.Select(tenant => WireRequest.Get(path, tenant.Slug, tenant.Token, AnswerLength))];
    }
}
