namespace LocalAspire.Dashboard.Telemetry;

/// <summary>What a series was at the end of a slot of time. Totals are since the beginning.</summary>
/// <param name="Slot">Number of <see cref="MetricBuffer.Slot"/>s since 1970.</param>
/// <param name="Value">The value; of a histogram, the sum.</param>
/// <param name="Count">Of a histogram: how many values.</param>
/// <param name="Buckets">Of a histogram: how many values in each bucket.</param>
internal readonly record struct Sample(long Slot, double Value, long Count, long[] Buckets);

/// <summary>One instrument of one sender with one set of attributes.</summary>
internal sealed class Series(Instrument instrument, string key, TelemetryResource resource, TelemetryAttribute[] attributes)
{
    private const int MaxExemplars = 5;

    public Instrument Instrument => instrument;

    public string Key => key;

    public TelemetryResource Resource => resource;

    public TelemetryAttribute[] Attributes => attributes;

    public double[] Bounds { get; private set; } = [];

    /// <summary>Oldest first.</summary>
    public List<Sample> Samples { get; } = [];

    /// <summary>Whether <see cref="Samples"/> begins with the first that came, before which there was nothing.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Newest last.</summary>
    public List<Exemplar> Exemplars { get; } = [];

    public long Bytes => 400 + (ObjectSize.Of(attributes) * 2L) + (Samples.Count * (40L + (Bounds.Length == 0 ? 0 : 32 + (Bounds.Length * 8))));

    public void Add(MetricPoint point, int maxSamples)
    {
        if (!point.Bounds.AsSpan().SequenceEqual(Bounds))
        {
            // The sender was rebuilt with other buckets: old and new counts cannot be compared.
            Samples.Clear();
            Bounds = point.Bounds;
        }

        var slot = point.Time / MetricBuffer.SlotNanoseconds;
        var sample = new Sample(slot, point.Value, point.Count, point.Buckets);
        if (Samples.Count > 0)
        {
            var last = Samples[^1];
            if (point.IsDelta && point.Kind != InstrumentKind.Gauge)
            {
                sample = Total(last, sample);
            }

            if (slot < last.Slot)
            {
                return;
            }

            if (slot == last.Slot)
            {
                Samples.RemoveAt(Samples.Count - 1);
            }
            else if (Samples.Count >= maxSamples)
            {
                Samples.RemoveRange(0, Math.Max(1, maxSamples / 8));
                IsWhole = false;
            }
        }

        Samples.Add(sample);
        if (point.Exemplar is { } exemplar && (Exemplars.Count == 0 || Exemplars[^1].Time < exemplar.Time))
        {
            if (Exemplars.Count == MaxExemplars)
            {
                Exemplars.RemoveAt(0);
            }

            Exemplars.Add(exemplar);
        }
    }

    private static Sample Total(Sample before, Sample since) => since with
    {
        Value = before.Value + since.Value,
        Count = before.Count + since.Count,
        Buckets = before.Buckets.Length == since.Buckets.Length ? [.. before.Buckets.Zip(since.Buckets, (a, b) => a + b)] : since.Buckets,
    };
}

/// <summary>An instrument of a service, with one series per set of attributes.</summary>
internal sealed class Instrument(string service, string meter, string name)
{
    public string Service => service;

    public string Meter => meter;

    public string Name => name;

    public string Description { get; set; } = "";

    public string Unit { get; set; } = "";

    public InstrumentKind Kind { get; set; }

    public Dictionary<string, LinkedListNode<Series>> Series { get; } = [];
}
