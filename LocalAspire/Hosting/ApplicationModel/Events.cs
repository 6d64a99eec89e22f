using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The application is about to start: the last moment to change the model.</summary>
public class BeforeStartEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The AppHost's services.</summary>
    public IServiceProvider Services => services;

    /// <summary>The model.</summary>
    public DistributedApplicationModel Model => model;
}

/// <summary>Every resource that starts by itself has been started, or has failed to.</summary>
public class AfterResourcesCreatedEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The AppHost's services.</summary>
    public IServiceProvider Services => services;

    /// <summary>The model.</summary>
    public DistributedApplicationModel Model => model;
}

/// <summary>The resource is to come to life: the moment for a resource that nobody runs to run itself.</summary>
public class InitializeResourceEvent(
    IResource resource,
    IDistributedApplicationEventing distributedApplicationEventing,
    ResourceLoggerService resourceLoggerService,
    ResourceNotificationService resourceNotificationService,
    IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource => resource;

    /// <inheritdoc/>
    public IServiceProvider Services => services;

    /// <summary>The bus.</summary>
    public IDistributedApplicationEventing Eventing => distributedApplicationEventing;

    /// <summary>The resource's log.</summary>
    public ILogger Logger => resourceLoggerService.GetLogger(resource);

    /// <summary>Where to publish the resource's state.</summary>
    public ResourceNotificationService Notifications => resourceNotificationService;
}

/// <summary>The resource's addresses are known.</summary>
public class ResourceEndpointsAllocatedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource => resource;

    /// <inheritdoc/>
    public IServiceProvider Services => services;
}

/// <summary>The resource's connection string is known.</summary>
public class ConnectionStringAvailableEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource => resource;

    /// <inheritdoc/>
    public IServiceProvider Services => services;
}

/// <summary>The resource is about to start. It does not before all subscribers are done, one of which waits for its dependencies.</summary>
public class BeforeResourceStartedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource => resource;

    /// <inheritdoc/>
    public IServiceProvider Services => services;
}

/// <summary>The resource runs, and is healthy if it has health checks. Its dependents start when all subscribers are done.</summary>
public class ResourceReadyEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource => resource;

    /// <inheritdoc/>
    public IServiceProvider Services => services;
}

/// <summary>The resource no longer runs.</summary>
public class ResourceStoppedEvent(IResource resource, IServiceProvider services, ResourceEvent resourceEvent) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource => resource;

    /// <inheritdoc/>
    public IServiceProvider Services => services;

    /// <summary>Its last state.</summary>
    public ResourceEvent ResourceEvent => resourceEvent;
}
