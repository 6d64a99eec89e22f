namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states a resource can be in.</summary>
public static class KnownResourceStates
{
    /// <summary>It is about to run.</summary>
    public static readonly string Starting = nameof(Starting);

    /// <summary>It runs.</summary>
    public static readonly string Running = nameof(Running);

    /// <summary>It could not be started.</summary>
    public static readonly string FailedToStart = nameof(FailedToStart);

    /// <summary>It runs, but what it runs on does not.</summary>
    public static readonly string RuntimeUnhealthy = nameof(RuntimeUnhealthy);

    /// <summary>It has been told to stop.</summary>
    public static readonly string Stopping = nameof(Stopping);

    /// <summary>It was stopped.</summary>
    public static readonly string Exited = nameof(Exited);

    /// <summary>It ended by itself; its exit code says how.</summary>
    public static readonly string Finished = nameof(Finished);

    /// <summary>It waits for other resources.</summary>
    public static readonly string Waiting = nameof(Waiting);

    /// <summary>It has not been told to start.</summary>
    public static readonly string NotStarted = nameof(NotStarted);

    /// <summary>A parameter that nobody gave a value.</summary>
    public static readonly string ValueMissing = nameof(ValueMissing);

    /// <summary>The states in which it no longer runs.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>How a state is to be drawn.</summary>
public static class KnownResourceStateStyles
{
    /// <summary>As good news.</summary>
    public static readonly string Success = "success";

    /// <summary>As bad news.</summary>
    public static readonly string Error = "error";

    /// <summary>As news.</summary>
    public static readonly string Info = "info";

    /// <summary>As doubtful news.</summary>
    public static readonly string Warn = "warning";
}

/// <summary>The commands every process has.</summary>
public static class KnownResourceCommands
{
    /// <summary>Starts it.</summary>
    public static readonly string StartCommand = "start";

    /// <summary>Stops it.</summary>
    public static readonly string StopCommand = "stop";

    /// <summary>Stops it and starts it again.</summary>
    public static readonly string RestartCommand = "restart";
}
