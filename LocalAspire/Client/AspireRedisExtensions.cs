using Aspire;
using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers Redis clients from configuration.</summary>
public static class AspireRedisExtensions
{
    private const string Section = "Aspire:StackExchange:Redis";

    /// <summary>
    /// Registers a singleton <see cref="IConnectionMultiplexer"/> for <paramref name="connectionName"/>, with its health check.
    /// Settings come from <c>Aspire:StackExchange:Redis</c>, then its sub-section <c>{connectionName}</c>, then <c>ConnectionStrings:{connectionName}</c>.
    /// A server that is down does not stop the application: the client keeps trying.
    /// </summary>
    /// <param name="builder">The application under construction.</param>
    /// <param name="connectionName">The connection's name.</param>
    /// <param name="configureSettings">Has the last word on the settings.</param>
    /// <param name="configureOptions">Has the last word on the client's options.</param>
    /// <exception cref="InvalidOperationException">When the multiplexer is first resolved: there is no connection string, or no endpoint in it.</exception>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        var settings = new StackExchangeRedisSettings();
        var section = builder.Configuration.GetSection(Section);
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);

        builder.Services.AddSingleton<IConnectionMultiplexer>(_ =>
        {
            // First in the line, so that a connection string which says otherwise still wins.
            var options = ConfigurationOptions.Parse(
                "abortConnect=false," + ConnectionString.Require(settings.ConnectionString, connectionName, Section));
            section.GetSection("ConfigurationOptions").Bind(options);
            section.GetSection(connectionName).GetSection("ConfigurationOptions").Bind(options);
            configureOptions?.Invoke(options);
            return options.EndPoints.Count > 0
                ? ConnectionMultiplexer.Connect(options)
                : throw new InvalidOperationException($"The connection string '{connectionName}' names no Redis server: it must hold at least one host:port.");
        });

        if (!settings.DisableAutoActivation)
        {
            builder.Services.AddHostedService<RedisConnectionAtStart>();
        }

        if (!settings.DisableHealthChecks)
        {
            builder.AddHealthCheckOnce("StackExchange.Redis", services => new RedisHealthCheck(services));
        }
    }
}
