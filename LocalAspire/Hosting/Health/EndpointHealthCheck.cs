using System.Net;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Health;

/// <summary>Asks an http endpoint.</summary>
internal sealed class EndpointHealthCheck(
    EndpointReference endpoint, string path, HttpStatusCode expected, IHttpClientFactory clients, string clientName) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // Every replica must be well, not only the one that others are told of.
            foreach (var port in endpoint.EndpointAnnotation.ReplicaPorts)
            {
                var address = new Uri(new UriBuilder(endpoint.Scheme, endpoint.Host, port).Uri, path);
                using var client = clients.CreateClient(clientName);
                using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
                if (response.StatusCode != expected)
                {
                    return HealthCheckResult.Unhealthy($"{address} answered {(int)response.StatusCode} instead of {(int)expected}.");
                }
            }

            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or InvalidOperationException)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}
