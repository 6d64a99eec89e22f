using System.Globalization;

namespace Todo.Benchmarks.Requests;

/// <summary>Two sides that were measured in turn, as the cells of a table.</summary>
internal static class Comparison
{
    /// <summary>Requests a second of each, the second's in the first's, and each one's latencies.</summary>
    public static IEnumerable<string> Cells(IReadOnlyList<Measurement> first, IReadOnlyList<Measurement> second)
    {
        yield return Median(first, result => result.Load.RequestsPerSecond, "N0");
        yield return Median(second, result => result.Load.RequestsPerSecond, "N0");
        yield return Spread.Of(first.Zip(second, (one, other) => other.Load.RequestsPerSecond / one.Load.RequestsPerSecond)).ToString("0.00");
        yield return Latencies(first);
        yield return Latencies(second);
    }

    /// <summary>Median and 99th percentile, in milliseconds.</summary>
    public static string Latencies(IReadOnlyList<Measurement> results) => $"{Median(results, result => result.Load.P50, "0.0")}, {Median(results, result => result.Load.P99, "0.0")}";

    /// <summary>Processor time for each request, in microseconds.</summary>
    public static string ProcessorTime(IReadOnlyList<Measurement> results) => Median(results, result => result.ProcessorMicroseconds, "0");

    /// <summary>The median of something that was measured.</summary>
    public static string Median(IReadOnlyList<Measurement> results, Func<Measurement, double> value, string format) =>
        Spread.Of(results.Select(value)).Median.ToString(format, CultureInfo.InvariantCulture);
}
