using System.Globalization;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using LocalAspire.Dashboard;
using LocalAspire.Dashboard.Otlp;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// Runs the dashboard from before the first resource starts until after the last has stopped, and has the projects send their telemetry there.
/// <para>Configuration, under Aspire's own names: <c>ASPNETCORE_URLS</c> for the pages and <c>ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL</c> for
/// telemetry, of which only the ports count; <c>ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN</c> for a token that stays the same.
/// An <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> of the AppHost's own wins: telemetry then goes there.</para>
/// </summary>
internal sealed partial class DashboardService(
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    ResourceLoggerService loggers,
    ResourceCommandService commands,
    IConfiguration configuration,
    IHostEnvironment environment,
    ILogger<DistributedApplication> logger) : IHostedService, IAsyncDisposable
{
    private const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // Somebody else may take a port between the moment it is let go of and the moment the dashboard listens there.
    private const int MostAttempts = 5;

    private readonly int[] _ports = new int[2];

    /// <summary>The dashboard; null if it could not start.</summary>
    public DashboardServer? Server { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        DashboardServer server;
        for (var attempt = 1; ; attempt++)
        {
            server = Make();
            try
            {
                Array.ForEach(_ports, Ports.Release);
                await server.StartAsync(cancellationToken).ConfigureAwait(false);
                break;
            }
            catch (IOException exception)
            {
                await server.DisposeAsync().ConfigureAwait(false);
                Ports.Return(_ports);
                if (attempt == MostAttempts)
                {
                    // An application without a dashboard is better than none.
                    LogNoDashboard(logger, exception.Message);
                    return;
                }
            }
        }

        Server = server;
        SendTelemetryTo(server.OtlpUrl, server.OtlpApiKey);
        LogListening(logger, server.Url);
        LogLogin(logger, server.LoginUrl);
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync().ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (Server is { } server)
        {
            Server = null;
            await server.DisposeAsync().ConfigureAwait(false);
            Ports.Return(_ports);
        }
    }

    // The AppHost of "Todo" is Todo.AppHost.
    private static string Name(string applicationName) =>
        applicationName.EndsWith(".AppHost", StringComparison.Ordinal) ? applicationName[..^".AppHost".Length] : applicationName;

    private static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private DashboardServer Make()
    {
        _ports[0] = Port(configuration["ASPNETCORE_URLS"]);
        _ports[1] = Port(configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"]);
        return new(
            new HostedApplication(Name(environment.ApplicationName), model, notifications, loggers, commands),
            new()
            {
                Port = _ports[0],
                OtlpPort = _ports[1],
                Token = configuration["ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN"] is { Length: > 0 } token ? token : Secret(),
                OtlpApiKey = Secret(),
            });
    }

    // LaunchPlan gives these to every project, each with its own name.
    private void SendTelemetryTo(string endpoint, string key)
    {
        if (configuration[EndpointKey] is { Length: > 0 })
        {
            return;
        }

        configuration[EndpointKey] = endpoint;
        configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        configuration["OTEL_EXPORTER_OTLP_HEADERS"] = $"{OtlpReceiver.KeyHeader}={key}";
        if (!environment.IsDevelopment())
        {
            return;
        }

        // A developer wants to see at once what just happened, and all of it.
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
        [
            ("OTEL_BLRP_SCHEDULE_DELAY", "1000"),
            ("OTEL_BSP_SCHEDULE_DELAY", "1000"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
            ("OTEL_TRACES_SAMPLER", "always_on"),
            ("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based"),
        ])
        {
            configuration[name] ??= value;
        }
    }

    private int Port(string? urls)
    {
        var isFixed = !configuration.GetValue("DcpPublisher:RandomizePorts", false);
        foreach (var url in isFixed ? (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [])
        {
            // Nothing here makes or trusts a certificate, so an https address is of no use.
            if (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp)
            {
                if (Ports.TryTake(uri.Port))
                {
                    return uri.Port;
                }

                var other = Ports.Free();
                LogPortTaken(logger, uri.Port.ToString(CultureInfo.InvariantCulture), other);
                return other;
            }
        }

        return Ports.Free();
    }

    [LoggerMessage(1, LogLevel.Information, "Now listening on: {Url}")]
    private static partial void LogListening(ILogger logger, string url);

    [LoggerMessage(2, LogLevel.Information, "Login to the dashboard at {LoginUrl}")]
    private static partial void LogLogin(ILogger logger, string loginUrl);

    [LoggerMessage(3, LogLevel.Warning, "The dashboard could not start: {Reason} Everything else goes on without it.")]
    private static partial void LogNoDashboard(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Port {Port} is taken by another process: the dashboard listens on port {Other} instead.")]
    private static partial void LogPortTaken(ILogger logger, string port, int other);
}
