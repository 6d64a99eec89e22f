using System.Diagnostics.CodeAnalysis;
using Aspire;
using Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql.EntityFrameworkCore.PostgreSQL;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;
using Npgsql.EntityFrameworkCore.PostgreSQL.Storage.Internal;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers, or completes, <see cref="DbContext"/>s on PostgreSQL from configuration.</summary>
public static class AspireEFPostgreSqlExtensions
{
    private const string Section = "Aspire:Npgsql:EntityFrameworkCore:PostgreSQL";

    private const DynamicallyAccessedMemberTypes NeededByEF =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.NonPublicConstructors | DynamicallyAccessedMemberTypes.PublicProperties;

    /// <summary>Registers a pooled <typeparamref name="TContext"/> with retries, health check, traces and metrics.</summary>
    /// <typeparam name="TContext">The context.</typeparam>
    /// <param name="builder">The application under construction.</param>
    /// <param name="connectionName">The connection's name, looked up as <c>ConnectionStrings:{connectionName}</c>.</param>
    /// <param name="configureSettings">Has the last word on the settings.</param>
    /// <param name="configureDbContextOptions">Has the last word on the context's options.</param>
    /// <exception cref="InvalidOperationException">
    /// The context is already registered (told in Development only), or, when it is first resolved, there is no connection string.
    /// </exception>
    public static void AddNpgsqlDbContext<[DynamicallyAccessedMembers(NeededByEF)] TContext>(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlEntityFrameworkCorePostgreSQLSettings>? configureSettings = null,
        Action<DbContextOptionsBuilder>? configureDbContextOptions = null)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        if (builder.Environment.IsDevelopment() && IsRegistered<TContext>(builder))
        {
            throw new InvalidOperationException(
                $"{typeof(TContext).Name} is already registered. Keep one registration, or call {nameof(EnrichNpgsqlDbContext)} to complete it.");
        }

        var settings = ReadSettings<TContext>(builder, connectionName);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);

        builder.Services.AddDbContextPool<TContext>(options =>
        {
            var connectionString = EF.IsDesignTime
                ? settings.ConnectionString
                : ConnectionString.Require(settings.ConnectionString, connectionName, $"{Section}' or '{Section}:{typeof(TContext).Name}");
            options.UseNpgsql(connectionString, npgsql =>
            {
                if (!settings.DisableRetry)
                {
                    npgsql.EnableRetryOnFailure();
                }

                if (settings.CommandTimeout is { } seconds)
                {
                    npgsql.CommandTimeout(seconds);
                }
            });
            configureDbContextOptions?.Invoke(options);
        });

        Observe<TContext>(builder, settings);
    }

    /// <summary>Adds retries, command timeout, health check, traces and metrics to a <typeparamref name="TContext"/> that is already registered.</summary>
    /// <typeparam name="TContext">The context.</typeparam>
    /// <param name="builder">The application under construction.</param>
    /// <param name="configureSettings">Has the last word on the settings.</param>
    /// <exception cref="InvalidOperationException">
    /// The context is not registered; or, when it is first resolved, its own execution strategy or command timeout contradicts the settings.
    /// </exception>
    public static void EnrichNpgsqlDbContext<[DynamicallyAccessedMembers(NeededByEF)] TContext>(
        this IHostApplicationBuilder builder,
        Action<NpgsqlEntityFrameworkCorePostgreSQLSettings>? configureSettings = null)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);

        var settings = ReadSettings<TContext>(builder, connectionName: null);
        configureSettings?.Invoke(settings);

        if (!settings.DisableRetry || settings.CommandTimeout is not null)
        {
            if (!IsRegistered<TContext>(builder))
            {
                throw new InvalidOperationException($"{typeof(TContext).Name} is not registered. Register it before calling {nameof(EnrichNpgsqlDbContext)}.");
            }

            builder.Services.ConfigureDbContext<TContext>(options => options.UseNpgsql(npgsql => Complete<TContext>(options, npgsql, settings)));
        }

        Observe<TContext>(builder, settings);
    }

    private static void Complete<TContext>(
        DbContextOptionsBuilder options, NpgsqlDbContextOptionsBuilder npgsql, NpgsqlEntityFrameworkCorePostgreSQLSettings settings)
    {
        var relational = options.Options.Extensions.OfType<RelationalOptionsExtension>().FirstOrDefault();
        if (!settings.DisableRetry)
        {
#pragma warning disable EF1001 // EF Core has no public way to ask which execution strategy a context was given.
            var strategy = relational?.ExecutionStrategyFactory?.Invoke(new ExecutionStrategyDependencies(null!, options.Options, null!));
            if (strategy is null || strategy.GetType() == typeof(NpgsqlExecutionStrategy))
            {
                npgsql.EnableRetryOnFailure();
            }
            else if (strategy is not NpgsqlRetryingExecutionStrategy)
            {
                throw new InvalidOperationException(
                    $"{typeof(TContext).Name} has an execution strategy of its own; set {nameof(settings.DisableRetry)} to keep it.");
            }
#pragma warning restore EF1001
        }

        if (settings.CommandTimeout is { } seconds)
        {
            if (relational?.CommandTimeout is { } own && own != seconds)
            {
                throw new InvalidOperationException(
                    $"{typeof(TContext).Name} has a command timeout of {own} s, and its settings ask for {seconds} s; keep one of the two.");
            }

            npgsql.CommandTimeout(seconds);
        }
    }

    private static NpgsqlEntityFrameworkCorePostgreSQLSettings ReadSettings<TContext>(IHostApplicationBuilder builder, string? connectionName)
    {
        var settings = new NpgsqlEntityFrameworkCorePostgreSQLSettings();
        var section = builder.Configuration.GetSection(Section);
        section.Bind(settings);
        if (connectionName is not null)
        {
            section.GetSection(connectionName).Bind(settings);
        }

        section.GetSection(typeof(TContext).Name).Bind(settings);
        return settings;
    }

    private static void Observe<TContext>(IHostApplicationBuilder builder, NpgsqlEntityFrameworkCorePostgreSQLSettings settings)
        where TContext : DbContext
    {
        if (!settings.DisableHealthChecks)
        {
            builder.AddHealthCheckOnce(typeof(TContext).Name, services => new DbContextHealthCheck<TContext>(services));
        }

        builder.ObserveNpgsql(traces: !settings.DisableTracing, metrics: !settings.DisableMetrics);
    }

    private static bool IsRegistered<TContext>(IHostApplicationBuilder builder)
        where TContext : DbContext
        => builder.Services.Any(service => service.ServiceType == typeof(DbContextOptions<TContext>));
}
