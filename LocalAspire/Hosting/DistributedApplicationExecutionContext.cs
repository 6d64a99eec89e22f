namespace Aspire.Hosting;

/// <summary>What the AppHost was started for.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>To run the application here.</summary>
    Run,

    /// <summary>To describe it for a deployment.</summary>
    Publish,
}

/// <summary>What the AppHost was started for, and its services.</summary>
public class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
{
    private IServiceProvider? _services;

    /// <summary>To run or to publish.</summary>
    public DistributedApplicationOperation Operation => operation;

    /// <summary>Whether to run.</summary>
    public bool IsRunMode => operation == DistributedApplicationOperation.Run;

    /// <summary>Whether to publish.</summary>
    public bool IsPublishMode => operation == DistributedApplicationOperation.Publish;

    /// <summary>The AppHost's services.</summary>
    /// <exception cref="InvalidOperationException">The application is not built yet.</exception>
    public IServiceProvider Services
    {
        get => _services ?? throw new InvalidOperationException("The services are not available before the application is built.");
        internal set => _services = value;
    }
}
