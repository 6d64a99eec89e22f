namespace Todo.Api.Caching;

/// <summary>Registers the cache.</summary>
public static class CachingServices
{
    /// <summary>Adds the singleton <see cref="LookupCache"/>.</summary>
    public static IServiceCollection AddLookupCache(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        return services.AddSingleton<LookupCache>();
    }
}
