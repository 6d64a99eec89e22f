using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Todo.Api.Identity;
using Todo.Api.Measuring;

namespace Todo.Api.Traffic;

/// <summary>The configuration section <c>Telemetry</c>, as far as the API reads it.</summary>
internal sealed class TenantMetricsOptions
{
    public const string Section = "Telemetry";

    /// <summary>How many tenants measurements name, 0 to 200; the others are one.</summary>
    [System.ComponentModel.DataAnnotations.Range(0, 200)]
    public int Tenants { get; init; } = 20;
}

/// <summary>Requests, failures and time by tenant: of the busiest by name, of all others together.</summary>
internal sealed class TenantMetrics
{
    private readonly Counter<long> _requests;
    private readonly Counter<long> _errors;
    private readonly Histogram<double> _duration;
    private readonly TopTenants _top;
    private readonly TimeProvider _clock;

    public TenantMetrics(IMeterFactory meters, IOptions<TenantMetricsOptions> options, TimeProvider clock)
    {
        _clock = clock;
        _top = new TopTenants(options.Value.Tenants, clock);
        var meter = meters.Create("Todo.Api");
        _requests = meter.CreateCounter<long>("todo.tenants.requests", "{request}", "Requests of a tenant's people, keys and guests.");
        _errors = meter.CreateCounter<long>("todo.tenants.errors", "{request}", "Those of them that failed on our side (5xx).");
        _duration = meter.CreateHistogram("todo.tenants.duration", "s", "How long they took.", tags: null, Buckets.OfRequests);
    }

    /// <summary>Stands outside of what turns exceptions into answers, so that it sees the answer.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) => _requests.Enabled ? MeasureAsync(context, next) : next(context);

    private async Task MeasureAsync(HttpContext context, RequestDelegate next)
    {
        var began = _clock.GetTimestamp();
        await next(context);
        if (context.RequestServices.GetRequiredService<RequestIdentity>().TenantId is { } tenant)
        {
            var name = new KeyValuePair<string, object?>("tenant.id", _top.NameOf(tenant));
            _requests.Add(1, name);
            if (!context.TakesNoTurn())
            {
                _duration.Record(_clock.GetElapsedTime(began).TotalSeconds, name);
            }

            if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            {
                _errors.Add(1, name);
            }
        }
    }
}
