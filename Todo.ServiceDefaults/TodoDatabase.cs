using Aspire.Npgsql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Todo.ServiceDefaults;

/// <summary>The connection to PostgreSQL that every service of this solution has.</summary>
public static class TodoDatabase
{
    // A small pool serves more requests a second than a large one, at a quarter of the p99: PostgreSQL works on as many statements at once
    // as it has cores, and the rest wait better here than there.
    private const int DefaultMaxPoolSize = 8;

    // Every backend keeps catalog entries of every tenant schema it has touched, about 36 KB each, until it ends.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Registers the singleton <see cref="NpgsqlDataSource"/> of the database <c>tododb</c>, with health check, traces and metrics.
    /// What <c>ConnectionStrings:tododb</c> says wins over the defaults given here; <c>Database:MaxPoolSize</c> (1 to 1000, default 8)
    /// is how many connections this process opens at most when the connection string leaves that open.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of application.</typeparam>
    /// <param name="builder">The application under construction.</param>
    /// <param name="configure">Has the last word on the connection string.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">
    /// The connection string is malformed, or <c>Database:MaxPoolSize</c> is not in its range. That it is missing is told when the data source is resolved.
    /// </exception>
    public static TBuilder AddTodoDatabase<TBuilder>(this TBuilder builder, Action<NpgsqlConnectionStringBuilder>? configure = null)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddNpgsqlDataSource(ResourceNames.Database, settings => Complete(settings, ResourceNames.Database, builder, configure), dataSource => Complete(dataSource, ResourceNames.Database));
        return builder;
    }

    /// <summary>
    /// Registers, with its connection name as key, a second <see cref="NpgsqlDataSource"/> that signs in as the owner of the database, if
    /// <c>ConnectionStrings:tododb-owner</c> is set. What serves requests needs none: see decision 8.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of application.</typeparam>
    /// <param name="builder">The application under construction.</param>
    /// <returns><paramref name="builder"/>.</returns>
    /// <exception cref="InvalidOperationException">The connection string is malformed, or <c>Database:MaxPoolSize</c> is not in its range.</exception>
    public static TBuilder AddTodoDatabaseOwner<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        if (!string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString(ResourceNames.DatabaseOwner)))
        {
            builder.AddKeyedNpgsqlDataSource(
                ResourceNames.DatabaseOwner,
                settings =>
                {
                    // Requests of tenants are served without it.
                    settings.DisableHealthChecks = true;
                    Complete(settings, ResourceNames.DatabaseOwner, builder, configure: null);
                },
                dataSource => Complete(dataSource, ResourceNames.DatabaseOwner));
        }

        return builder;
    }

    private static void Complete(NpgsqlSettings settings, string name, IHostApplicationBuilder builder, Action<NpgsqlConnectionStringBuilder>? configure)
    {
        var exported = Telemetry.IsExported(builder.Configuration);
        settings.DisableTracing |= !exported;
        settings.DisableMetrics |= !exported;
        if (!string.IsNullOrWhiteSpace(settings.ConnectionString))
        {
            settings.ConnectionString = WithDefaults(settings.ConnectionString, name, builder, configure);
        }
    }

    private static void Complete(NpgsqlDataSourceBuilder dataSource, string name)
    {
        // Spans and metrics would otherwise be labelled with the connection string, password left out.
        dataSource.Name = name;

        // A span's duration says enough.
        dataSource.ConfigureTracing(tracing => tracing.EnableFirstResponseEvent(false));

        // Every table of every tenant is a type to PostgreSQL. Reading them all takes the first connection 0.25 s at 5,000
        // tenants, and all that is used here is built in.
        dataSource.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
    }

    private static string WithDefaults(string text, string name, IHostApplicationBuilder builder, Action<NpgsqlConnectionStringBuilder>? configure)
    {
        NpgsqlConnectionStringBuilder connection;
        try
        {
            connection = new NpgsqlConnectionStringBuilder(text);
        }
        catch (ArgumentException malformed)
        {
            throw new InvalidOperationException($"'ConnectionStrings:{name}' is not a PostgreSQL connection string: {malformed.Message}", malformed);
        }

        Default("Maximum Pool Size", MaxPoolSize(builder.Configuration));
        Default("Connection Lifetime", (int)ConnectionLifetime.TotalSeconds);
        Default("Command Timeout", 15);
        Default("Timeout", 5);
        Default("Application Name", builder.Configuration["OTEL_SERVICE_NAME"] ?? builder.Environment.ApplicationName);

        // No statement of ours leaves session state behind, so there is none to reset when a connection returns to the pool.
        Default("No Reset On Close", true);

        // A statement that stays prepared saves its planning, and costs the server 24 to 32 KB; a tenant's statements are its own, as they
        // name its schema. This many are at most 8 MB a connection, and enough for the lists of a hundred busy tenants.
        Default("Max Auto Prepare", 256);

        // A migration that fails must name its statement; the exception then refers to it, no message repeats it.
        Default("Include Failed Batched Command", true);
        configure?.Invoke(connection);
        return connection.ConnectionString;

        void Default(string keyword, object value)
        {
            if (!connection.ShouldSerialize(keyword))
            {
                connection[keyword] = value;
            }
        }
    }

    private static int MaxPoolSize(IConfiguration configuration)
    {
        var text = configuration["Database:MaxPoolSize"];
        if (string.IsNullOrWhiteSpace(text))
        {
            return DefaultMaxPoolSize;
        }

        return int.TryParse(text, out var size) && size is >= 1 and <= 1000
            ? size
            : throw new InvalidOperationException($"'Database:MaxPoolSize' must be a number of connections from 1 to 1000, not '{text}'.");
    }
}
