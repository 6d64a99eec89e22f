using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something that can be done with a resource on request.</summary>
public sealed class ResourceCommandAnnotation : IResourceAnnotation
{
    /// <param name="name">Unique in its resource.</param>
    /// <param name="displayName">What to call it on a screen.</param>
    /// <param name="updateState">Whether it can be given now.</param>
    /// <param name="executeCommand">Does it.</param>
    /// <param name="displayDescription">What it does, in a sentence.</param>
    /// <param name="parameter">Not used any more.</param>
    /// <param name="confirmationMessage">The question to ask before it is done.</param>
    /// <param name="iconName">Its picture.</param>
    /// <param name="iconVariant">How the picture is drawn.</param>
    /// <param name="isHighlighted">Whether it is shown before the others.</param>
    public ResourceCommandAnnotation(
        string name,
        string displayName,
        Func<UpdateCommandStateContext, ResourceCommandState> updateState,
        Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand,
        string? displayDescription,
        object? parameter,
        string? confirmationMessage,
        string? iconName,
        IconVariant? iconVariant,
        bool isHighlighted)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(displayName);
        Name = name;
        DisplayName = displayName;
        UpdateState = updateState;
        ExecuteCommand = executeCommand;
        DisplayDescription = displayDescription;
        Parameter = parameter;
        ConfirmationMessage = confirmationMessage;
        IconName = iconName;
        IconVariant = iconVariant;
        IsHighlighted = isHighlighted;
    }

    /// <summary>Unique in its resource.</summary>
    public string Name { get; }

    /// <summary>What to call it on a screen.</summary>
    public string DisplayName { get; }

    /// <summary>Whether it can be given now.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState> UpdateState { get; }

    /// <summary>Does it.</summary>
    public Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand { get; }

    /// <summary>What it does, in a sentence.</summary>
    public string? DisplayDescription { get; }

    /// <summary>The question to ask before it is done.</summary>
    public string? ConfirmationMessage { get; }

    /// <summary>Its picture.</summary>
    public string? IconName { get; }

    /// <summary>How the picture is drawn.</summary>
    public IconVariant? IconVariant { get; }

    /// <summary>Whether it is shown before the others.</summary>
    public bool IsHighlighted { get; }

    internal object? Parameter { get; }
}

/// <summary>Whether a command can be given.</summary>
public enum ResourceCommandState
{
    /// <summary>It can.</summary>
    Enabled,

    /// <summary>It can't now.</summary>
    Disabled,

    /// <summary>It can't, and is not shown.</summary>
    Hidden,
}

/// <summary>How a command is shown and when it can be given.</summary>
public class CommandOptions
{
    /// <summary>What it does, in a sentence.</summary>
    public string? Description { get; set; }

    /// <summary>The question to ask before it is done.</summary>
    public string? ConfirmationMessage { get; set; }

    /// <summary>Its picture.</summary>
    public string? IconName { get; set; }

    /// <summary>How the picture is drawn.</summary>
    public IconVariant? IconVariant { get; set; }

    /// <summary>Whether it is shown before the others.</summary>
    public bool IsHighlighted { get; set; }

    /// <summary>Whether it can be given now; always, if null.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState>? UpdateState { get; set; }
}

/// <summary>What decides whether a command can be given.</summary>
public sealed class UpdateCommandStateContext
{
    /// <summary>What is known of the resource.</summary>
    public required CustomResourceSnapshot ResourceSnapshot { get; init; }

    /// <summary>The AppHost's services.</summary>
    public required IServiceProvider Services { get; init; }
}

/// <summary>What a command gets to see.</summary>
public sealed class ExecuteCommandContext
{
    /// <summary>The AppHost's services.</summary>
    public required IServiceProvider Services { get; init; }

    /// <summary>The instance it is given to.</summary>
    public required string ResourceName { get; init; }

    /// <summary>Cancelled when nobody waits for it any more.</summary>
    public required CancellationToken CancellationToken { get; init; }

    /// <summary>The resource's log.</summary>
    public required ILogger Logger { get; init; }
}

/// <summary>How a command went.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>Whether it was done.</summary>
    public required bool Success { get; init; }

    /// <summary>Whether it was called off.</summary>
    public bool Canceled { get; init; }

    /// <summary>What to say about it: on failure, why.</summary>
    public string? Message { get; init; }

    /// <summary>What it brought.</summary>
    public CommandResultData? Data { get; init; }
}

/// <summary>What a command brought.</summary>
public sealed class CommandResultData
{
    /// <summary>The text.</summary>
    public required string Value { get; init; }

    /// <summary>What kind of text.</summary>
    public CommandResultFormat Format { get; init; }

    /// <summary>Whether to show it without being asked.</summary>
    public bool DisplayImmediately { get; init; }
}

/// <summary>What kind of text a command brought.</summary>
public enum CommandResultFormat
{
    /// <summary>Plain.</summary>
    Text,

    /// <summary>JSON.</summary>
    Json,

    /// <summary>Markdown.</summary>
    Markdown,
}

/// <summary>Makes results.</summary>
public static class CommandResults
{
    /// <summary>Done.</summary>
    public static ExecuteCommandResult Success() => new() { Success = true };

    /// <summary>Done, with a word about it.</summary>
    public static ExecuteCommandResult Success(string message) => new() { Success = true, Message = message };

    /// <summary>Done, and this is what it brought.</summary>
    public static ExecuteCommandResult Success(string message, string result, CommandResultFormat resultFormat = CommandResultFormat.Text) =>
        Success(message, new CommandResultData { Value = result, Format = resultFormat });

    /// <summary>Done, and this is what it brought.</summary>
    public static ExecuteCommandResult Success(string message, CommandResultData value) => new() { Success = true, Message = message, Data = value };

    /// <summary>Not done.</summary>
    public static ExecuteCommandResult Failure(string? errorMessage = null) => new() { Success = false, Message = errorMessage };

    /// <summary>Not done, and this is what came instead.</summary>
    public static ExecuteCommandResult Failure(string errorMessage, string result, CommandResultFormat resultFormat = CommandResultFormat.Text) =>
        new() { Success = false, Message = errorMessage, Data = new() { Value = result, Format = resultFormat } };

    /// <summary>Not done, for this reason.</summary>
    public static ExecuteCommandResult Failure(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Failure(exception.Message);
    }

    /// <summary>Called off.</summary>
    public static ExecuteCommandResult Canceled() => new() { Success = false, Canceled = true };
}
