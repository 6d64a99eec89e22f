using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Console;

/// <summary>Prints the state of every resource when it changes.</summary>
internal sealed class StateTable(ResourceNotificationService notifications, DistributedApplicationModel model) : BackgroundService
{
    private static readonly string[] Heading = ["RESOURCE", "TYPE", "STATE", "HEALTH", "ADDRESS"];

    /// <summary>The table as text, one line per instance.</summary>
    internal static string Render(IEnumerable<ResourceEvent> states)
    {
        var rows = new List<string[]> { Heading };
        rows.AddRange(states.Select(Row));
        var widths = Enumerable.Range(0, Heading.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.AppendLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }

        return text.ToString();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var changed = new SemaphoreSlim(0, 1);
        var watch = WatchAsync(changed, stoppingToken);
        var printed = "";
        var complete = false;
        try
        {
            while (true)
            {
                await changed.WaitAsync(stoppingToken).ConfigureAwait(false);

                // Changes come in bursts; a reader wants to see where they led.
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(false);
                var states = Visible();
                var table = Render(states);
                if (table == printed)
                {
                    continue;
                }

                printed = table;
                await System.Console.Out.WriteAsync(Environment.NewLine + table + Environment.NewLine).ConfigureAwait(false);
                var wasComplete = complete;
                complete = states.All(IsFine);
                if (complete && !wasComplete)
                {
                    await System.Console.Out.WriteLineAsync("Everything is up: all resources run and are healthy, or have done their work.").ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await watch.ConfigureAwait(false);
            changed.Dispose();
        }
    }

    private static string[] Row(ResourceEvent news)
    {
        var snapshot = news.Snapshot;
        var state = snapshot.State?.Text ?? "";
        if (snapshot.ExitCode is { } code && state == KnownResourceStates.Finished)
        {
            state += $" ({code})";
        }

        var running = snapshot.State?.Text == KnownResourceStates.Running;
        var addresses = snapshot.Urls.Where(url => !url.IsInactive && !url.IsInternal)
            .Select(url => url.DisplayProperties.DisplayName.Length == 0 ? url.Url : $"{url.Url} ({url.DisplayProperties.DisplayName})");
        var unhealthy = snapshot.HealthReports.Where(report => running && report.Description is not null && report.Status != Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy)
            .Select(report => report.Description!);
        return
        [
            news.ResourceId,
            snapshot.ResourceType,
            state,
            snapshot.HealthReports.IsEmpty || !running ? "" : snapshot.HealthStatus.ToString()!,
            snapshot.Reason ?? string.Join("  ", addresses.Concat(unhealthy)).ReplaceLineEndings(" "),
        ];
    }

    private static bool IsFine(ResourceEvent news) =>
        news.Snapshot.State?.Text == KnownResourceStates.Running ? news.Snapshot.ReadyTold is { IsCompletedSuccessfully: true }
        : news.Snapshot.State?.Text == KnownResourceStates.Finished ? news.Snapshot.ExitCode == 0
        : news.Snapshot.State?.Text == KnownResourceStates.NotStarted && news.Resource.HasAnnotationOfType<ExplicitStartupAnnotation>();

    private async Task WatchAsync(SemaphoreSlim changed, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var news in notifications.WatchAsync(cancellationToken).ConfigureAwait(false))
            {
                // Being told is no change of state, but the last thing before all is well.
                _ = news.Snapshot.ReadyTold?.ContinueWith(_ => Release(changed), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                Release(changed);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The application stops.
        }
    }

    private static void Release(SemaphoreSlim changed)
    {
        try
        {
            changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // It knows already.
        }
        catch (ObjectDisposedException)
        {
            // Nobody prints any more.
        }
    }

    // A parameter is worth a line only when it lacks its value.
    private ResourceEvent[] Visible()
    {
        var order = model.Resources.Select((resource, index) => (resource, index)).ToDictionary(entry => entry.resource, entry => entry.index);
        return [.. notifications.CurrentStates()
            .Where(news => !news.Snapshot.IsHidden)
            .Where(news => news.Resource is not ParameterResource || news.Snapshot.State?.Text == KnownResourceStates.ValueMissing)
            .OrderBy(news => order.GetValueOrDefault(news.Resource, int.MaxValue))
            .ThenBy(news => news.ResourceId, StringComparer.Ordinal)];
    }
}
