using Microsoft.AspNetCore.Authentication;
using Todo.Api.Tenants;
using Todo.Api.Traffic;
using Todo.ServiceDefaults;

namespace Todo.Api.Fleet;

/// <summary>What the API adds to the health checks that every service has.</summary>
internal static class HealthServices
{
    public static void AddFleetHealth(this IServiceCollection services)
    {
        services.AddSingleton<CatalogGate>();
        services.AddHealthChecks().AddCheck<CatalogGate>("catalog");
        services.AddSingleton(new HealthDetails(IsOperatorAsync));
    }

    // As at /cc: whoever tries too many keys is not heard, and counted by address. They get what everybody gets.
    private static async ValueTask<bool> IsOperatorAsync(HttpContext context)
    {
        if (!context.Request.Headers.ContainsKey(OperatorAuthenticationHandler.KeyHeader))
        {
            return false;
        }

        var limits = context.RequestServices.GetRequiredService<RateLimits>();
        var keys = Partitions.Keys(context.RequestServices.GetRequiredService<LimitGroups>().Refused.Policies, context);
        if (limits.Recall(keys) is not null)
        {
            return false;
        }

        if ((await context.AuthenticateAsync(OperatorAuthenticationHandler.SchemeName)).Succeeded)
        {
            return true;
        }

        await limits.AcquireAsync(keys, context.RequestAborted);
        return false;
    }
}
