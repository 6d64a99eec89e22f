using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Health;

/// <summary>Asks how the running resources are, and tells when one is ready.</summary>
internal sealed partial class HealthMonitor(
    HealthCheckService checks,
    ResourceNotificationService notifications,
    IDistributedApplicationEventing eventing,
    IServiceProvider services,
    ILogger<HealthMonitor> logger)
{
    private static readonly TimeSpan WhileUnhealthy = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan WhileHealthy = TimeSpan.FromSeconds(5);

    /// <summary>Follows every resource until cancelled.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        var runs = new Dictionary<string, CancellationTokenSource>();
        var watched = new List<Task>();
        try
        {
            await foreach (var news in notifications.WatchAsync(cancellationToken).ConfigureAwait(false))
            {
                var isRunning = news.Snapshot.State?.Text == KnownResourceStates.Running;
                if (isRunning && !runs.ContainsKey(news.ResourceId))
                {
                    var run = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                    runs.Add(news.ResourceId, run);
                    watched.Add(FollowAsync(news.Resource, news.ResourceId, run.Token));
                }
                else if (!isRunning && runs.Remove(news.ResourceId, out var run))
                {
                    await run.CancelAsync().ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The application stops.
        }

        await Task.WhenAll(watched).ConfigureAwait(false);
    }

    private async Task FollowAsync(IResource resource, string id, CancellationToken cancellationToken)
    {
        try
        {
            var keys = resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key).ToHashSet();
            Task? told = null;
            while (true)
            {
                var healthy = keys.Count == 0 || await CheckAsync(resource, id, keys, cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                if (healthy && told is null)
                {
                    // Once for all replicas: what a subscriber does, it does for the resource as a whole.
                    told = id == resource.GetInstanceIds()[0] ? TellAsync(resource, cancellationToken) : Task.CompletedTask;
                    await notifications.PublishUpdateAsync(resource, id, s => s with { ReadyTold = told }).ConfigureAwait(false);
                }

                if (keys.Count == 0)
                {
                    return;
                }

                await Task.Delay(healthy ? WhileHealthy : WhileUnhealthy, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // It no longer runs.
        }
    }

    private async Task<bool> CheckAsync(IResource resource, string id, HashSet<string> keys, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(check => keys.Contains(check.Name), cancellationToken).ConfigureAwait(false);
        var reports = keys.Order(StringComparer.Ordinal).Select(key => report.Entries.TryGetValue(key, out var entry)
            ? new HealthReportSnapshot(key, entry.Status, entry.Description, entry.Exception?.ToString()) { LastRunAt = DateTime.UtcNow }
            : new HealthReportSnapshot(key, HealthStatus.Unhealthy, $"No health check '{key}' is registered.", null)).ToArray();
        await notifications.PublishUpdateAsync(resource, id, s => s with { HealthReports = [.. reports] }).ConfigureAwait(false);
        return reports.All(entry => entry.Status == HealthStatus.Healthy);
    }

    private async Task TellAsync(IResource resource, CancellationToken cancellationToken)
    {
        // Off this loop: a subscriber may take its time, and may itself look at the resource's health.
        await Task.Yield();
        try
        {
            await eventing.PublishAsync(new ResourceReadyEvent(resource, services), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogNotReady(logger, resource.Name, exception);
            throw;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "What was to be done once '{Resource}' is ready failed.")]
    private static partial void LogNotReady(ILogger logger, string resource, Exception exception);
}
