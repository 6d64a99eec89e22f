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

        var settings = Settings(builder, connectionName, configureSettings);
        builder.Services.AddSingleton(services => Build(services, settings, connectionName, configureDataSourceBuilder));
        builder.Services.AddSingleton<DbDataSource>(services => services.GetRequiredService<NpgsqlDataSource>());
        builder.Services.AddTransient(services => services.GetRequiredService<NpgsqlDataSource>().CreateConnection());
        builder.Services.AddTransient<DbConnection>(services => services.GetRequiredService<NpgsqlConnection>());
        if (!settings.DisableHealthChecks)
        {
            builder.AddHealthCheckOnce("PostgreSql", services => new NpgsqlHealthCheck(services.GetRequiredService<NpgsqlDataSource>));
        }

        builder.ObserveNpgsql(traces: !settings.DisableTracing, metrics: !settings.DisableMetrics);
    }

    /// <summary>Like <see cref="AddNpgsqlDataSource"/>, with <paramref name="name"/> as the connection's name and as the key of the services.</summary>
    /// <param name="builder">The application under construction.</param>
    /// <param name="name">The connection's name and the services' key.</param>
    /// <param name="configureSettings">Has the last word on the settings.</param>
    /// <param name="configureDataSourceBuilder">Has the last word on the data source.</param>
    /// <exception cref="InvalidOperationException">When the data source is first resolved: there is no connection string.</exception>
    public static void AddKeyedNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string name,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var settings = Settings(builder, name, configureSettings);
        builder.Services.AddKeyedSingleton(name, (services, _) => Build(services, settings, name, configureDataSourceBuilder));
        builder.Services.AddKeyedSingleton<DbDataSource>(name, (services, _) => services.GetRequiredKeyedService<NpgsqlDataSource>(name));
        builder.Services.AddKeyedTransient(name, (services, _) => services.GetRequiredKeyedService<NpgsqlDataSource>(name).CreateConnection());
        builder.Services.AddKeyedTransient<DbConnection>(name, (services, _) => services.GetRequiredKeyedService<NpgsqlConnection>(name));
        if (!settings.DisableHealthChecks)
        {
            builder.AddHealthCheckOnce($"PostgreSql_{name}", services => new NpgsqlHealthCheck(() => services.GetRequiredKeyedService<NpgsqlDataSource>(name)));
        }

        builder.ObserveNpgsql(traces: !settings.DisableTracing, metrics: !settings.DisableMetrics);
    }

    private static NpgsqlSettings Settings(IHostApplicationBuilder builder, string connectionName, Action<NpgsqlSettings>? configure)
    {
        var settings = new NpgsqlSettings();
        var section = builder.Configuration.GetSection(Section);
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configure?.Invoke(settings);
        return settings;
    }

    // Resolved late, so that a missing connection string is reported by a host that already has its logger.
    private static NpgsqlDataSource Build(IServiceProvider services, NpgsqlSettings settings, string connectionName, Action<NpgsqlDataSourceBuilder>? configure)
    {
        var dataSource = new NpgsqlDataSourceBuilder(ConnectionString.Require(settings.ConnectionString, connectionName, Section));
        dataSource.UseLoggerFactory(services.GetService<ILoggerFactory>());
        configure?.Invoke(dataSource);
        return dataSource.Build();
    }
}
