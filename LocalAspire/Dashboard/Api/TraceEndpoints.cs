using LocalAspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalAspire.Dashboard.Api;

/// <summary>Traces, those that changed last first.</summary>
internal sealed record TracePage(IReadOnlyList<TraceSummary> Traces, IReadOnlyList<string> Resources);

/// <summary>A trace in one line. Times are milliseconds since 1970, durations milliseconds.</summary>
internal sealed record TraceSummary(
    string TraceId, string Name, string Resource, double Start, double Duration, int Spans, int Errors, string? Tenant, Dictionary<string, int> Resources);

/// <summary>A whole trace, its spans by their start, and the logs that were written during it.</summary>
internal sealed record TraceDetail(string TraceId, int Dropped, IReadOnlyList<SpanView> Spans, IReadOnlyList<LogView> Logs);

/// <summary>A span.</summary>
internal sealed record SpanView(
    string SpanId,
    string? ParentId,
    string Name,
    string Kind,
    string Resource,
    string Scope,
    double Start,
    double Duration,
    bool IsError,
    string? StatusMessage,
    Dictionary<string, string> Attributes,
    IReadOnlyList<EventView> Events,
    IReadOnlyList<LinkView> Links);

/// <summary>Something that happened during a span.</summary>
internal sealed record EventView(double Time, string Name, Dictionary<string, string> Attributes);

/// <summary>Another span that a span has to do with.</summary>
internal sealed record LinkView(string TraceId, string SpanId);

/// <summary>Traces.</summary>
internal static class TraceEndpoints
{
    private const int MaxLogsOfTrace = 1000;

    public static void MapTraces(this IEndpointRouteBuilder app, TelemetryStore store)
    {
        app.MapGet("/api/traces", context =>
        {
            var filter = Filter.Of(context.Request);
            var traces = store.Traces.Select(trace => filter.Matches(trace) ? Summary(trace) : null, context.Request.Number("limit", 200, 1, 1000));
            return context.WriteAsync(new(traces, store.Traces.Resources), DashboardJson.Default.TracePage);
        });

        app.MapGet("/api/traces/{id}", async context =>
        {
            var text = (string)context.Request.RouteValues["id"]!;
            if (Answers.TraceId(text) is not { } id || store.Traces.Find(id) is not { } trace)
            {
                await context.NotFoundAsync($"There is no trace {text} here, or no longer.");
                return;
            }

            var spans = trace.Spans.OrderBy(span => span.Start).ThenBy(span => span.End).Select(View).ToArray();
            var logs = store.Logs.ToArray().Where(entry => entry.TraceId == id).TakeLast(MaxLogsOfTrace).Select(LogEndpoints.View).ToArray();
            await context.WriteAsync(new(Answers.Hex(id), trace.Dropped, spans, logs), DashboardJson.Default.TraceDetail);
        });
    }

    private static TraceSummary Summary(Trace trace) => new(
        Answers.Hex(trace.Id),
        trace.First!.Name,
        trace.First.Resource.Name,
        Answers.Milliseconds(trace.Start),
        Answers.Milliseconds(Math.Max(0, trace.End - trace.Start)),
        trace.Spans.Count + trace.Dropped,
        trace.Errors,
        Array.Find(trace.First.Attributes, attribute => attribute.Key is "tenant.id" or "tenant").Value,
        new(trace.Resources));

    private static SpanView View(Span span) => new(
        Answers.Hex(span.SpanId),
        span.ParentId == 0 ? null : Answers.Hex(span.ParentId),
        span.Name,
        span.Kind.ToString(),
        span.Resource.Name,
        span.Scope,
        Answers.Milliseconds(span.Start),
        Answers.Milliseconds(span.Duration),
        span.IsError,
        span.StatusMessage,
        Answers.Map(span.Attributes),
        [.. span.Events.Select(e => new EventView(Answers.Milliseconds(e.Time), e.Name, Answers.Map(e.Attributes)))],
        [.. span.Links.Select(link => new LinkView(Answers.Hex(link.TraceId), Answers.Hex(link.SpanId)))]);

    private sealed record Filter(string? Resource, bool OnlyErrors, long MinNanoseconds, string? Text, string? Tenant, AttributeFilter? Attribute)
    {
        public static Filter Of(HttpRequest request) => new(
            request.Text("resource"),
            request.Text("error") == "true",
            request.Number("minMs", 0, 0, int.MaxValue) * 1_000_000L,
            request.Text("text"),
            request.Text("tenant"),
            AttributeFilter.Parse(request.Text("attribute")));

        public bool Matches(Trace trace) =>
            (!OnlyErrors || trace.Errors > 0)
            && trace.End - trace.Start >= MinNanoseconds
            && (Resource is null || trace.Resources.ContainsKey(Resource))
            && (Text is null || trace.Spans.Any(span => span.Name.Contains(Text, StringComparison.OrdinalIgnoreCase)) || Answers.Hex(trace.Id).StartsWith(Text, StringComparison.OrdinalIgnoreCase))
            && (Tenant is null || trace.Spans.Any(span => Array.Exists(span.Attributes, attribute => attribute.Key.StartsWith("tenant", StringComparison.Ordinal) && attribute.Value.Contains(Tenant, StringComparison.OrdinalIgnoreCase))))
            && (Attribute is null || trace.Spans.Any(span => Attribute.Matches(span.Attributes)));
    }
}
