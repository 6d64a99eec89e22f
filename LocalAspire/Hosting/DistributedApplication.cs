using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>An application: its resources and what runs them.</summary>
public partial class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;
    private readonly bool _isInTest;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger;
    private readonly DistributedApplicationExecutionContext _context;
    private int _disposed;

    /// <summary>An application around a host.</summary>
    public DistributedApplication(IHost host)
        : this(host, isInTest: false)
    {
    }

    internal DistributedApplication(IHost host, bool isInTest)
    {
        _host = host;
        _isInTest = isInTest;
        _context = host.Services.GetRequiredService<DistributedApplicationExecutionContext>();
        _context.Services = host.Services;
        _logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Aspire.Hosting.DistributedApplication");
    }

    /// <summary>The AppHost's services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>The state of every resource.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>Commands to resources.</summary>
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    /// <summary>A builder without a command line.</summary>
    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    /// <summary>A builder with a command line.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new DistributedApplicationBuilder(args);

    /// <summary>A builder with options.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => new DistributedApplicationBuilder(options);

    /// <summary>Starts every resource and returns. What waits for something starts later by itself.</summary>
    /// <exception cref="DistributedApplicationException">The AppHost was started to publish.</exception>
    public virtual async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_context.IsPublishMode)
        {
            throw new DistributedApplicationException(CannotPublish);
        }

        LogStarting(_logger);
        LogFolder(_logger, Services.GetRequiredService<AppHostFolder>().Path);
        await Services.GetRequiredService<IDistributedApplicationEventing>()
            .PublishAsync(new BeforeStartEvent(Services, Services.GetRequiredService<DistributedApplicationModel>()), cancellationToken)
            .ConfigureAwait(false);
        await _host.StartAsync(cancellationToken).ConfigureAwait(false);
        if (!_isInTest)
        {
            LogStarted(_logger);
        }
    }

    /// <summary>Stops every resource, dependents before what they depend on, and returns when nothing is left of them.</summary>
    public virtual async Task StopAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _host.StopAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>Runs the application until it is told to stop.</summary>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (_isInTest)
        {
            // A test has the application in hand: it starts and stops it.
            await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        if (_context.IsPublishMode)
        {
            await System.Console.Error.WriteLineAsync(CannotPublish).ConfigureAwait(false);
            Environment.ExitCode = 1;
            return;
        }

        try
        {
            await StartAsync(cancellationToken).ConfigureAwait(false);
            await _host.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested)
        {
            // Told to stop while it started.
        }
        finally
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Runs the application until it is told to stop: by Ctrl+C, by SIGTERM.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <inheritdoc cref="DisposeAsync"/>
    public virtual void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops what still runs and frees everything.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await Services.GetRequiredService<Orchestration.Orchestrator>().StopAsync(CancellationToken.None).ConfigureAwait(false);
            if (_host is IAsyncDisposable host)
            {
                await host.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                _host.Dispose();
            }

            _ended.TrySetResult();
        }

        GC.SuppressFinalize(this);
    }

    private const string CannotPublish =
        "LocalAspire cannot publish: build with the real Aspire packages (UseAspire=true) from a feed that has them.";

    [LoggerMessage(1, LogLevel.Information, "Distributed application starting.")]
    private static partial void LogStarting(ILogger logger);

    [LoggerMessage(2, LogLevel.Information, "Application host directory is: {Directory}")]
    private static partial void LogFolder(ILogger logger, string directory);

    [LoggerMessage(3, LogLevel.Information, "Distributed application started. Press Ctrl+C to shut down.")]
    private static partial void LogStarted(ILogger logger);
}
