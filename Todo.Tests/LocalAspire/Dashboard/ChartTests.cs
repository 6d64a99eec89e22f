using LocalAspire.Dashboard.Api;
using LocalAspire.Dashboard.Telemetry;

namespace Todo.Tests.LocalAspire.Dashboard;

public sealed class ChartTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_counter_is_drawn_as_growth_per_second_also_over_a_restart_of_its_sender()
    {
        var metrics = new MetricBuffer(100, long.MaxValue);
        double[] totals = [0, 20, 40, 10];
        for (var i = 0; i < totals.Length; i++)
        {
            metrics.Add([Point(i, InstrumentKind.Counter, value: totals[i])]);
        }

        var line = Draw(metrics, slots: 4).Lines.Single();

        line.Values[^3..].ShouldBe([10, 10, 5]);
    }

    [Fact]
    public void What_is_not_told_apart_is_added_up_and_what_is_has_a_line_of_its_own()
    {
        var metrics = new MetricBuffer(100, long.MaxValue);
        metrics.Add([Point(0, InstrumentKind.Gauge, value: 3, tenant: "a"), Point(0, InstrumentKind.Gauge, value: 4, tenant: "b")]);

        Draw(metrics, slots: 1).Lines.Single().Values[^1].ShouldBe(7);
        Draw(metrics, slots: 1, by: "tenant").Lines.Select(line => (line.Label, line.Values[^1])).ShouldBe([("b", 4), ("a", 3)]);
        Draw(metrics, slots: 1, filter: "tenant=a").Lines.Single().Values[^1].ShouldBe(3);
    }

    [Fact]
    public void A_histogram_is_drawn_as_percentiles_of_what_came_lately()
    {
        var metrics = new MetricBuffer(100, long.MaxValue);
        metrics.Add([Histogram(0, 90, 10, 0), Histogram(1, 180, 20, 0)]);

        var lines = Draw(metrics, slots: 2).Lines;

        lines.Select(line => line.Label).ShouldBe(["p50", "p90", "p99"]);
        lines[0].Values[^1]!.Value.ShouldBe(10 * 0.5 / 0.9, tolerance: 0.001);
        lines[1].Values[^1]!.Value.ShouldBe(10, tolerance: 0.001);
        lines[2].Values[^1]!.Value.ShouldBe(19, tolerance: 0.001);
    }

    [Fact]
    public void Increments_are_summed_to_the_same_line_as_totals()
    {
        var metrics = new MetricBuffer(100, long.MaxValue);
        for (var i = 0; i < 3; i++)
        {
            var point = Point(i, InstrumentKind.Counter, value: 20);
            point.IsDelta = true;
            metrics.Add([point]);
        }

        Draw(metrics, slots: 3).Lines.Single().Values[^2..].ShouldBe([10, 10]);
    }

    private static ChartView Draw(MetricBuffer metrics, int slots, string? by = null, string? filter = null) =>
        metrics.Read(all => Chart.Of(all.Single(), Start + (MetricBuffer.Slot * (slots - 1)), TimeSpan.FromMinutes(1), by, AttributeFilter.Parse(filter)));

    private static MetricPoint Point(int slot, InstrumentKind kind, double value, string tenant = "a") => new()
    {
        Name = "n",
        Kind = kind,
        Value = value,
        Attributes = [new("tenant", tenant)],
        Time = (Start - DateTimeOffset.UnixEpoch + (MetricBuffer.Slot * slot)).Ticks * TimeSpan.NanosecondsPerTick,
    };

    private static MetricPoint Histogram(int slot, params long[] buckets)
    {
        var point = Point(slot, InstrumentKind.Histogram, value: 0);
        (point.Buckets, point.Bounds, point.Count) = (buckets, [10, 20], buckets.Sum());
        return point;
    }
}
