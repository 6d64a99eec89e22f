using System.Collections.Concurrent;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>One line of a resource's log.</summary>
/// <param name="LineNumber">From 1.</param>
/// <param name="Content">The line, with its time.</param>
/// <param name="IsErrorMessage">Whether it came from the standard error stream.</param>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>The logs of all resources.</summary>
public class ResourceLoggerService : IDisposable
{
    private readonly ConcurrentDictionary<string, ResourceLog> _logs = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the logs are also written as files; null to keep them in memory only.</summary>
    internal string? Directory { get; init; }

    /// <summary>Where else a log goes, by the instance's id; null for nowhere.</summary>
    internal Func<string, ILogger>? Forward { get; init; }

    /// <summary>A logger that writes into the resource's log.</summary>
    public ILogger GetLogger(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return GetLogger(resource.GetInstanceIds()[0]);
    }

    /// <summary>A logger that writes into the log of one instance.</summary>
    public ILogger GetLogger(string resourceName) => GetLog(resourceName);

    /// <summary>The log of a resource: what there is of it, then what comes.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return WatchAsync(resource.GetInstanceIds()[0]);
    }

    /// <summary>The log of one instance: what there is of it, then what comes.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => GetLog(resourceName).WatchAsync();

    /// <summary>The log of a resource as far as it goes now.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return GetAllAsync(resource.GetInstanceIds()[0]);
    }

    /// <summary>The log of one instance as far as it goes now.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName) =>
        new[] { GetLog(resourceName).Lines() }.ToAsyncEnumerable();

    /// <summary>Ends those who watch the log of a resource.</summary>
    public void Complete(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        foreach (var id in resource.GetInstanceIds())
        {
            Complete(id);
        }
    }

    /// <summary>Ends those who watch the log of one instance.</summary>
    public void Complete(string name) => GetLog(name).Complete();

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var log in _logs.Values)
        {
            log.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    internal ResourceLog GetLog(string id) =>
        _logs.GetOrAdd(
            id,
            static (id, service) => new(
                service.Directory is null ? null : Path.Combine(service.Directory, id + ".log"), service.Forward?.Invoke(id)),
            this);
}
