using System.Text.Json;
using Todo.Tests.LocalAspire.Dashboard;
using Todo.Tests.Mail;
using Todo.Tests.Servers;

namespace Todo.Tests.Telemetry;

/// <summary>An API that sends its telemetry over OTLP to a receiver, which is read here as people read it.</summary>
public class TelemetryHost : MailedHost
{
    private RunningDashboard? _dashboard;

    /// <summary>Which share of the traces is sampled.</summary>
    protected virtual string Sampled => "1";

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments =>
    [
        .. base.Arguments,
        $"--OTEL_EXPORTER_OTLP_ENDPOINT={_dashboard!.Server.OtlpUrl}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        $"--OTEL_EXPORTER_OTLP_HEADERS=x-otlp-api-key={_dashboard.Server.OtlpApiKey}", "--OTEL_SERVICE_NAME=api", "--OTEL_BSP_SCHEDULE_DELAY=100", "--OTEL_BLRP_SCHEDULE_DELAY=100",
        "--OTEL_METRIC_EXPORT_INTERVAL=200", "--OTEL_TRACES_SAMPLER=parentbased_traceidratio", $"--OTEL_TRACES_SAMPLER_ARG={Sampled}",
    ];

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        _dashboard = await RunningDashboard.StartAsync();
        await base.InitializeAsync();
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _dashboard!.DisposeAsync();
    }

    /// <summary>What the receiver answers, once it is what is waited for.</summary>
    internal async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> isThere)
    {
        JsonElement found = default;
        await Eventually.TrueAsync(async () => isThere(found = await _dashboard!.ReadAsync(path)));
        return found;
    }

    /// <summary>The traces that match a query now.</summary>
    internal async Task<IReadOnlyList<JsonElement>> TracesAsync(string query = "") => [.. (await _dashboard!.ReadAsync("/api/traces?limit=1000&" + query)).GetProperty("traces").EnumerateArray()];

    /// <summary>A trace, once it has the spans that are waited for.</summary>
    internal async Task<SpanTree> TraceAsync(string id, params string[] names)
    {
        ExportedSpan[] spans = [];
        try
        {
            await UntilAsync($"/api/traces/{id}", trace => (spans = Spans(trace)).Length > 0 && names.All(name => spans.Any(span => span.Name == name)));
        }
        catch (TimeoutException)
        {
            names.Except(spans.Select(span => span.Name)).ShouldBeEmpty(string.Join('\n', spans.AsEnumerable()));
        }

        return new SpanTree(spans);
    }

    private static ExportedSpan[] Spans(JsonElement trace) => trace.TryGetProperty("spans", out var spans) ? [.. spans.EnumerateArray().Select(span => new ExportedSpan(span))] : [];
}

/// <summary>A span as it was received.</summary>
internal sealed class ExportedSpan(JsonElement span)
{
    public string Id => span.GetProperty("spanId").GetString()!;

    public string? ParentId => span.TryGetProperty("parentId", out var parent) ? parent.GetString() : null;

    public string Name => span.GetProperty("name").GetString()!;

    public string Scope => span.GetProperty("scope").GetString()!;

    public string? this[string attribute] => span.GetProperty("attributes").TryGetProperty(attribute, out var value) ? value.GetString() : null;

    public bool IsError => span.GetProperty("isError").GetBoolean();

    public override string ToString() => span.ToString();
}

/// <summary>The spans of one trace.</summary>
internal sealed class SpanTree(ExportedSpan[] spans)
{
    public IReadOnlyList<ExportedSpan> Spans => spans;

    /// <summary>Those without a parent in the trace.</summary>
    public IEnumerable<ExportedSpan> Roots => spans.Where(span => spans.All(other => other.Id != span.ParentId));

    public ExportedSpan Single(string name) => spans.Single(span => span.Name == name);

    /// <summary>The names of the spans above one, nearest first.</summary>
    public IReadOnlyList<string> Above(ExportedSpan span)
    {
        var names = new List<string>();
        for (var parent = Parent(span); parent is not null; parent = Parent(parent))
        {
            names.Add(parent.Name);
        }

        return names;
    }

    private ExportedSpan? Parent(ExportedSpan span) => spans.FirstOrDefault(other => other.Id == span.ParentId);
}
