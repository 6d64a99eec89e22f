using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Todo.ServiceDefaults;

/// <summary>The two questions an orchestrator asks: should you get traffic, and should you be restarted?</summary>
public static class HealthEndpoints
{
    internal const string Readiness = "/health";
    internal const string Liveness = "/alive";

    private const string Live = "live";

    // The name under which Aspire's Redis integration registers its check.
    private const string RedisCheck = "StackExchange.Redis";

    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Maps <c>/health</c> (every check) and <c>/alive</c> (the process itself, no dependency), in every environment. Both answer anyone with one word:
    /// <c>Healthy</c> or <c>Degraded</c> (200), <c>Unhealthy</c> (503). Degraded means that Redis is away: requests are served, only slower.
    /// They stand before any middleware that comes after routing, so neither sign-in nor a rate limit can make a service look ill.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns><paramref name="app"/>.</returns>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        Map(app, Readiness, _ => true);
        Map(app, Liveness, check => check.Tags.Contains(Live));
        return app;
    }

    internal static void AddHealth(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [Live]);

        // After every registration, whoever made it.
        builder.Services.PostConfigure<HealthCheckServiceOptions>(health =>
        {
            foreach (var check in health.Registrations)
            {
                if (check.Timeout == Timeout.InfiniteTimeSpan)
                {
                    check.Timeout = CheckTimeout;
                }

                if (check.Name == RedisCheck)
                {
                    check.FailureStatus = HealthStatus.Degraded;
                }
            }
        });
    }

    private static void Map(WebApplication app, string path, Func<HealthCheckRegistration, bool> which)
        => app.MapHealthChecks(path, new HealthCheckOptions { Predicate = which })
            .AllowAnonymous()
            .DisableHttpMetrics()
            .ShortCircuit();
}
