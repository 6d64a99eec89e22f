namespace LocalAspire.Dashboard.Telemetry;

/// <summary>OpenTelemetry's kinds, with its numbers.</summary>
internal enum SpanKind
{
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

/// <summary>Something that happened during a span.</summary>
internal sealed record SpanEvent(long Time, string Name, TelemetryAttribute[] Attributes);

/// <summary>Another span that a span has to do with.</summary>
internal sealed record SpanLink(UInt128 TraceId, ulong SpanId);

/// <summary>A piece of work. Times are nanoseconds since 1970.</summary>
internal sealed class Span
{
    public UInt128 TraceId { get; set; }

    public ulong SpanId { get; set; }

    /// <summary>0 for the first of a trace.</summary>
    public ulong ParentId { get; set; }

    public string Name { get; set; } = "";

    public SpanKind Kind { get; set; }

    public long Start { get; set; }

    public long End { get; set; }

    public bool IsError { get; set; }

    public string? StatusMessage { get; set; }

    public string Scope { get; set; } = "";

    public TelemetryResource Resource { get; set; } = TelemetryResource.Unknown;

    public TelemetryAttribute[] Attributes { get; set; } = [];

    public SpanEvent[] Events { get; set; } = [];

    public SpanLink[] Links { get; set; } = [];

    public long Duration => Math.Max(0, End - Start);

    /// <summary>About how much memory it takes, in bytes.</summary>
    public int Bytes()
    {
        var bytes = 168 + ObjectSize.Of(Name) + ObjectSize.Of(StatusMessage) + ObjectSize.Of(Attributes) + (Links.Length * 56);
        foreach (var @event in Events)
        {
            bytes += 48 + ObjectSize.Of(@event.Name) + ObjectSize.Of(@event.Attributes);
        }

        return bytes;
    }
}
