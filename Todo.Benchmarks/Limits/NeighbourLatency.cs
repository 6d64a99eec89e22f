using System.Globalization;
using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Limits;

/// <summary>The latency of a quiet tenant, alone and, in turn, while another tenant sends all it can.</summary>
internal static class NeighbourLatency
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    // Until the loud one's burst is used up.
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(2);

    public static async Task<MarkdownTable> MeasureAsync(StartApi start, IReadOnlyList<BenchmarkTenant> tenants, LimitsOptions options, CancellationToken cancellationToken)
    {
        var table = new MarkdownTable("Limits", "Loud, requests/s", "Quiet alone, p50, p99 (ms)", "Beside, p50, p99 (ms)", "p99 beside / alone, min / median / max");
        await AddAsync("none", ("LimitRates", "false"), ("TenantConcurrency", "1000"));
        await AddAsync("concurrency only", ("LimitRates", "false"));
        await AddAsync("as delivered");
        return table;

        async Task AddAsync(string name, params (string Key, string Value)[] settings)
        {
            LimitsBenchmark.Say($"Two tenants, limits: {name}");
            await using var api = await start("API", settings);
            var rows = await MeasureAsync(api, tenants[0], tenants[1], options, cancellationToken);
            table.Add(
                name,
                Median(rows.Select(row => row.Loud.RequestsPerSecond), "N0"),
                $"{Median(rows.Select(row => row.Alone.P50), "0.0")}, {Median(rows.Select(row => row.Alone.P99), "0.0")}",
                $"{Median(rows.Select(row => row.Beside.P50), "0.0")}, {Median(rows.Select(row => row.Beside.P99), "0.0")}",
                Spread.Of(rows.Select(row => row.Beside.P99 / row.Alone.P99)).ToString("0.00"));
        }
    }

    private static async Task<List<Row>> MeasureAsync(
        ServerUnderTest api, BenchmarkTenant quiet, BenchmarkTenant loud, LimitsOptions options, CancellationToken cancellationToken)
    {
        var both = await RequestsBenchmark.AskBothAsync(api.Address, api.Address, "/todos", [quiet, loud], cancellationToken);
        WireRequest[] ofQuiet = [both[0]];
        WireRequest[] ofLoud = [.. loud.Tokens.Select(token => WireRequest.Get("/todos", loud.Slug, token, both[1].BodyLength))];
        using var quietly = new LoadGenerator(api.Address, 1);
        using var loudly = new LoadGenerator(api.Address, options.Connections);
        loudly.Run(ofLoud, WarmUp, cancellationToken);
        quietly.RunPaced(ofQuiet, WarmUp, options.Pace, cancellationToken);
        var rows = new List<Row>();
        for (var round = 1; round <= options.Rounds; round++)
        {
            var alone = quietly.RunPaced(ofQuiet, options.Length, options.Pace, cancellationToken);
            var loudLoad = Task.Factory.StartNew(
                () => loudly.Run(ofLoud, Lead + options.Length + Lead, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await Task.Delay(Lead, cancellationToken);
            var beside = quietly.RunPaced(ofQuiet, options.Length, options.Pace, cancellationToken);
            rows.Add(new Row(alone, beside, await loudLoad));
            LimitsBenchmark.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"  {round} alone p99 {alone.P99:0.0} ms, beside {rows[^1].Loud.RequestsPerSecond:0} requests/s p99 {beside.P99:0.0} ms, ratio {beside.P99 / alone.P99:0.00}"));
        }

        return rows;
    }

    private static string Median(IEnumerable<double> values, string format) => Spread.Of(values).Median.ToString(format, CultureInfo.InvariantCulture);

    private sealed record Row(Load Alone, Load Beside, Load Loud);
}
