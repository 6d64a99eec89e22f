namespace LocalAspire.Dashboard.Application;

/// <summary>The application that the dashboard shows: its resources, what they print, and what can be done with them.</summary>
internal interface IApplication
{
    /// <summary>What to call it.</summary>
    string Name { get; }

    /// <summary>Grows whenever something about a resource changes.</summary>
    long Version { get; }

    /// <summary>Every instance of every resource.</summary>
    IReadOnlyList<ResourceInfo> Resources();

    /// <summary>The last lines of an instance; null if there is none of that name.</summary>
    IReadOnlyList<ConsoleLine>? Console(string resource);

    /// <summary>The last lines of an instance, or of all if null, and then what comes, until cancelled.</summary>
    IAsyncEnumerable<IReadOnlyList<ConsoleLine>> WatchConsoleAsync(string? resource, CancellationToken cancellationToken);

    /// <summary>Gives a command to an instance; null if there is no such instance or command.</summary>
    Task<CommandOutcome?> ExecuteAsync(string resource, string command, CancellationToken cancellationToken);
}

/// <summary>What is known of an instance of a resource. Times are UTC.</summary>
internal sealed record ResourceInfo(
    string Name,
    string Type,
    string State,
    string? Reason,
    string? Health,
    IReadOnlyList<HealthInfo> HealthReports,
    DateTime? StartedAt,
    DateTime? StoppedAt,
    int? ExitCode,
    int Restarts,
    int? ProcessId,
    IReadOnlyList<UrlInfo> Urls,
    IReadOnlyList<VariableInfo> Environment,
    IReadOnlyList<RelationInfo> Relations,
    IReadOnlyList<CommandInfo> Commands);

/// <summary>What one health check says.</summary>
internal sealed record HealthInfo(string Name, string? Status, string? Description, DateTime? AskedAt);

/// <summary>An address.</summary>
internal sealed record UrlInfo(string Url, string? Text, bool IsActive);

/// <summary>An environment variable; without a value if that is secret.</summary>
internal sealed record VariableInfo(string Name, string? Value, bool IsSecret);

/// <summary>What a resource has to do with another, such as Reference or WaitFor.</summary>
internal sealed record RelationInfo(string Resource, string Type);

/// <summary>A command.</summary>
/// <param name="Name">Unique in its resource.</param>
/// <param name="Text">What to call it.</param>
/// <param name="Description">What it does.</param>
/// <param name="Confirmation">What to ask before it is given.</param>
/// <param name="IsEnabled">Whether it can be given now.</param>
/// <param name="IsHighlighted">Whether it is shown before the others.</param>
internal sealed record CommandInfo(string Name, string Text, string? Description, string? Confirmation, bool IsEnabled, bool IsHighlighted);

/// <summary>How a command went.</summary>
internal sealed record CommandOutcome(bool Success, string? Message, string? Data, string? Format);

/// <summary>A line that a resource printed.</summary>
/// <param name="Resource">The instance.</param>
/// <param name="Number">From 1, without gaps unless lines were lost.</param>
/// <param name="Time">When, as ISO 8601 in UTC.</param>
/// <param name="Text">What; may hold ANSI escape sequences.</param>
/// <param name="IsError">Whether it was printed to standard error.</param>
internal sealed record ConsoleLine(string Resource, int Number, string Time, string Text, bool IsError);
