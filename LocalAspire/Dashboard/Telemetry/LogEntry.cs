namespace LocalAspire.Dashboard.Telemetry;

/// <summary>A structured log record. Times are nanoseconds since 1970.</summary>
internal sealed class LogEntry
{
    /// <summary>Counts up from 1, in the order of arrival.</summary>
    public long Number { get; set; }

    public long Time { get; set; }

    /// <summary>OpenTelemetry's severity number, 1 to 24; 0 if the sender gave none.</summary>
    public int Severity { get; set; }

    public string Message { get; set; } = "";

    public string Category { get; set; } = "";

    public string EventName { get; set; } = "";

    /// <summary>0 outside of a trace.</summary>
    public UInt128 TraceId { get; set; }

    public ulong SpanId { get; set; }

    public TelemetryResource Resource { get; set; } = TelemetryResource.Unknown;

    public TelemetryAttribute[] Attributes { get; set; } = [];

    /// <summary>About how much memory it takes, in bytes.</summary>
    public int Bytes() => 144 + ObjectSize.Of(Message) + ObjectSize.Of(Attributes);
}
