using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Limits;

/// <summary>Requests a second with limits that nobody reaches, beside none, in turn.</summary>
internal static class LimiterCost
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);

    public static async Task<MarkdownTable> MeasureAsync(StartApi start, IReadOnlyList<BenchmarkTenant> tenants, LimitsOptions options, CancellationToken cancellationToken)
    {
        await using var without = await start("without", ("LimitRates", "false"));
        await using var with = await start("with", [.. Wide("person"), .. Wide("tenant")]);
        using var toWithout = new LoadGenerator(without.Address, options.Connections);
        using var toWith = new LoadGenerator(with.Address, options.Connections);
        var requests = await RequestsBenchmark.AskBothAsync(without.Address, with.Address, "/todos", tenants, cancellationToken);
        var sides = new[] { new Side(without, toWithout, requests), new Side(with, toWith, requests) };
        LimitsBenchmark.Say("Cost of two policies");
        foreach (var side in sides)
        {
            side.WarmUp(WarmUp, cancellationToken);
        }

        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var side in sides)
            {
                LimitsBenchmark.Say($"  {round} {side.Measure(options.Length, cancellationToken)}");
            }
        }

        var table = new MarkdownTable("Request", "Without, requests/s", "With, requests/s", "Ratio min / median / max", "Without p50, p99 (ms)", "With p50, p99 (ms)", "CPU/request, without, with (µs)");
        table.Add(
        [
            $"`GET /todos`, {tenants.Count} tenants",
            .. Comparison.Cells(sides[0].Results, sides[1].Results),
            $"{Comparison.ProcessorTime(sides[0].Results)}, {Comparison.ProcessorTime(sides[1].Results)}",
        ]);
        return table;
    }

    internal static IEnumerable<(string Key, string Value)> Wide(string policy) =>
        [($"Policies__{policy}__Rate", "10000"), ($"Policies__{policy}__Per", "Second"), ($"Policies__{policy}__Burst", "100000")];
}
