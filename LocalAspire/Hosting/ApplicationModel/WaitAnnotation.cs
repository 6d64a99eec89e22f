namespace Aspire.Hosting.ApplicationModel;

/// <summary>The resource starts only after another got somewhere.</summary>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>The other one.</summary>
    public IResource Resource => resource;

    /// <summary>Where it must get.</summary>
    public WaitType WaitType => waitType;

    /// <summary>What to do when it does not get there; the application's default if null.</summary>
    public WaitBehavior? WaitBehavior { get; init; }

    /// <summary>The exit code that counts as success, with <see cref="WaitType.WaitForCompletion"/>.</summary>
    public int ExitCode => exitCode;
}

/// <summary>Where a dependency must get.</summary>
public enum WaitType
{
    /// <summary>Running, and healthy if it has health checks.</summary>
    WaitUntilHealthy,

    /// <summary>Ended, with the right exit code.</summary>
    WaitForCompletion,

    /// <summary>Running.</summary>
    WaitUntilStarted,
}

/// <summary>What to do when a dependency fails.</summary>
public enum WaitBehavior
{
    /// <summary>Keep waiting: it may be started again.</summary>
    WaitOnResourceUnavailable,

    /// <summary>Give up.</summary>
    StopOnResourceUnavailable,
}
