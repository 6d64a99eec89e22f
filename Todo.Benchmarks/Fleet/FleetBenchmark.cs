using System.Globalization;
using Todo.AppHost.Embedded;
using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Fleet;

/// <summary>The migration engine beside PostgreSQL's own client with the same statements in a file, on the same server, in turn.</summary>
internal static class FleetBenchmark
{
    private const int ProvisionedTenants = 50;
    private const int LeastWorkerTenants = 100;
    private const int ServedTenants = 500;
    private static readonly int[] NoOpTenants = [100, 1_000, 10_000];

    /// <summary>Measures everything and returns the tables.</summary>
    /// <exception cref="BenchmarkException">Something failed, or left tenants behind.</exception>
    public static async Task<string> RunAsync(FleetOptions options, CancellationToken cancellationToken)
    {
        RequestsBenchmark.RefuseDebugBuild("fleet");

        // Commits are honest; vacuum runs between the measurements instead of whenever it likes.
        var postgres = EmbeddedPostgresOptions.ThrowAway with
        {
            Durable = true,
            Report = Say,
            Settings = new Dictionary<string, string> { ["autovacuum"] = "off", ["max_wal_size"] = "4GB" },
        };
        await using var server = await EmbeddedPostgres.StartAsync(postgres, cancellationToken);
        var psql = new RawPsql(server);
        var line = BenchmarkLineContext.Load();
        var tables = new List<MarkdownTable>();
        if (options.Does("apply"))
        {
            var results = new List<ApplyResult>();
            foreach (var tenants in options.Tenants)
            {
                results.Add(await new ApplyMeasurement(server, psql, line, options, Say).RunAsync(tenants, cancellationToken));
            }

            tables.Add(Table(results));
            if (options.Svg is { } file)
            {
                await File.WriteAllTextAsync(file, Plot(results, options), cancellationToken);
            }
        }

        if (options.Does("nothing"))
        {
            var table = new MarkdownTable("Nothing to do", "Queries", "ms min / median / max");
            foreach (var tenants in NoOpTenants)
            {
                var result = await NoOpMeasurement.RunAsync(server, line, tenants, cancellationToken);
                table.Add($"{Text(tenants, "N0")} tenants", Text(result.Commands, "0"), result.Milliseconds.ToString("0.0"));
            }

            tables.Add(table);
        }

        if (options.Does("provision"))
        {
            var result = await new ProvisionMeasurement(server, psql, options, Say).RunAsync(ProvisionedTenants, cancellationToken);
            var table = new MarkdownTable("Making tenants", "psql, tenants/s", "Engine, tenants/s", "Ratio min / median / max", "From the pool, ms each min / median / max");
            table.Add($"{ProvisionedTenants} tenants", Text(result.Raw.Median, "N0"), Text(result.Engine.Median, "N0"), result.Ratio.ToString("0.00"), result.Taken.ToString("0.0"));
            tables.Add(table);
        }

        if (options.Does("memory"))
        {
            var results = await new MemoryMeasurement(server, options, Say).RunAsync([.. new[] { LeastWorkerTenants, options.Tenants.Max() }.Distinct()], cancellationToken);
            var table = new MarkdownTable("Worker's memory", "Peak, MB", "Ratio");
            foreach (var result in results)
            {
                table.Add($"{Text(result.Tenants, "N0")} tenants", Text(result.Megabytes, "0.0"), Text(result.Megabytes / results[0].Megabytes, "0.00"));
            }

            tables.Add(table);
        }

        if (options.Does("serving"))
        {
            var table = new MarkdownTable("While the fleet moves", "Tenants/s", "p50, p99 (ms)", "p99 beside none, min / median / max");
            foreach (var result in await new ServingMeasurement(server, options, Say).RunAsync(ServedTenants, cancellationToken))
            {
                table.Add(
                    result.MaxLoad is { } load ? load < 1 ? $"`--max-load {Text(load, "0.##")}`" : "full speed" : "no run",
                    Text(Spread.Of(result.TenantsPerSecond).Median, "N0"),
                    $"{Text(Spread.Of(result.Loads.Select(seen => seen.P50)).Median, "0.0")}, {Text(Spread.Of(result.Loads.Select(seen => seen.P99)).Median, "0.0")}",
                    Spread.Of(result.Ratios).ToString("0.00"));
            }

            tables.Add(table);
        }

        return string.Join('\n', tables);
    }

    private static MarkdownTable Table(IReadOnlyList<ApplyResult> results)
    {
        var table = new MarkdownTable("Migrating", "psql, tenants/s", "Engine, tenants/s", "Ratio min / median / max", "Back, tenants/s");
        foreach (var result in results)
        {
            table.Add(
                $"{Text(result.Tenants, "N0")} tenants",
                Text(result.Tenants / Spread.Of(result.Raw).Median, "N0"),
                Text(result.Tenants / Spread.Of(result.Engine).Median, "N0"),
                result.Ratio.ToString("0.00"),
                Text(result.Tenants / Spread.Of(result.Rollback).Median, "N0"));
        }

        return table;
    }

    private static string Plot(IReadOnlyList<ApplyResult> results, FleetOptions options) => LogPlot.Draw(
        $"One migration of every tenant, {options.Connections} connections", "tenants", "seconds",
        [
            new PlotSeries("psql, one script a connection", [.. results.Select(result => new PlotPoint(result.Tenants, Spread.Of(result.Raw)))]),
            new PlotSeries("engine", [.. results.Select(result => new PlotPoint(result.Tenants, Spread.Of(result.Engine)))]),
        ]);

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static void Say(string line) => Console.Error.WriteLine(line);
}
