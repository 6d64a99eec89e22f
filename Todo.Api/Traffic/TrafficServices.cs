using Microsoft.Extensions.Options;

namespace Todo.Api.Traffic;

/// <summary>Limits how much of whom is served.</summary>
internal static class TrafficServices
{
    public static void AddTraffic(this WebApplicationBuilder builder)
    {
        // Otherwise a policy with a misspelt word in it would be left out without a word.
        builder.Services.AddOptions<TrafficOptions>()
            .Bind(builder.Configuration.GetSection(TrafficOptions.Section), binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<TrafficOptions>, TrafficOptionsRules>();
        builder.Services.AddSingleton<LimitGroups>();
        builder.Services.AddSingleton<SharedLimits>();
        builder.Services.AddSingleton<LocalLimits>();
        builder.Services.AddSingleton<RateLimits>();
        builder.Services.AddSingleton<TenantConcurrency>();
        builder.Services.AddSingleton<TrafficMetrics>();
        builder.Services.AddOptions<TenantMetricsOptions>().BindConfiguration(TenantMetricsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<TenantMetrics>();
    }

    /// <summary>Stands before everything that answers a tenant's request.</summary>
    public static void UseTenantMetrics(this WebApplication app)
    {
        var metrics = app.Services.GetRequiredService<TenantMetrics>();
        app.Use(next => context => metrics.InvokeAsync(context, next));
    }

    /// <summary>Stands before authorization, so that those who are not let in are limited too.</summary>
    public static void UseRateLimits(this WebApplication app) => app.UseMiddleware<RateLimitMiddleware>();

    /// <summary>Stands after authorization and before the endpoint, which takes a connection to the database.</summary>
    public static void UseTenantConcurrency(this WebApplication app) =>
        app.Use(next => context => context.RequestServices.GetRequiredService<TenantConcurrency>().InvokeAsync(context, next));
}
