using LocalAspire.Dashboard.Telemetry;

namespace LocalAspire.Dashboard.Api;

/// <summary>The course of an instrument, as lines to draw.</summary>
/// <param name="Unit">What the values are in; counters are per second.</param>
/// <param name="Start">Milliseconds since 1970 of the first value.</param>
/// <param name="Step">Milliseconds between values.</param>
/// <param name="Lines">At most <see cref="Chart.MaxLines"/>, those with the greatest values first.</param>
/// <param name="Omitted">How many more there are.</param>
/// <param name="Exemplars">Measurements whose traces were kept.</param>
internal sealed record ChartView(string Unit, double Start, double Step, IReadOnlyList<LineView> Lines, int Omitted, IReadOnlyList<ExemplarView> Exemplars);

/// <summary>A line; null where nothing is known.</summary>
internal sealed record LineView(string Label, double?[] Values);

/// <summary>A measurement and the trace during which it was made.</summary>
internal sealed record ExemplarView(double Time, double Value, string TraceId);

/// <summary>
/// Makes lines of series: gauges as they are, counters as growth per second, histograms as the 50th, 90th and 99th percentile of the last
/// half minute, as a percentile of two values says nothing. Series that are not told apart are added up.
/// </summary>
internal static class Chart
{
    public const int MaxLines = 12;

    private static readonly int PercentileSlots = (int)(TimeSpan.FromSeconds(30) / MetricBuffer.Slot);

    // A sender that has missed its turn by this much has gone: exporters send once a minute unless told otherwise.
    private static readonly int SlotsUntilGone = (int)(TimeSpan.FromSeconds(75) / MetricBuffer.Slot);

    private static readonly (string Label, double Rank)[] Percentiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)];

    public static ChartView Of(Instrument instrument, DateTimeOffset now, TimeSpan back, string? by, AttributeFilter? filter)
    {
        var end = (now - DateTimeOffset.UnixEpoch).Ticks / MetricBuffer.Slot.Ticks;
        var count = (int)(back / MetricBuffer.Slot);
        var start = end - count + 1;
        var series = instrument.Series.Values.Select(node => node.Value).Where(one => filter?.Matches(one.Attributes) != false).ToArray();
        var groups = series.GroupBy(one => Label(one, by));
        var lines = instrument.Kind == InstrumentKind.Histogram
            ? groups.SelectMany(group => Histogram(group.Key, [.. group], start, count)).ToList()
            : groups.Select(group => new LineView(group.Key, Sum(instrument.Kind, group, start, count))).OrderByDescending(line => line.Values.Max()).ToList();
        var exemplars = series.SelectMany(one => one.Exemplars).Where(one => one.Time / MetricBuffer.SlotNanoseconds >= start)
            .OrderByDescending(one => one.Time).Take(20)
            .Select(one => new ExemplarView(Answers.Milliseconds(one.Time), one.Value, Answers.Hex(one.TraceId)));
        return new(
            instrument.Kind == InstrumentKind.Counter ? $"{instrument.Unit}/s" : instrument.Unit,
            start * MetricBuffer.Slot.TotalMilliseconds,
            MetricBuffer.Slot.TotalMilliseconds,
            [.. lines.Take(MaxLines)],
            Math.Max(0, lines.Count - MaxLines),
            [.. exemplars]);
    }

    private static string Label(Series series, string? by) =>
        by is null ? "" : Array.Find(series.Attributes, attribute => attribute.Key == by).Value ?? "(none)";

    private static double?[] Sum(InstrumentKind kind, IEnumerable<Series> group, long start, int count)
    {
        var values = new double?[count];
        foreach (var series in group)
        {
            for (var i = 0; i < series.Samples.Count; i++)
            {
                var sample = series.Samples[i];
                if (kind == InstrumentKind.Counter)
                {
                    if (i > 0)
                    {
                        var before = series.Samples[i - 1];
                        Add(before.Slot + 1, sample.Slot, Grown(before.Value, sample.Value) / ((sample.Slot - before.Slot) * MetricBuffer.Slot.TotalSeconds));
                    }
                }
                else
                {
                    var until = i + 1 < series.Samples.Count ? series.Samples[i + 1].Slot - 1 : start + count - 1;
                    Add(sample.Slot, Math.Min(until, sample.Slot + SlotsUntilGone), sample.Value);
                }
            }
        }

        return values;

        void Add(long from, long to, double value)
        {
            for (var slot = Math.Max(from, start); slot <= Math.Min(to, start + count - 1); slot++)
            {
                values[slot - start] = (values[slot - start] ?? 0) + value;
            }
        }
    }

    // A total that has shrunk was begun anew.
    private static double Grown(double before, double now) => now >= before ? now - before : now;

    private static LineView[] Histogram(string label, Series[] group, long start, int count)
    {
        // Series with other bounds than the first cannot be added to it; an instrument has the same everywhere.
        var bounds = group.MaxBy(series => series.Samples.Count)!.Bounds;
        var grown = new long[count][];
        foreach (var series in group.Where(series => series.Bounds.AsSpan().SequenceEqual(bounds)))
        {
            for (var i = series.IsWhole ? 0 : 1; i < series.Samples.Count; i++)
            {
                var sample = series.Samples[i];
                var before = i > 0 ? series.Samples[i - 1] : new(0, 0, 0, new long[sample.Buckets.Length]);
                if (sample.Slot < start || sample.Slot >= start + count)
                {
                    continue;
                }

                var isNew = sample.Count < before.Count;
                var sums = grown[sample.Slot - start] ??= new long[bounds.Length + 1];
                for (var bucket = 0; bucket < sample.Buckets.Length; bucket++)
                {
                    sums[bucket] += isNew ? sample.Buckets[bucket] : sample.Buckets[bucket] - before.Buckets[bucket];
                }
            }
        }

        var lines = Percentiles.Select(one => new LineView(label.Length == 0 ? one.Label : $"{label} {one.Label}", new double?[count])).ToArray();
        var window = new long[bounds.Length + 1];
        for (var slot = 0; slot < count; slot++)
        {
            Shift(window, grown[slot], 1);
            Shift(window, slot >= PercentileSlots ? grown[slot - PercentileSlots] : null, -1);
            var total = window.Sum();
            for (var i = 0; i < lines.Length && total > 0; i++)
            {
                lines[i].Values[slot] = Percentile(window, bounds, total, Percentiles[i].Rank);
            }
        }

        return lines;
    }

    private static void Shift(long[] window, long[]? by, int sign)
    {
        for (var i = 0; by is not null && i < window.Length; i++)
        {
            window[i] += sign * by[i];
        }
    }

    /// <summary>The value below which a share of the values is, as if they were spread evenly within their bucket.</summary>
    private static double Percentile(long[] buckets, double[] bounds, long total, double rank)
    {
        var wanted = rank * total;
        double below = 0;
        for (var i = 0; i < buckets.Length; i++)
        {
            if (buckets[i] > 0 && below + buckets[i] >= wanted)
            {
                if (i == bounds.Length)
                {
                    // Above the last bound nothing is known but that.
                    break;
                }

                var low = i == 0 ? Math.Min(0, bounds[0]) : bounds[i - 1];
                return low + ((bounds[i] - low) * Math.Clamp((wanted - below) / buckets[i], 0, 1));
            }

            below += buckets[i];
        }

        return bounds.Length == 0 ? 0 : bounds[^1];
    }
}
