using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Todo.ServiceDefaults;

/// <summary>What every service of this solution has, whatever it does.</summary>
public static class ServiceDefaultsExtensions
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Adds telemetry, health checks, HTTP client defaults, logging and graceful shutdown.</summary>
    /// <typeparam name="TBuilder">The kind of application.</typeparam>
    /// <param name="builder">The application under construction.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddTelemetry();
        builder.AddHealth();
        builder.AddLogging();
        builder.Services.AddHttpClientDefaults();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        return builder;
    }

    private static void AddHttpClientDefaults(this IServiceCollection services)
        => services.ConfigureHttpClientDefaults(client => client
            .ConfigureHttpClient(http => http.Timeout = TimeSpan.FromSeconds(30))
            .UseSocketsHttpHandler((handler, services) =>
            {
                handler.ActivityHeadersPropagator = services.GetRequiredService<DistributedContextPropagator>();
                handler.ConnectTimeout = TimeSpan.FromSeconds(5);

                // Long enough to keep connections warm, short enough to follow a change in DNS.
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan));

    private static void AddLogging(this IHostApplicationBuilder builder)
    {
        if (!builder.Environment.IsDevelopment())
        {
            builder.Services.Configure<SimpleConsoleFormatterOptions>(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            });
        }

        // Both log every statement as information. Put first, so that a Logging:LogLevel entry for them still wins.
        builder.Services.Configure<LoggerFilterOptions>(logging =>
        {
            logging.Rules.Insert(0, new LoggerFilterRule(null, "Npgsql.Command", LogLevel.Warning, null));
            logging.Rules.Insert(0, new LoggerFilterRule(null, "Microsoft.EntityFrameworkCore.Database.Command", LogLevel.Warning, null));
        });
    }
}
