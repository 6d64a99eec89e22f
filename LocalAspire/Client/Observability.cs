using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Aspire;

internal static class Observability
{
    /// <summary>
    /// Registers Npgsql's activity source and meter, both named "Npgsql", with whichever providers the application builds.
    /// Aspire's packages also build the providers; here that is left to the application.
    /// </summary>
    public static void ObserveNpgsql(this IHostApplicationBuilder builder, bool traces, bool metrics)
    {
        if (traces)
        {
            builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource("Npgsql"));
        }

        if (metrics)
        {
            builder.Services.ConfigureOpenTelemetryMeterProvider(metering => metering.AddMeter("Npgsql"));
        }
    }

    /// <summary>Two clients of the same kind share one health check, as the second registration of a name is an error when checks run.</summary>
    public static void AddHealthCheckOnce(this IHostApplicationBuilder builder, string name, Func<IServiceProvider, IHealthCheck> create)
    {
        if (builder.Properties.TryAdd($"Aspire.HealthChecks.{name}", true))
        {
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(name, create, failureStatus: null, tags: null));
        }
    }
}
