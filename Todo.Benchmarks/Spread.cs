using System.Globalization;

namespace Todo.Benchmarks;

/// <summary>What repeated measurements of one thing came to.</summary>
internal readonly record struct Spread(double Min, double Median, double Max)
{
    public static Spread Of(IEnumerable<double> measurements)
    {
        var sorted = measurements.Order().ToArray();
        var middle = sorted.Length / 2;
        return new Spread(sorted[0], sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[^1]);
    }

    /// <summary>All three, such as <c>0.71 / 0.74 / 0.75</c>.</summary>
    public string ToString(string format) =>
        string.Join(" / ", new[] { Min, Median, Max }.Select(value => value.ToString(format, CultureInfo.InvariantCulture)));
}
