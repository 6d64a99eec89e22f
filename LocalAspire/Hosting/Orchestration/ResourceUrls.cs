using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>The addresses to show.</summary>
internal static class ResourceUrls
{
    public static async Task<IReadOnlyList<UrlSnapshot>> OfAsync(
        IResource resource, int replica, DistributedApplicationExecutionContext context, ILogger logger, CancellationToken cancellationToken)
    {
        var urls = new ResourceUrlsCallbackContext(context, resource, [.. resource.Annotations.OfType<ResourceUrlAnnotation>()], cancellationToken)
        {
            Logger = logger,
        };
        if (resource is IResourceWithEndpoints owner)
        {
            urls.Urls.AddRange(owner.GetEndpoints()
                .Where(endpoint => endpoint.IsAllocated)
                .Select(endpoint => new ResourceUrlAnnotation { Url = Address(endpoint, replica), Endpoint = endpoint }));
        }

        foreach (var callback in resource.Annotations.OfType<ResourceUrlsCallbackAnnotation>())
        {
            await callback.Callback(urls).ConfigureAwait(false);
        }

        return [.. urls.Urls
            .OrderByDescending(url => url.DisplayOrder ?? 0)
            .Select(url => new UrlSnapshot(url.Endpoint?.EndpointName, Absolute(url, replica), url.DisplayLocation == UrlDisplayLocation.DetailsOnly)
            {
                DisplayProperties = new(url.DisplayText ?? "", url.DisplayOrder ?? 0),
            })];
    }

    // A path alone is relative to the endpoint; to Uri it would be the absolute path of a file.
    private static string Absolute(ResourceUrlAnnotation url, int replica) =>
        url.Endpoint is { IsAllocated: true } endpoint && !url.Url.Contains("://", StringComparison.Ordinal)
            ? Address(endpoint, replica) + "/" + url.Url.TrimStart('/')
            : url.Url;

    private static string Address(EndpointReference endpoint, int replica) =>
        replica == 0 ? endpoint.Url : $"{endpoint.Scheme}://{endpoint.Host}:{endpoint.EndpointAnnotation.ReplicaPorts[replica]}";
}
