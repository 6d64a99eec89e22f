using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What a resource does when something it waits for fails.</summary>
public sealed class ResourceNotificationServiceOptions
{
    /// <summary>For waits that do not say so themselves.</summary>
    public WaitBehavior DefaultWaitBehavior { get; set; }
}

/// <summary>Knows the state of every resource and tells those who wait for one.</summary>
[SuppressMessage("Maintainability", "CA1506:Avoid excessive class coupling", Justification = "It is where everybody meets.")]
public partial class ResourceNotificationService : IDisposable
{
    private readonly ILogger<ResourceNotificationService> _logger;
    private readonly IServiceProvider _services;
    private readonly ResourceLoggerService _loggers;
    private readonly CancellationTokenSource _disposed = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceEvent> _states = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> _watchers = [];
    private long _version;

    internal ResourceNotificationService(
        ILogger<ResourceNotificationService> logger,
        IServiceProvider serviceProvider,
        ResourceLoggerService resourceLoggerService)
    {
        _logger = logger;
        _services = serviceProvider;
        _loggers = resourceLoggerService;
    }

    /// <summary>Grows with every update, of whatever resource.</summary>
    internal long Version => Interlocked.Read(ref _version);

    private WaitBehavior DefaultWaitBehavior =>
        _services.GetService<IOptions<ResourceNotificationServiceOptions>>()?.Value.DefaultWaitBehavior ?? default;

    /// <summary>The news of every resource: first what is known now, then what happens, until cancelled.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        var channel = Channel.CreateUnbounded<ResourceEvent>();
        lock (_lock)
        {
            foreach (var state in _states.Values)
            {
                channel.Writer.TryWrite(state);
            }

            _watchers.Add(channel);
        }

