using LocalAspire.Dashboard.Access;
using LocalAspire.Dashboard.Api;
using LocalAspire.Dashboard.Application;
using LocalAspire.Dashboard.Otlp;
using LocalAspire.Dashboard.Pages;
using LocalAspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace LocalAspire.Dashboard;

/// <summary>
/// The dashboard: pages and JSON on one port, telemetry on another, both on loopback only.
/// It runs in the AppHost's own process. So it dies with it however that dies, nothing has to be found, started, watched or spoken to,
/// and a start costs a few dozen milliseconds; a process of its own would cost a runtime. What it keeps is bounded (<see cref="TelemetryLimits"/>).
/// </summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    private const int MaxPostBytes = 64 * 1024;

    // Two servers, so that no mistake in a route can open the pages to whoever may send telemetry.
    private readonly WebApplication _pages;
    private readonly WebApplication _otlp;
    private readonly OtlpReceiver _receiver;
    private readonly DashboardOptions _options;

    public DashboardServer(IApplication application, DashboardOptions options)
    {
        _options = options;
        Telemetry = new(options.Limits);
        _receiver = new(Telemetry, options.OtlpApiKey);
        _otlp = Listen(options.OtlpPort, OtlpBody.MaxReceived);
        _receiver.Map(_otlp);
        _pages = Listen(options.Port, MaxPostBytes);
        MapPages(application);
    }

    public TelemetryStore Telemetry { get; }

    /// <summary>The address of the pages.</summary>
    public string Url => $"http://localhost:{_options.Port}";

    /// <summary>The address that lets a browser in.</summary>
    public string LoginUrl => $"{Url}/login?t={_options.Token}";

    /// <summary>Where to send telemetry to.</summary>
    public string OtlpUrl => $"http://localhost:{_options.OtlpPort}";

    /// <summary>What senders of telemetry have to know.</summary>
    public string OtlpApiKey => _options.OtlpApiKey;

    /// <summary>What opens the pages.</summary>
    public string Token => _options.Token;

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">Somebody else listens on one of the ports.</exception>
    public Task StartAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_pages.StartAsync(cancellationToken), _otlp.StartAsync(cancellationToken));

    public async ValueTask DisposeAsync()
    {
        // Streams are told to end; whoever else is still reading is not waited for.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Task.WhenAll(_pages.StopAsync(patience.Token), _otlp.StopAsync(patience.Token));
        await _pages.DisposeAsync();
        await _otlp.DisposeAsync();
        _receiver.Dispose();
    }

    private static WebApplication Listen(int port, int maxBodyBytes)
    {
        // An empty builder reads no configuration: the environment is the AppHost's, ASPNETCORE_URLS among it.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 256;
            kestrel.Limits.MaxRequestBodySize = maxBodyBytes;
            kestrel.ListenLocalhost(port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        return builder.Build();
    }

    private void MapPages(IApplication application)
    {
        var stopping = _pages.Lifetime.ApplicationStopping;
        var access = new DashboardAccess(_options.Token, _options.Port);
        var layout = new PageLayout(application.Name);
        _pages.Use((context, next) => access.GuardAsync(context, next));
        _pages.MapLogin(access, layout);
        layout.Map(_pages);
        _pages.MapResources(application, stopping);
        _pages.MapLogs(Telemetry.Logs);
        _pages.MapTraces(Telemetry);
        _pages.MapMetrics(Telemetry.Metrics, TimeProvider.System);
        _pages.MapLive(application, Telemetry, stopping);
    }
}
