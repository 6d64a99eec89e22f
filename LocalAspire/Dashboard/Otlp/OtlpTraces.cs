using LocalAspire.Dashboard.Telemetry;

namespace LocalAspire.Dashboard.Otlp;

/// <summary>Reads an ExportTraceServiceRequest (opentelemetry-proto, trace.proto).</summary>
internal static class OtlpTraces
{
    private const int MaxEvents = 64;
    private const int MaxLinks = 32;

    public static Batch<Span> Read(OtlpReader reader)
    {
        var batch = new Batch<Span>();
        foreach (var field in reader.Root())
        {
            switch (field)
            {
                case 1: ResourceSpans(reader, batch); break;
                default: reader.Skip(); break;
            }
        }

        return batch;
    }

    // 1 resource, 2 scope spans. The resource is written first, but nothing says it must be.
    private static void ResourceSpans(OtlpReader reader, Batch<Span> batch)
    {
        var resource = TelemetryResource.Unknown;
        var first = batch.Items.Count;
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: resource = reader.Resource(); break;
                case 2: ScopeSpans(reader, batch); break;
                default: reader.Skip(); break;
            }
        }

        for (var i = first; i < batch.Items.Count; i++)
        {
            batch.Items[i].Resource = resource;
        }
    }

    // 1 scope, 2 spans.
    private static void ScopeSpans(OtlpReader reader, Batch<Span> batch)
    {
        var scope = "";
        var first = batch.Items.Count;
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: scope = reader.ScopeName(); break;
                case 2: Add(reader, batch); break;
                default: reader.Skip(); break;
            }
        }

        for (var i = first; i < batch.Items.Count; i++)
        {
            batch.Items[i].Scope = scope;
        }
    }

    private static void Add(OtlpReader reader, Batch<Span> batch)
    {
        reader.CountItem();
        var span = ReadSpan(reader);
        if (span.TraceId == UInt128.Zero || span.SpanId == 0)
        {
            batch.Rejected++;
        }
        else
        {
            batch.Items.Add(span);
        }
    }

    private static Span ReadSpan(OtlpReader reader)
    {
        var span = new Span();
        var attributes = new List<TelemetryAttribute>();
        List<SpanEvent>? events = null;
        List<SpanLink>? links = null;
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: span.TraceId = reader.TraceId(); break;
                case 2: span.SpanId = reader.SpanId(); break;
                case 4: span.ParentId = reader.SpanId(); break;
                case 5: span.Name = Names.Shared(reader.Text()); break;
                case 6: span.Kind = (SpanKind)Math.Clamp(reader.Integer(), 0, 5); break;
                case 7: span.Start = reader.Fixed(); break;
                case 8: span.End = reader.Fixed(); break;
                case 9: reader.AttributeInto(attributes); break;
                case 11 when (events ??= []).Count < MaxEvents: events.Add(ReadEvent(reader)); break;
                case 13 when (links ??= []).Count < MaxLinks: links.Add(ReadLink(reader)); break;
                case 15: ReadStatus(reader, span); break;
                default: reader.Skip(); break;
            }
        }

        span.Attributes = [.. attributes];
        span.Events = events is null ? [] : [.. events];
        span.Links = links is null ? [] : [.. links];
        return span;
    }

    // Event: 1 time, 2 name, 3 attributes.
    private static SpanEvent ReadEvent(OtlpReader reader)
    {
        long time = 0;
        var name = "";
        var attributes = new List<TelemetryAttribute>();
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: time = reader.Fixed(); break;
                case 2: name = Names.Shared(reader.Text()); break;
                case 3: reader.AttributeInto(attributes); break;
                default: reader.Skip(); break;
            }
        }

        return new(time, name, [.. attributes]);
    }

    // Link: 1 trace id, 2 span id.
    private static SpanLink ReadLink(OtlpReader reader)
    {
        UInt128 trace = 0;
        ulong span = 0;
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: trace = reader.TraceId(); break;
                case 2: span = reader.SpanId(); break;
                default: reader.Skip(); break;
            }
        }

        return new(trace, span);
    }

    // Status: 2 message, 3 code (0 unset, 1 ok, 2 error).
    private static void ReadStatus(OtlpReader reader, Span span)
    {
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 2: span.StatusMessage = reader.Text(); break;
                case 3: span.IsError = reader.Integer() == 2; break;
                default: reader.Skip(); break;
            }
        }
    }
}
