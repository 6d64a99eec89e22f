using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Containers;

/// <summary>Commands to the shell in a container.</summary>
internal static class Shell
{
    /// <summary>A text as one word to a shell.</summary>
    public static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>A health check that runs a command in a container, where the server's own client is at hand.</summary>
    public static void AddShellHealthCheck(this IDistributedApplicationBuilder builder, string key, ContainerResource container, string command) =>
        builder.Services.AddHealthChecks().Add(new(
            key, services => new ShellHealthCheck(container, services, command), failureStatus: null, tags: null, timeout: TimeSpan.FromSeconds(10)));

    private sealed class ShellHealthCheck(ContainerResource container, IServiceProvider services, string command) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var result = await ContainerEngine.ShellAsync(container, services, command, cancellationToken).ConfigureAwait(false);
            return result.Success ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(result.Output);
        }
    }
}
