using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Todo.ServiceDefaults;

/// <summary>
/// Traces, metrics and logs over OTLP, if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to; otherwise nothing is listened to.
/// The framework, Npgsql and our own code are their own instrumentation, so the core SDK and the exporter are all it takes.
/// </summary>
internal static class Telemetry
{
    /// <summary>The activity sources that are listened to.</summary>
    public static readonly string[] Sources =
        ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Todo.Api", "Todo.Tenancy"];

    /// <summary>The meters that are listened to.</summary>
    public static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Diagnostics",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.EntityFrameworkCore",
        "System.Net.Http",
        "System.Runtime",
        "Npgsql",
        "Todo.Api",
        "Todo.Tenancy",
    ];

    /// <summary>Whether there is somewhere to send telemetry to.</summary>
    public static bool IsExported(IConfiguration configuration)
        => !string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        // Also where nothing is exported: a caller's trace id is in the logs, and must not go further than it may.
        builder.Services.AddSingleton<DistributedContextPropagator, TracePropagation>();
        if (!IsExported(builder.Configuration))
        {
            return;
        }

        // ASP.NET Core 10 leaves its spans without method and path unless told otherwise; RequestSpans adds the rest.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);

        var service = builder.Environment.ApplicationName;
        var version = Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

        // These register the providers with the application's services, where ConfigureOpenTelemetry…Provider calls, by us or by an
        // integration, still reach them.
        new OpenTelemetryBuilder(builder.Services)
            // The environment comes last and wins: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES.
            .ConfigureResource(resource => resource.Clear().AddService(service, serviceVersion: version).AddTelemetrySdk().AddEnvironmentVariableDetector())
            .WithTracing(tracing => tracing.SetSampler(TraceSampler.Create(builder.Configuration)).AddSource(Sources).AddProcessor(Keeper))
            .WithMetrics(metrics => metrics.AddMeter(Meters).SetExemplarFilter(ExemplarFilterType.TraceBased).AddOtlpExporter())
            .WithLogging(logs => logs.AddProcessor(new LogPlace()).AddOtlpExporter(), logs =>
            {
                logs.IncludeFormattedMessage = true;
                logs.IncludeScopes = true;
            });

        builder.Services.AddHostedService<Providers>();
        builder.Services.AddTransient<IStartupFilter, RequestSpans>();
    }

    // What the SDK's own registration of the exporter does, with the keeper before the queue: it alone knows late what is to be sent.
    private static TraceKeeper Keeper(IServiceProvider services)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        var queue = services.GetRequiredService<IOptionsMonitor<BatchExportActivityProcessorOptions>>().CurrentValue;
        var exporter = new OtlpTraceExporter(services.GetRequiredService<IOptionsMonitor<OtlpExporterOptions>>().CurrentValue);
        return new TraceKeeper(
            new BatchActivityExportProcessor(exporter, queue.MaxQueueSize, queue.ScheduledDelayMilliseconds, queue.ExporterTimeoutMilliseconds, queue.MaxExportBatchSize),
            SlowRequest(configuration));
    }

    private static TimeSpan SlowRequest(IConfiguration configuration)
    {
        var text = configuration["Telemetry:SlowRequest"];
        if (string.IsNullOrWhiteSpace(text))
        {
            return TraceKeeper.DefaultSlow;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var slow) && slow > TimeSpan.Zero
            ? slow
            : throw new InvalidOperationException($"'Telemetry:SlowRequest' must be a time above zero such as 00:00:01, not '{text}'.");
    }

    private sealed class OpenTelemetryBuilder(IServiceCollection services) : IOpenTelemetryBuilder
    {
        public IServiceCollection Services => services;
    }

    /// <summary>Brings the providers to life before the services that they observe start; the host's disposal flushes them.</summary>
    private sealed class Providers : IHostedService
    {
        public Providers(TracerProvider tracing, MeterProvider metrics)
        {
            ArgumentNullException.ThrowIfNull(tracing);
            ArgumentNullException.ThrowIfNull(metrics);
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
