using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Health;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Starts the resources in order, follows them, and stops them in the opposite order.</summary>
[SuppressMessage("Maintainability", "CA1506:Avoid excessive class coupling", Justification = "It is where everything comes together.")]
internal sealed partial class Orchestrator(
    DistributedApplicationModel model,
    DistributedApplicationExecutionContext context,
    ResourceNotificationService notifications,
    ResourceLoggerService loggers,
    IDistributedApplicationEventing eventing,
    ProcessSupervisor supervisor,
    HealthMonitor health,
    LaunchPlan launchPlan,
    IConfiguration configuration,
    IServiceProvider services,
    ILogger<DistributedApplication> logger) : IHostedService, IDisposable
{
    private const int LinesOfFailure = 15;

    private readonly ConcurrentDictionary<IResource, Run> _runs = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _background = [];
    private readonly List<int> _ports = [];
    private readonly Lock _lock = new();
    private Task? _stopped;

    private IEnumerable<IResource> Processes => model.Resources.Where(resource => resource.IsProcess());

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var token = _stopping.Token;
        foreach (var resource in Processes)
        {
            AddLifecycleCommands(resource);
        }

        AllocateEndpoints();
        foreach (var resource in model.Resources)
        {
            await PublishInitialAsync(resource).ConfigureAwait(false);
        }

        foreach (var resource in model.Resources.OfType<IResourceWithEndpoints>())
        {
            await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken).ConfigureAwait(false);
            await PublishUrlsAsync(resource, isInactive: true, cancellationToken).ConfigureAwait(false);
        }

        _background.Add(health.WatchAsync(token));
        _background.AddRange(model.Resources.Select(resource => Task.Run(() => InitializeAsync(resource, token), CancellationToken.None)));
        var starts = Processes
            .Where(resource => !resource.HasAnnotationOfType<ExplicitStartupAnnotation>())
            .Select(StartResource)
            .ToArray();
        _background.Add(Task.Run(() => TellCreatedAsync(starts, token), CancellationToken.None));
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _stopped ??= StopAllAsync();
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task StopAllAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);

        // What others depend on is stopped after them, so that they can still say goodbye to it.
        foreach (var level in StopOrder.Of(model.Resources))
        {
            await Task.WhenAll(level.Where(resource => resource.IsProcess()).Select(StopResourceAsync)).ConfigureAwait(false);
        }

        try
        {
            await Task.WhenAll(_background).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // They were told to end.
        }

        Ports.Return(_ports);
        supervisor.Dispose();
    }

    private void AllocateEndpoints()
    {
        var randomize = configuration.GetValue("DcpPublisher:RandomizePorts", false);
        foreach (var resource in Processes)
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                var isContainer = resource is ContainerResource;
                var replicas = resource.GetReplicaCount();
                var ports = new List<int>();
                if (endpoint.TargetPort is { } own && !isContainer)
                {
                    // It listens where it always does; nothing stands in front of it.
                    ports.Add(own);
                    if (endpoint.Port is { } other && other != own)
                    {
                        LogPortIgnored(logger, other, endpoint.Name, resource.Name, own);
                    }
                }
                else if (endpoint.Port is { } exactly && !endpoint.IsProxied && replicas == 1)
                {
                    ports.Add(exactly);
                }
                else if (endpoint.Port is { } wanted && !randomize && replicas == 1)
                {
                    var free = Ports.TryTake(wanted);
                    ports.Add(free ? wanted : Ports.Free());
                    _ports.Add(ports[0]);
                    if (!free)
                    {
                        LogPortTaken(logger, wanted, resource.Name, ports[0]);
                    }
                }

                while (ports.Count < replicas)
                {
                    ports.Add(Ports.Free());
                    _ports.Add(ports[^1]);
                }

                if (resource.HasAnnotationOfType<ExplicitStartupAnnotation>())
                {
                    // Nobody knows when, or whether, it will start.
                    ports.ForEach(Ports.Release);
                }

                endpoint.ReplicaPorts = ports;
                var host = endpoint.TargetHost is "0.0.0.0" or "*" or "+" or "[::]" or "::" ? "localhost" : endpoint.TargetHost;
                endpoint.AllocatedEndpoint = new(endpoint, host, ports[0], ports[0].ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    private async Task PublishInitialAsync(IResource resource)
    {
        foreach (var id in resource.GetInstanceIds())
        {
            await notifications.PublishUpdateAsync(resource, id, s => s with
            {
                State = s.State ?? KnownResourceStates.NotStarted,
                Relationships = [.. resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(r => new RelationshipSnapshot(r.Resource.Name, r.Type))],
                IconName = resource.TryGetLastAnnotation<ResourceIconAnnotation>(out var icon) ? icon.IconName : null,
                IconVariant = icon?.IconVariant,
            }).ConfigureAwait(false);
        }
    }

    private async Task InitializeAsync(IResource resource, CancellationToken cancellationToken)
    {
        try
        {
            await eventing.PublishAsync(
                new InitializeResourceEvent(resource, eventing, loggers, notifications, services), cancellationToken).ConfigureAwait(false);
            if (resource is ParameterResource parameter)
            {
                await ResolveAsync(parameter, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            await FailAsync(resource, exception).ConfigureAwait(false);
        }
    }

    private async Task ResolveAsync(ParameterResource parameter, CancellationToken cancellationToken)
    {
        try
        {
            await parameter.GetValueAsync(cancellationToken).ConfigureAwait(false);
            await notifications.PublishUpdateAsync(parameter, s => s with { State = KnownResourceStates.Running }).ConfigureAwait(false);
        }
        catch (MissingParameterValueException exception)
        {
            await notifications.PublishUpdateAsync(
                parameter, s => s with { State = KnownResourceStates.ValueMissing, Reason = exception.Message }).ConfigureAwait(false);
            LogParameter(logger, parameter.Name, exception.Message);
        }
    }

    private async Task TellCreatedAsync(IEnumerable<Task> starts, CancellationToken cancellationToken)
    {
        await Task.WhenAll(starts).ConfigureAwait(false);
        if (!cancellationToken.IsCancellationRequested)
        {
            await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), cancellationToken).ConfigureAwait(false);
        }
    }

    // The returned task ends when the resource has been started or could not be; it does not fail.
    private Task StartResource(IResource resource)
    {
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested || (_runs.TryGetValue(resource, out var old) && !old.IsOver))
            {
                return Task.CompletedTask;
            }

            var run = new Run(CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token));
            _runs[resource] = run;
            return run.Started = Task.Run(() => StartAsync(resource, run), CancellationToken.None);
        }
    }

    private async Task StartAsync(IResource resource, Run run)
    {
        var token = run.Cancelled.Token;
        try
        {
            await PublishAsync(resource, s => s with
            {
                State = KnownResourceStates.Starting,
                Reason = null,
                ExitCode = null,
                StartTimeStamp = null,
                StopTimeStamp = null,
                ReadyTold = null,
                HealthReports = ResourceNotificationService.NotAskedYet(resource),
            }).ConfigureAwait(false);
            await TellConnectionStringsAsync(resource, token).ConfigureAwait(false);
            await eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services), token).ConfigureAwait(false);
            await PublishAsync(resource, s => s with { State = KnownResourceStates.Starting, Reason = null }).ConfigureAwait(false);
            var ids = resource.GetInstanceIds();
            for (var i = 0; i < ids.Count; i++)
            {
                var id = ids[i];
                var start = await launchPlan.MakeAsync(resource, i, loggers.GetLog(id), token).ConfigureAwait(false);
                token.ThrowIfCancellationRequested();
                var process = supervisor.Start(start);
                run.Processes.Add(process);
                await notifications.PublishUpdateAsync(resource, id, s => s with
                {
                    State = KnownResourceStates.Running,
                    StartTimeStamp = DateTime.UtcNow,
                    Starts = s.Starts + 1,
                    EnvironmentVariables = [.. start.Shown],
                    Properties = [.. s.Properties.Where(p => p.Name != "executable.pid"), new("executable.pid", process.Id)],
                }).ConfigureAwait(false);
                run.Watches.Add(WatchAsync(resource, id, run, process));
            }

            await PublishUrlsAsync(resource, isInactive: false, token).ConfigureAwait(false);
            await MirrorAsync(resource).ConfigureAwait(false);
        }
        catch (Exception) when (token.IsCancellationRequested)
        {
            await PublishAsync(resource, s => s.State?.Text == KnownResourceStates.Running
                ? s
                : s with { State = KnownResourceStates.Exited, Reason = null, StopTimeStamp = DateTime.UtcNow }).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await FailAsync(resource, exception).ConfigureAwait(false);
        }
    }

    private async Task TellConnectionStringsAsync(IResource resource, CancellationToken cancellationToken)
    {
        foreach (var connectable in Children(resource).Prepend(resource).OfType<IResourceWithConnectionString>())
        {
            await eventing.PublishAsync(new ConnectionStringAvailableEvent(connectable, services), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WatchAsync(IResource resource, string id, Run run, SupervisedProcess process)
    {
        var code = await process.Exited.ConfigureAwait(false);
        var stopped = run.Cancelled.IsCancellationRequested;
        await notifications.PublishUpdateAsync(resource, id, s => s with
        {
            State = stopped || resource is ContainerResource ? KnownResourceStates.Exited : KnownResourceStates.Finished,
            ExitCode = code,
            StopTimeStamp = DateTime.UtcNow,
            Reason = stopped || code == 0 ? null : $"exited with code {code}",
            Urls = [.. s.Urls.Select(url => url with { IsInactive = true })],
        }).ConfigureAwait(false);
        await MirrorAsync(resource).ConfigureAwait(false);
        if (!stopped && code != 0)
        {
            Report(id, $"exited with code {code}");
        }

        if (notifications.TryGetCurrentState(id, out var last))
        {
            try
            {
                await eventing.PublishAsync(new ResourceStoppedEvent(resource, services, last), CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                LogSubscriber(logger, resource.Name, exception);
            }
        }
    }

    private async Task StopResourceAsync(IResource resource)
    {
        if (!_runs.TryGetValue(resource, out var run))
        {
            return;
        }

        await run.Cancelled.CancelAsync().ConfigureAwait(false);
        await run.Started.ConfigureAwait(false);
        await PublishAsync(resource, s => s.State?.Text == KnownResourceStates.Running ? s with { State = KnownResourceStates.Stopping } : s)
            .ConfigureAwait(false);
        await Task.WhenAll(run.Processes.Select(process => process.StopAsync())).ConfigureAwait(false);
        await Task.WhenAll(run.Watches).ConfigureAwait(false);
    }

    private async Task FailAsync(IResource resource, Exception exception)
    {
        await PublishAsync(resource, s => s with
        {
            State = KnownResourceStates.FailedToStart,
            Reason = exception.Message,
            StopTimeStamp = DateTime.UtcNow,
        }).ConfigureAwait(false);
        await MirrorAsync(resource).ConfigureAwait(false);
        Report(resource.GetInstanceIds()[0], $"failed to start: {exception.Message}");
        loggers.GetLog(resource.GetInstanceIds()[0]).Write(exception.Message, isError: true);
    }

    private void Report(string id, string what)
    {
        var log = loggers.GetLog(id);
        var tail = log.Lines().TakeLast(LinesOfFailure).Select(line => Environment.NewLine + "  " + ResourceLog.Plain(line.Content));
        var where = log.Path is null ? "" : $"{Environment.NewLine}The whole log: {log.Path}";
        LogFailure(logger, id, what, string.Concat(tail) + where);
    }

    private async Task PublishAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        foreach (var id in resource.GetInstanceIds())
        {
            await notifications.PublishUpdateAsync(resource, id, change).ConfigureAwait(false);
        }
    }

    // What lives in a resource is in the state the resource is in.
    private async Task MirrorAsync(IResource resource)
    {
        if (!notifications.TryGetCurrentState(resource.GetInstanceIds()[0], out var parent))
        {
            return;
        }

        foreach (var child in Children(resource))
        {
            await notifications.PublishUpdateAsync(child, s => s with
            {
                State = parent.Snapshot.State,
                StartTimeStamp = parent.Snapshot.StartTimeStamp,
                StopTimeStamp = parent.Snapshot.StopTimeStamp,
                ExitCode = parent.Snapshot.ExitCode,
                Reason = parent.Snapshot.Reason,
                ReadyTold = parent.Snapshot.State?.Text == KnownResourceStates.Running ? s.ReadyTold : null,
            }).ConfigureAwait(false);
        }
    }

    private IEnumerable<IResource> Children(IResource resource) =>
        model.Resources.OfType<IResourceWithParent>().Where(child => child.Parent == resource && !child.IsProcess());

    private async Task PublishUrlsAsync(IResource resource, bool isInactive, CancellationToken cancellationToken)
    {
        var ids = resource.GetInstanceIds();
        for (var i = 0; i < ids.Count; i++)
        {
            var urls = await ResourceUrls.OfAsync(resource, i, context, loggers.GetLogger(ids[i]), cancellationToken).ConfigureAwait(false);
            await notifications.PublishUpdateAsync(
                resource, ids[i], s => s with { Urls = [.. urls.Select(url => url with { IsInactive = isInactive })] }).ConfigureAwait(false);
        }
    }

    private void AddLifecycleCommands(IResource resource)
    {
        Add(KnownResourceCommands.StartCommand, "Start", state => state is null || KnownResourceStates.TerminalStates.Contains(state) || state == KnownResourceStates.NotStarted, StartResource);
        Add(KnownResourceCommands.StopCommand, "Stop", IsUp, StopResourceAsync);
        Add(KnownResourceCommands.RestartCommand, "Restart", IsUp, async r =>
        {
            await StopResourceAsync(r).ConfigureAwait(false);
            await StartResource(r).ConfigureAwait(false);
        });

        static bool IsUp(string? state) =>
            state == KnownResourceStates.Running || state == KnownResourceStates.Waiting || state == KnownResourceStates.Starting;

        void Add(string name, string displayName, Func<string?, bool> isEnabled, Func<IResource, Task> execute) =>
            resource.Annotations.Add(new ResourceCommandAnnotation(
                name,
                displayName,
                state => isEnabled(state.ResourceSnapshot.State?.Text) ? ResourceCommandState.Enabled : ResourceCommandState.Hidden,
                async _ =>
                {
                    await execute(resource).ConfigureAwait(false);
                    return CommandResults.Success();
                },
                displayDescription: null,
                parameter: null,
                confirmationMessage: null,
                iconName: null,
                iconVariant: null,
                isHighlighted: false));
    }

    [LoggerMessage(1, LogLevel.Error, "{Resource} {What}{Log}")]
    private static partial void LogFailure(ILogger logger, string resource, string what, string log);

    [LoggerMessage(2, LogLevel.Warning, "Parameter {Parameter}: {Reason}")]
    private static partial void LogParameter(ILogger logger, string parameter, string reason);

    [LoggerMessage(3, LogLevel.Warning, "Port {Port} is taken by another process: {Resource} listens on port {Other} instead.")]
    private static partial void LogPortTaken(ILogger logger, int port, string resource, int other);

    [LoggerMessage(4, LogLevel.Warning, "Port {Port} of endpoint {Endpoint} is not used: {Resource} itself listens on port {Other}, and nothing stands in front of it.")]
    private static partial void LogPortIgnored(ILogger logger, int port, string endpoint, string resource, int other);

    [LoggerMessage(5, LogLevel.Error, "What was to be done after {Resource} stopped failed.")]
    private static partial void LogSubscriber(ILogger logger, string resource, Exception exception);

    /// <summary>One start of a resource, up to its end.</summary>
    private sealed class Run(CancellationTokenSource cancelled)
    {
        public CancellationTokenSource Cancelled => cancelled;

        public Task Started { get; set; } = Task.CompletedTask;

        public ConcurrentBag<SupervisedProcess> Processes { get; } = [];

        public ConcurrentBag<Task> Watches { get; } = [];

        public bool IsOver => Started.IsCompleted && Watches.All(watch => watch.IsCompleted);
    }
}
