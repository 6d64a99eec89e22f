using Microsoft.Extensions.Configuration;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Todo.ServiceDefaults;

namespace Todo.Cli;

/// <summary>Sends the traces of what a command does, such as a migration run, if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to; as the services do.</summary>
internal static class Tracing
{
    /// <summary>Null: nowhere. Disposing of it sends what is left.</summary>
    public static TracerProvider? Start() => string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT"))
        ? null
        : Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.Clear().AddService("todo").AddTelemetrySdk().AddEnvironmentVariableDetector())
            .SetSampler(TraceSampler.Create(new ConfigurationBuilder().AddEnvironmentVariables().Build()))
            .AddSource("Todo.Tenancy", "Npgsql")
            .AddProcessor(new TraceKeeper(new BatchActivityExportProcessor(new OtlpTraceExporter(new OtlpExporterOptions())), TraceKeeper.DefaultSlow))
            .Build();
}
