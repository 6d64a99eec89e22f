using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Todo.ServiceDefaults;

/// <summary>The connection to Redis that every service of this solution may have.</summary>
public static class TodoCache
{
    // Milliseconds; a cache that takes longer to answer is slower than the database behind it. What stands later in the string wins.
    private const string Defaults = "abortConnect=false,connectTimeout=2000,syncTimeout=1000,";

    /// <summary>
    /// Registers the singleton <see cref="IConnectionMultiplexer"/> of the cache, with its health check. It connects while the host starts;
    /// a server that is down then, or later, makes calls fail fast and is found again by the client itself.
    /// </summary>
    /// <remarks>
    /// Against a server that hangs, StackExchange.Redis 1.2.6 gives up a synchronous call after its timeout of 1 s, but an asynchronous one never:
    /// await those with <see cref="Task.WaitAsync(TimeSpan)"/>.
    /// </remarks>
    /// <typeparam name="TBuilder">The kind of application.</typeparam>
    /// <param name="builder">The application under construction.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static TBuilder AddTodoCache<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddRedisClient(
            ResourceNames.Cache,
            settings =>
            {
                settings.DisableAutoActivation = false;

                // Whoever asks Redis makes the span for it, so there is one picture with either client library. The library's own would include the
                // pings of health checks.
                settings.DisableTracing = true;
                if (!string.IsNullOrWhiteSpace(settings.ConnectionString))
                {
                    settings.ConnectionString = Defaults + settings.ConnectionString;
                }
            },
            options => options.ReconnectRetryPolicy = new LinearRetry(1000));
        return builder;
    }
}
