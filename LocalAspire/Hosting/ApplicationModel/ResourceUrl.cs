using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An address to show for a resource.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>Higher comes first.</summary>
    [SuppressMessage("Design", "CA1051:Do not declare visible instance fields", Justification = "It is a field in Aspire.")]
    public int? DisplayOrder;

    /// <summary>The address; one without a host is taken relative to <see cref="Endpoint"/>.</summary>
    public required string Url { get; set; }

    /// <summary>What to show instead of the address.</summary>
    public string? DisplayText { get; set; }

    /// <summary>The endpoint it belongs to.</summary>
    public EndpointReference? Endpoint { get; init; }

    /// <summary>Where to show it.</summary>
    public UrlDisplayLocation DisplayLocation { get; set; }
}

/// <summary>Where to show an address.</summary>
public enum UrlDisplayLocation
{
    /// <summary>Everywhere.</summary>
    SummaryAndDetails,

    /// <summary>Only where the whole resource is shown.</summary>
    DetailsOnly,
}

/// <summary>Changes the addresses to show once they are known.</summary>
public sealed class ResourceUrlsCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Changes them at once.</summary>
    public ResourceUrlsCallbackAnnotation(Action<ResourceUrlsCallbackContext> callback)
        : this(context =>
        {
            callback(context);
            return Task.CompletedTask;
        })
    {
    }

    /// <summary>Changes them, taking its time.</summary>
    public ResourceUrlsCallbackAnnotation(Func<ResourceUrlsCallbackContext, Task> callback) => Callback = callback;

    /// <summary>What to call.</summary>
    public Func<ResourceUrlsCallbackContext, Task> Callback { get; }
}

/// <summary>What an addresses callback gets to see and to change.</summary>
public class ResourceUrlsCallbackContext(
    DistributedApplicationExecutionContext executionContext,
    IResource resource,
    List<ResourceUrlAnnotation>? urls = null,
    CancellationToken cancellationToken = default)
{
    /// <summary>The addresses so far.</summary>
    [SuppressMessage("Design", "CA1002:Do not expose generic lists", Justification = "It is a list in Aspire.")]
    public List<ResourceUrlAnnotation> Urls { get; } = urls ?? [];

    /// <summary>Whose addresses they are.</summary>
    public IResource Resource => resource;

    /// <summary>The mode the application is in.</summary>
    public DistributedApplicationExecutionContext ExecutionContext => executionContext;

    /// <summary>Cancelled when the application stops.</summary>
    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>The resource's log.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>One of the resource's endpoints; null if it has none of that name.</summary>
    public EndpointReference? GetEndpoint(string name) =>
        Resource is IResourceWithEndpoints owner && owner.GetEndpoint(name) is { Exists: true } endpoint ? endpoint : null;
}
