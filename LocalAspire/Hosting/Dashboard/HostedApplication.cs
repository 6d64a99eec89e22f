using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Aspire.Hosting.ApplicationModel;
using LocalAspire.Dashboard.Application;

namespace Aspire.Hosting.Dashboard;

/// <summary>This AppHost's application as its dashboard sees it.</summary>
internal sealed class HostedApplication(
    string name,
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    ResourceLoggerService loggers,
    ResourceCommandService commands) : IApplication
{
    public string Name => name;

    public long Version => notifications.Version;

    private IEnumerable<string> Instances => model.Resources.SelectMany(resource => resource.GetInstanceIds());

    public IReadOnlyList<ResourceInfo> Resources() =>
        [.. Instances.Select(id => notifications.TryGetCurrentState(id, out var state) ? state : null).OfType<ResourceEvent>().Where(state => !state.Snapshot.IsHidden).Select(Info)];

    public IReadOnlyList<ConsoleLine>? Console(string resource) =>
        Find(resource) is { } id ? Lines(id, loggers.GetLog(id).Lines()) : null;

    public async IAsyncEnumerable<IReadOnlyList<ConsoleLine>> WatchConsoleAsync(string? resource, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] ids = resource is null ? [.. Instances] : Find(resource) is { } found ? [found] : [];

        // A browser that does not keep up waits for room; the logs themselves drop what it then misses.
        var channel = Channel.CreateBounded<IReadOnlyList<ConsoleLine>>(16);
        _ = PumpAllAsync();
        await foreach (var lines in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return lines;
        }

        async Task PumpAllAsync()
        {
            try
            {
                await Task.WhenAll(ids.Select(PumpAsync)).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The reader has gone.
            }

            channel.Writer.TryComplete();
        }

        async Task PumpAsync(string id)
        {
            await foreach (var lines in loggers.GetLog(id).WatchAsync(cancellationToken).ConfigureAwait(false))
            {
                await channel.Writer.WriteAsync(Lines(id, lines), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async Task<CommandOutcome?> ExecuteAsync(string resource, string command, CancellationToken cancellationToken)
    {
        if (Find(resource) is not { } id
            || !notifications.TryGetCurrentState(id, out var state)
            || state.Snapshot.Commands.FirstOrDefault(known => known.Name == command) is not { } given)
        {
            return null;
        }

        if (given.State != ResourceCommandState.Enabled)
        {
            return new(false, $"It cannot be done now: {id} is {state.Snapshot.State?.Text}.", null, null);
        }

        var result = await commands.ExecuteCommandAsync(id, command, cancellationToken).ConfigureAwait(false);
        return new(result.Success, result.Canceled ? "It was called off." : result.Message, result.Data?.Value, result.Data?.Format.ToString());
    }

    private static ResourceInfo Info(ResourceEvent state)
    {
        var snapshot = state.Snapshot;
        return new(
            state.ResourceId,
            snapshot.ResourceType,
            snapshot.State?.Text ?? "Unknown",
            snapshot.Reason,
            snapshot.HealthStatus?.ToString(),
            [.. snapshot.HealthReports.Select(report => new HealthInfo(report.Name, report.Status?.ToString(), report.Description, report.LastRunAt))],
            snapshot.StartTimeStamp,
            snapshot.StopTimeStamp,
            snapshot.ExitCode,
            Math.Max(0, snapshot.Starts - 1),
            snapshot.State?.Text == KnownResourceStates.Running ? snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value as int? : null,
            [.. snapshot.Urls.Where(url => !url.IsInternal).Select(url => new UrlInfo(url.Url, url.DisplayProperties.DisplayName is { Length: > 0 } text ? text : null, !url.IsInactive))],
            [.. snapshot.EnvironmentVariables.Select(variable => new VariableInfo(variable.Name, variable.Value, variable.Value is null)).OrderBy(variable => variable.Name, StringComparer.Ordinal)],
            [.. snapshot.Relationships.Select(relation => new RelationInfo(relation.ResourceName, relation.Type)).Distinct()],
            [.. snapshot.Commands.Where(command => command.State != ResourceCommandState.Hidden).Select(command => new CommandInfo(
                command.Name, command.DisplayName, command.DisplayDescription, command.ConfirmationMessage, command.State == ResourceCommandState.Enabled, command.IsHighlighted))]);
    }

    // A log line begins with its time.
    private static List<ConsoleLine> Lines(string id, IReadOnlyList<LogLine> lines)
    {
        var list = new List<ConsoleLine>(lines.Count);
        foreach (var (number, content, isError) in lines)
        {
            var space = content.IndexOf(' ', StringComparison.Ordinal);
            list.Add(space < 0 ? new(id, number, "", content, isError) : new(id, number, content[..space], content[(space + 1)..], isError));
        }

        return list;
    }

    // Only what is in the model: asking a log for a name that nobody has would make one.
    private string? Find(string resource) => Instances.FirstOrDefault(id => id.Equals(resource, StringComparison.OrdinalIgnoreCase));
}