        try
        {
            await foreach (var news in channel.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                yield return news;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(channel);
            }
        }
    }

    /// <summary>Publishes the state of a resource that has one instance.</summary>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return PublishUpdateAsync(resource, resource.Name, stateFactory);
    }

    /// <summary>Publishes the state of one instance.</summary>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(stateFactory);
        lock (_lock)
        {
            var before = _states.TryGetValue(resourceId, out var known) ? known.Snapshot : Initial(resource);
            var after = stateFactory(before);
            after = after with { Commands = Commands(resource, after) };
            var news = new ResourceEvent(resource, resourceId, after);
            _states[resourceId] = news;
            Interlocked.Increment(ref _version);
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryWrite(news);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>What is known now of one instance.</summary>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_lock)
        {
            return _states.TryGetValue(resourceId, out resourceEvent);
        }
    }

    /// <summary>Waits for a state: <c>Running</c> if none is given.</summary>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [string.IsNullOrEmpty(targetState) ? KnownResourceStates.Running : targetState], cancellationToken);

    /// <summary>Waits for one of several states and says which it was.</summary>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var states = targetStates.ToArray();
        var news = await WaitForResourceAsync(
            resourceName, e => states.Contains(e.Snapshot.State?.Text, StringComparer.OrdinalIgnoreCase), cancellationToken).ConfigureAwait(false);
        return news.Snapshot.State!.Text;
    }

    /// <summary>Waits for news that satisfy a condition.</summary>
    public async Task<ResourceEvent> WaitForResourceAsync(
        string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (var news in WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (IsNamed(news, resourceName) && predicate(news))
            {
                return news;
            }
        }

        throw new OperationCanceledException($"The wait for the resource '{resourceName}' was cancelled.", cancellationToken);
    }

    /// <summary>Waits until the resource is healthy and all who wanted to know it have been told.</summary>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceHealthyAsync(resourceName, DefaultWaitBehavior, cancellationToken);

    /// <summary>Waits until the resource is healthy and all who wanted to know it have been told.</summary>
    /// <exception cref="DistributedApplicationException">It failed, and <paramref name="waitBehavior"/> says to give up then.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(
        string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        var news = await WaitForResourceAsync(
            resourceName,
            e => IsReady(e.Snapshot) || (waitBehavior == WaitBehavior.StopOnResourceUnavailable && IsOver(e.Snapshot)),
            cancellationToken).ConfigureAwait(false);
        if (!IsReady(news.Snapshot))
        {
            throw new DistributedApplicationException(
                $"The resource '{resourceName}' did not become healthy: it {Ending(news.Snapshot)}.");
        }

        await news.Snapshot.ReadyTold!.WaitAsync(cancellationToken).ConfigureAwait(false);
        return news;
    }

    /// <summary>Waits for everything the resource waits for.</summary>
    /// <exception cref="DistributedApplicationException">Something it waits for failed.</exception>
    public async Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var waits = resource.Annotations.OfType<WaitAnnotation>().Where(wait => wait.Resource is not IResourceWithoutLifetime).ToArray();
        if (waits.Length == 0)
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pending = waits.SelectMany(wait => wait.Resource.GetInstanceIds().Select(id => (Wait: wait, Id: id))).ToList();
        var tasks = pending.Select(entry => WaitAsync(entry.Wait, entry.Id)).ToArray();
        await SayAsync().ConfigureAwait(false);
        try
        {
            // The first failure ends it: no use waiting for the rest.
            await foreach (var task in Task.WhenEach(tasks).ConfigureAwait(false))
            {
                await task.ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }

        async Task WaitAsync(WaitAnnotation wait, string id)
        {
            LogWaiting(_loggers.GetLogger(resource), id, Phrase(wait.WaitType));
            var news = await WaitForResourceAsync(id, e => e.ResourceId == id && IsDecided(wait, e.Snapshot), stop.Token).ConfigureAwait(false);
            if (Failure(wait, news.Snapshot) is { } failure)
            {
                throw new DistributedApplicationException($"{id} {failure}: not started");
            }

            if (news.Snapshot.ReadyTold is { } told && wait.WaitType == WaitType.WaitUntilHealthy)
            {
                await told.WaitAsync(stop.Token).ConfigureAwait(false);
            }

            lock (pending)
            {
                pending.Remove((wait, id));
            }

            await SayAsync().ConfigureAwait(false);
        }

        async Task SayAsync()
        {
            string reason;
            lock (pending)
            {
                if (pending.Count == 0)
                {
                    return;
                }

                reason = "waiting for " + string.Join(", ", pending.Select(entry => $"{entry.Id} {Phrase(entry.Wait.WaitType)}"));
            }

            foreach (var id in resource.GetInstanceIds())
            {
                await PublishUpdateAsync(resource, id, s => s with { State = KnownResourceStates.Waiting, Reason = reason }).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends all waits.</summary>
    public void Dispose()
    {
        _disposed.Cancel();
        GC.SuppressFinalize(this);
    }

    internal IReadOnlyList<ResourceEvent> CurrentStates()
    {
        lock (_lock)
        {
            return [.. _states.Values];
        }
    }

    internal static bool IsOver(CustomResourceSnapshot snapshot) =>
        KnownResourceStates.TerminalStates.Contains(snapshot.State?.Text) || snapshot.State?.Text == KnownResourceStates.RuntimeUnhealthy;

    /// <summary>How it ended, in words that follow its name.</summary>
    internal static string Ending(CustomResourceSnapshot snapshot) =>
        snapshot.State?.Text == KnownResourceStates.FailedToStart ? "failed to start" + (snapshot.Reason is { } reason ? $" ({reason})" : "")
        : snapshot.ExitCode is { } code ? $"exited with code {code}"
        : "stopped";

    private static bool IsNamed(ResourceEvent news, string name) =>
        string.Equals(news.Resource.Name, name, StringComparison.OrdinalIgnoreCase) || string.Equals(news.ResourceId, name, StringComparison.OrdinalIgnoreCase);

    private static bool IsReady(CustomResourceSnapshot snapshot) => snapshot is { HealthStatus: HealthStatus.Healthy, ReadyTold: not null };

    private static string Phrase(WaitType type) => type switch
    {
        WaitType.WaitForCompletion => "to complete",
        WaitType.WaitUntilStarted => "to start",
        _ => "to be healthy",
    };

    private bool IsDecided(WaitAnnotation wait, CustomResourceSnapshot snapshot) => wait.WaitType switch
    {
        WaitType.WaitForCompletion => IsOver(snapshot),
        WaitType.WaitUntilStarted => snapshot.State?.Text == KnownResourceStates.Running || GivesUp(wait, snapshot),
        _ => IsReady(snapshot) || GivesUp(wait, snapshot),
    };

    private bool GivesUp(WaitAnnotation wait, CustomResourceSnapshot snapshot) =>
        (wait.WaitBehavior ?? DefaultWaitBehavior) == WaitBehavior.StopOnResourceUnavailable && IsOver(snapshot);

    private static string? Failure(WaitAnnotation wait, CustomResourceSnapshot snapshot)
    {
        if (wait.WaitType != WaitType.WaitForCompletion)
        {
            return IsOver(snapshot) ? Ending(snapshot) : null;
        }

        return snapshot.State?.Text == KnownResourceStates.FailedToStart || (snapshot.ExitCode is { } code && code != wait.ExitCode)
            ? Ending(snapshot)
            : null;
    }

    private static CustomResourceSnapshot Initial(IResource resource)
    {
        var initial = resource.TryGetLastAnnotation<ResourceSnapshotAnnotation>(out var annotation)
            ? annotation.InitialSnapshot
            : new()
            {
                ResourceType = resource is ContainerResource ? "Container" : resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal),
                Properties = [],
            };
        return initial with { CreationTimeStamp = DateTime.UtcNow, HealthReports = NotAskedYet(resource) };
    }

    /// <summary>The health reports of a resource that nobody has asked yet.</summary>
    internal static ImmutableArray<HealthReportSnapshot> NotAskedYet(IResource resource) =>
        [.. resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => new HealthReportSnapshot(check.Key, null, null, null))];

    private ImmutableArray<ResourceCommandSnapshot> Commands(IResource resource, CustomResourceSnapshot snapshot)
    {
        var commands = ImmutableArray.CreateBuilder<ResourceCommandSnapshot>();
        foreach (var command in resource.Annotations.OfType<ResourceCommandAnnotation>())
        {
            ResourceCommandState state;
            try
            {
                state = command.UpdateState(new() { ResourceSnapshot = snapshot, Services = _services });
            }
            catch (Exception exception)
            {
                LogCommandState(_logger, command.Name, resource.Name, exception);
                state = ResourceCommandState.Disabled;
            }

            commands.Add(new(
                command.Name,
                state,
                command.DisplayName,
                command.DisplayDescription,
                command.Parameter,
                command.ConfirmationMessage,
                command.IconName,
                command.IconVariant,
                command.IsHighlighted));
        }

        return commands.ToImmutable();
    }

    [LoggerMessage(1, LogLevel.Information, "Waiting for resource '{Resource}' {What}.")]
    private static partial void LogWaiting(ILogger logger, string resource, string what);

    [LoggerMessage(2, LogLevel.Error, "The state of command '{Command}' of resource '{Resource}' could not be found out.")]
    private static partial void LogCommandState(ILogger logger, string command, string resource, Exception exception);
}
