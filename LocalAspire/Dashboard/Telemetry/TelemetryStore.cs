namespace LocalAspire.Dashboard.Telemetry;

/// <summary>How much telemetry is kept. Sizes are estimates of memory, in bytes; together they bound what a flood can take.</summary>
internal sealed record TelemetryLimits
{
    public int Spans { get; init; } = 60_000;

    /// <summary>A migration run of 10,000 tenants fits.</summary>
    public int SpansOfTrace { get; init; } = 40_000;

    public long SpanBytes { get; init; } = 64L << 20;

    public int Logs { get; init; } = 20_000;

    public long LogBytes { get; init; } = 24L << 20;

    public int Series { get; init; } = 4_000;

    public long MetricBytes { get; init; } = 32L << 20;
}

/// <summary>All telemetry that the dashboard keeps.</summary>
internal sealed class TelemetryStore(TelemetryLimits limits)
{
    public TraceBuffer Traces { get; } = new(limits.Spans, limits.SpansOfTrace, limits.SpanBytes);

    public LogBuffer Logs { get; } = new(limits.Logs, limits.LogBytes);

    public MetricBuffer Metrics { get; } = new(limits.Series, limits.MetricBytes);
}
