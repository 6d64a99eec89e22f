namespace Todo.Api.Caching;

/// <summary>Registers the cache.</summary>
public static class CachingServices
{
    /// <summary>Adds the singleton <see cref="LookupCache"/> and the section <see cref="LookupOptions"/>.</summary>
    public static IServiceCollection AddLookupCache(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddOptions<LookupOptions>().BindConfiguration(LookupOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<LookupCache>();
    }
}
