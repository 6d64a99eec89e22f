using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
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

    private const string CheckTimeoutKey = "Health:CheckTimeout";

    private static readonly TimeSpan DefaultCheckTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Maps <c>/health</c> (every check, asked at most once a second) and <c>/alive</c> (the process itself, no dependency), in every environment. Both answer
    /// anyone with one word: <c>Healthy</c> or <c>Degraded</c> (200), <c>Unhealthy</c> (503). Degraded means that Redis is away: requests are served, only slower.
    /// Whoever <see cref="HealthDetails"/> lets read more gets each check as JSON. They stand before any middleware that comes after routing, so neither sign-in nor a rate limit can make a service look ill.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns><paramref name="app"/>.</returns>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        Map(app.MapGet(Readiness, ReadyAsync));
        Map(app.MapHealthChecks(Liveness, new HealthCheckOptions { Predicate = check => check.Tags.Contains(Live) }));
        return app;
    }

    internal static void AddHealth(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<HealthReports>();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [Live]);

        var timeout = builder.Configuration.GetValue(CheckTimeoutKey, DefaultCheckTimeout);

        // After every registration, whoever made it.
        builder.Services.PostConfigure<HealthCheckServiceOptions>(health =>
        {
            foreach (var check in health.Registrations)
            {
                if (check.Timeout == Timeout.InfiniteTimeSpan)
                {
                    check.Timeout = timeout;
                }

                if (check.Name == RedisCheck)
                {
                    check.FailureStatus = HealthStatus.Degraded;
                }
            }
        });
    }

    private static void Map(IEndpointConventionBuilder endpoint) => endpoint
        .AllowAnonymous()
        .ExcludeFromDescription()
        .DisableHttpMetrics()
        .ShortCircuit();

    private static async Task ReadyAsync(HttpContext context)
    {
        var report = await context.RequestServices.GetRequiredService<HealthReports>().GetAsync().WaitAsync(context.RequestAborted);
        context.Response.StatusCode = report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        context.Response.Headers.CacheControl = "no-store, no-cache";
        if (context.RequestServices.GetService<HealthDetails>() is { } details && await details.MayReadAsync(context))
        {
            await context.Response.WriteAsJsonAsync(HealthAnswer.Of(report), HealthJson.Default.HealthAnswer, cancellationToken: context.RequestAborted);
            return;
        }

        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync(report.Status.ToString(), context.RequestAborted);
    }
}

/// <summary>Decides who reads more of <c>/health</c> than one word; a service without one tells nobody more.</summary>
/// <param name="mayRead">Whether a request comes from such a person.</param>
public sealed class HealthDetails(Func<HttpContext, ValueTask<bool>> mayRead)
{
    internal ValueTask<bool> MayReadAsync(HttpContext context) => mayRead(context);
}
