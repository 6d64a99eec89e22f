using System.Net;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Asks a health check, registered with the application's services, how the resource is.</summary>
    /// <exception cref="DistributedApplicationException">The resource has that check already.</exception>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Resource.Annotations.OfType<HealthCheckAnnotation>().Any(check => check.Key == key)
            ? throw new DistributedApplicationException($"The resource '{builder.Resource.Name}' already has the health check '{key}'.")
            : builder.WithAnnotation(new HealthCheckAnnotation(key));
    }

    /// <summary>Asks the resource itself how it is.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="path">What to get; <c>/</c> if null.</param>
    /// <param name="statusCode">The answer that means well; 200 if null.</param>
    /// <param name="endpointName">Where to ask; the first http endpoint if null.</param>
    /// <exception cref="DistributedApplicationException">There is no such http endpoint.</exception>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints =>
        builder.WithHttpHealthCheck(() => HttpEndpoint(builder, endpointName, "health check"), path, statusCode);

    /// <inheritdoc cref="WithHttpHealthCheck{T}(IResourceBuilder{T}, string?, int?, string?)"/>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, Func<EndpointReference>? endpointSelector, string? path = null, int? statusCode = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        var endpoint = endpointSelector?.Invoke() ?? HttpEndpoint(builder, name: null, "health check");
        var (target, code) = (path ?? "/", statusCode ?? 200);
        var key = $"{builder.Resource.Name}_{endpoint.EndpointName}_{target}_{code}_check";
        builder.ApplicationBuilder.Services.AddHttpClient(key).RemoveAllLoggers();
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new(
            key,
            services => new EndpointHealthCheck(endpoint, target, (HttpStatusCode)code, services.GetRequiredService<IHttpClientFactory>(), key),
            failureStatus: null,
            tags: null,
            timeout: TimeSpan.FromSeconds(10)));
        return builder.WithHealthCheck(key);
    }

    private static EndpointReference HttpEndpoint<T>(IResourceBuilder<T> builder, string? name, string purpose)
        where T : IResourceWithEndpoints
    {
        var endpoints = builder.Resource.GetEndpoints().Where(endpoint => endpoint.IsHttp || endpoint.IsHttps);
        return name is null
            ? endpoints.OrderBy(endpoint => endpoint.EndpointName is "http" or "https" ? 0 : 1).FirstOrDefault()
                ?? throw new DistributedApplicationException($"The resource '{builder.Resource.Name}' has no http endpoint for a {purpose}.")
            : endpoints.FirstOrDefault(endpoint => string.Equals(endpoint.EndpointName, name, StringComparison.OrdinalIgnoreCase))
                ?? throw new DistributedApplicationException($"The resource '{builder.Resource.Name}' has no http endpoint '{name}' for a {purpose}.");
    }
}
