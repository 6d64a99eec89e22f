using System.Diagnostics;
using Microsoft.Extensions.Configuration;

namespace Todo.ServiceDefaults;

/// <summary>
/// Takes up the trace of a caller (<c>traceparent</c>, <c>tracestate</c>: W3C Trace Context) and hands it on, but only to hosts that belong to the
/// same system. Baggage, which holds the tenant's id, neither comes in, where it would be a stranger's word, nor goes out.
/// </summary>
/// <remarks>
/// The same system: this machine, hosts with a name of one word, as services have them inside a cluster, and what <c>Telemetry:PropagateTo</c>
/// lists, separated by commas (<c>billing.example.com</c>, or <c>*.example.com</c> for all below).
/// </remarks>
internal sealed class TracePropagation(IConfiguration configuration) : DistributedContextPropagator
{
    private const string Parent = "traceparent";
    private const string State = "tracestate";

    private readonly string[] _hosts = (configuration["Telemetry:PropagateTo"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public override IReadOnlyCollection<string> Fields { get; } = [Parent, State];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        if (activity is not { IdFormat: ActivityIdFormat.W3C, Id: { } id } || setter is null || (carrier is HttpRequestMessage { RequestUri: { } uri } && !IsOurs(uri)))
        {
            return;
        }

        setter(carrier, Parent, id);
        if (!string.IsNullOrEmpty(activity.TraceStateString))
        {
            setter(carrier, State, activity.TraceStateString);
        }
    }

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        (traceId, traceState) = (null, null);
        getter?.Invoke(carrier, Parent, out traceId, out _);
        getter?.Invoke(carrier, State, out traceState, out _);
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;

    private bool IsOurs(Uri uri)
    {
        var host = uri.IdnHost;
        return uri.IsLoopback
            || (uri.HostNameType == UriHostNameType.Dns && !host.Contains('.', StringComparison.Ordinal))
            || Array.Exists(_hosts, ours => ours.StartsWith("*.", StringComparison.Ordinal)
                ? host.EndsWith(ours[1..], StringComparison.OrdinalIgnoreCase)
                : host.Equals(ours, StringComparison.OrdinalIgnoreCase));
    }
}
