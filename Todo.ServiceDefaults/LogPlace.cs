using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Todo.ServiceDefaults;

/// <summary>
/// Says on every log line that is exported where it was written: beside the trace and the span, which the SDK adds, the tenant and the person of the
/// request, as its spans have them. It costs a request that logs nothing nothing.
/// </summary>
internal sealed class LogPlace : BaseProcessor<LogRecord>
{
    private const string Tenant = "tenant.id";
    private const string Person = "enduser.id";

    public override void OnEnd(LogRecord data)
    {
        object? tenant = null;
        object? person = null;
        for (var span = Activity.Current; span is not null && (tenant is null || person is null); span = span.Parent)
        {
            tenant ??= span.GetTagItem(Tenant);
            person ??= span.GetTagItem(Person);
        }

        if (tenant is null && person is null)
        {
            return;
        }

        var attributes = new List<KeyValuePair<string, object?>>((data.Attributes?.Count ?? 0) + 2);
        attributes.AddRange(data.Attributes ?? []);
        Add(Tenant, tenant);
        Add(Person, person);
        data.Attributes = attributes;

        void Add(string key, object? value)
        {
            if (value is not null && !attributes.Exists(attribute => attribute.Key == key))
            {
                attributes.Add(new(key, value));
            }
        }
    }
}
