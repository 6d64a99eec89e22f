namespace LocalAspire.Dashboard.Telemetry;

/// <summary>How the values of an instrument are to be read.</summary>
internal enum InstrumentKind
{
    /// <summary>A value at a time.</summary>
    Gauge,

    /// <summary>A total that only grows.</summary>
    Counter,

    /// <summary>A total that grows and shrinks.</summary>
    UpDownCounter,

    /// <summary>Counts of values by size.</summary>
    Histogram,
}

/// <summary>A measurement that led to a metric, with the span during which it was made.</summary>
internal sealed record Exemplar(long Time, double Value, UInt128 TraceId, ulong SpanId);

/// <summary>A data point as it was received. Times are nanoseconds since 1970.</summary>
internal sealed class MetricPoint
{
    public TelemetryResource Resource { get; set; } = TelemetryResource.Unknown;

    public string Meter { get; set; } = "";

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public string Unit { get; set; } = "";

    public InstrumentKind Kind { get; set; }

    /// <summary>Whether it says what came since the last one, rather than since the beginning.</summary>
    public bool IsDelta { get; set; }

    public TelemetryAttribute[] Attributes { get; set; } = [];

    public long Time { get; set; }

    /// <summary>The value; of a histogram, the sum.</summary>
    public double Value { get; set; }

    /// <summary>Of a histogram: how many values.</summary>
    public long Count { get; set; }

    /// <summary>Of a histogram: how many values up to each bound, and how many above the last.</summary>
    public long[] Buckets { get; set; } = [];

    public double[] Bounds { get; set; } = [];

    public Exemplar? Exemplar { get; set; }
}
