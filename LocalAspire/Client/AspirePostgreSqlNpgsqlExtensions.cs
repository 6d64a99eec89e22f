using System.Data.Common;
using Aspire;
using Aspire.Npgsql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers Npgsql data sources from configuration.</summary>
public static class AspirePostgreSqlNpgsqlExtensions
{
    private const string Section = "Aspire:Npgsql";

    /// <summary>
    /// Registers a singleton <see cref="NpgsqlDataSource"/> for <paramref name="connectionName"/>, with its health check, logs, traces and metrics.
    /// Settings come from <c>Aspire:Npgsql</c>, then <c>Aspire:Npgsql:{connectionName}</c>, then <c>ConnectionStrings:{connectionName}</c>.
    /// </summary>
    /// <param name="builder">The application under construction.</param>
    /// <param name="connectionName">The connection's name.</param>
    /// <param name="configureSettings">Has the last word on the settings.</param>
    /// <param name="configureDataSourceBuilder">Has the last word on the data source.</param>
    /// <exception cref="InvalidOperationException">When the data source is first resolved: there is no connection string.</exception>
    public static void AddNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        var settings = new NpgsqlSettings();
        var section = builder.Configuration.GetSection(Section);
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);

        // Resolved late, so that a missing connection string is reported by a host that already has its logger.
        builder.Services.AddSingleton(services =>
        {
            var dataSource = new NpgsqlDataSourceBuilder(ConnectionString.Require(settings.ConnectionString, connectionName, Section));
            dataSource.UseLoggerFactory(services.GetService<ILoggerFactory>());
            configureDataSourceBuilder?.Invoke(dataSource);
            return dataSource.Build();
        });
        builder.Services.AddSingleton<DbDataSource>(services => services.GetRequiredService<NpgsqlDataSource>());
        builder.Services.AddTransient(services => services.GetRequiredService<NpgsqlDataSource>().CreateConnection());
        builder.Services.AddTransient<DbConnection>(services => services.GetRequiredService<NpgsqlConnection>());

        if (!settings.DisableHealthChecks)
        {
            builder.AddHealthCheckOnce("PostgreSql", services => new NpgsqlHealthCheck(services));
        }

        builder.ObserveNpgsql(traces: !settings.DisableTracing, metrics: !settings.DisableMetrics);
    }
}
