using System.Globalization;
using LocalAspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace LocalAspire.Dashboard.Api;

/// <summary>Log entries, newest first.</summary>
/// <param name="Entries">Those that match.</param>
/// <param name="Before">The number to ask for older ones with; null if there are none.</param>
/// <param name="Resources">Who has sent logs at all.</param>
internal sealed record LogPage(IReadOnlyList<LogView> Entries, long? Before, IReadOnlyList<string> Resources);

/// <summary>A log entry.</summary>
internal sealed record LogView(
    long Number,
    double Time,
    string Level,
    string Resource,
    string Instance,
    string Category,
    string? Event,
    string Message,
    string? TraceId,
    string? SpanId,
    Dictionary<string, string> Attributes);

/// <summary>Structured logs.</summary>
internal static class LogEndpoints
{
    private static readonly string[] Levels = ["Trace", "Debug", "Information", "Warning", "Error", "Critical"];

    public static void MapLogs(this IEndpointRouteBuilder app, LogBuffer logs) => app.MapGet("/api/logs", context =>
    {
        var request = context.Request;
        var filter = new Filter(
            request.Text("resource"),
            (Math.Max(0, Array.FindIndex(Levels, level => level.Equals(request.Text("level"), StringComparison.OrdinalIgnoreCase))) * 4) + 1,
            request.Text("text"),
            AttributeFilter.Parse(request.Text("attribute")),
            request.Text("trace") is { } trace ? Answers.TraceId(trace) ?? UInt128.MaxValue : null);
        var before = long.TryParse(request.Text("before"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
        var limit = request.Number("limit", 200, 1, 1000);

        var entries = logs.ToArray();
        var found = entries.Reverse().Where(entry => entry.Number < before && filter.Matches(entry)).Take(limit + 1).Select(View).ToList();
        long? next = null;
        if (found.Count > limit)
        {
            found.RemoveAt(limit);
            next = found[^1].Number;
        }

        string[] resources = [.. entries.Select(entry => entry.Resource.Name).Distinct().Order(StringComparer.Ordinal)];
        return context.WriteAsync(new(found, next, resources), DashboardJson.Default.LogPage);
    });

    public static LogView View(LogEntry entry) => new(
        entry.Number,
        Answers.Milliseconds(entry.Time),
        Level(entry.Severity),
        entry.Resource.Name,
        entry.Resource.Instance,
        entry.Category,
        entry.EventName.Length == 0 ? null : entry.EventName,
        entry.Message,
        entry.TraceId == UInt128.Zero ? null : Answers.Hex(entry.TraceId),
        entry.SpanId == 0 ? null : Answers.Hex(entry.SpanId),
        Answers.Map(entry.Attributes));

    // Four numbers to a level, from 1.
    private static string Level(int severity) => severity == 0 ? "Information" : Levels[(severity - 1) / 4];

    private sealed record Filter(string? Resource, int Severity, string? Text, AttributeFilter? Attribute, UInt128? Trace)
    {
        public bool Matches(LogEntry entry) =>
            (Resource is null || entry.Resource.Name.Equals(Resource, StringComparison.OrdinalIgnoreCase) || entry.Resource.Instance == Resource)
            && (entry.Severity >= Severity || (entry.Severity == 0 && Severity <= 9))
            && (Trace is null || entry.TraceId == Trace)
            && (Attribute is null || Attribute.Matches(entry.Attributes))
            && (Text is null
                || entry.Message.Contains(Text, StringComparison.OrdinalIgnoreCase)
                || entry.Category.Contains(Text, StringComparison.OrdinalIgnoreCase)
                || Array.Exists(entry.Attributes, attribute => attribute.Value.Contains(Text, StringComparison.OrdinalIgnoreCase)));
    }
}
