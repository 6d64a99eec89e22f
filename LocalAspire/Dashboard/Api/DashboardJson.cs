using System.Text.Json.Serialization;
using LocalAspire.Dashboard.Application;
using LocalAspire.Dashboard.Telemetry;

namespace LocalAspire.Dashboard.Api;

/// <summary>The JSON under /api, generated at build time: nothing has to be found out at the first request.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<ResourceInfo>))]
[JsonSerializable(typeof(IReadOnlyList<ConsoleLine>))]
[JsonSerializable(typeof(CommandOutcome))]
[JsonSerializable(typeof(LogPage))]
[JsonSerializable(typeof(TracePage))]
[JsonSerializable(typeof(TraceDetail))]
[JsonSerializable(typeof(IReadOnlyList<InstrumentView>))]
[JsonSerializable(typeof(ChartView))]
[JsonSerializable(typeof(StateView))]
[JsonSerializable(typeof(Versions))]
internal sealed partial class DashboardJson : JsonSerializerContext;

/// <summary>How full the buffers are.</summary>
internal sealed record StateView(BufferState Spans, BufferState Logs, BufferState Metrics);

/// <summary>Numbers that grow when something changes, for pages to know when to look again.</summary>
internal sealed record Versions(long Resources, long Logs, long Spans, long Metrics);
