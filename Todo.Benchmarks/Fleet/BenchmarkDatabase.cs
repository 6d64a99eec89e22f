using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Todo.AppHost.Embedded;
using Todo.Data;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;

namespace Todo.Benchmarks.Fleet;

/// <summary>A database of its own with a current catalog, dropped afterwards.</summary>
internal sealed class BenchmarkDatabase : IAsyncDisposable
{
    private const string Catalogs = "pg_class, pg_attribute, pg_attrdef, pg_type, pg_index, pg_constraint, pg_depend, pg_namespace, pg_statistic";
    private static int _count;

    private readonly string _server;

    private BenchmarkDatabase(EmbeddedServer server, string name)
    {
        (_server, Name) = (server.ConnectionString, name);
        ConnectionString = ConnectionStringOf("");
        DataSource = Connect();
    }

    public string Name { get; }

    /// <summary>With the settings that the service gives its connections.</summary>
    public string ConnectionString { get; }

    /// <summary>For preparing and checking; what is measured opens connections of its own.</summary>
    public NpgsqlDataSource DataSource { get; }

    public static async Task<BenchmarkDatabase> CreateAsync(EmbeddedServer server, CancellationToken cancellationToken)
    {
        var name = $"fleet{Interlocked.Increment(ref _count)}";
        await ExecuteAsync(server.ConnectionString, $"CREATE DATABASE {name}", cancellationToken);
        var database = new BenchmarkDatabase(server, name);
        await new CatalogMigrator(database.DataSource, MigrationLines.Catalog, NullLogger<CatalogMigrator>.Instance).MigrateAsync(cancellationToken);
        return database;
    }

    /// <summary>Connections of one's own, as the service has them.</summary>
    public NpgsqlDataSource Connect(string serverOptions = "")
    {
        var builder = new NpgsqlDataSourceBuilder(ConnectionStringOf(serverOptions));
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return builder.Build();
    }

    /// <summary>Makes tenants at the line's head; nobody measures that, so it does not wait for the disk.</summary>
    public async Task ProvisionAsync(MigrationLine line, int count, int connections, CancellationToken cancellationToken)
    {
        await using var dataSource = Connect("-c synchronous_commit=off");
        var provisioner = new TenantProvisioner(dataSource, line);
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = connections, CancellationToken = cancellationToken }, async (_, cancellation) =>
            await provisioner.ProvisionAsync($"tenant-{Guid.NewGuid():N}", "A tenant", seed: null, cancellation));
    }

    /// <summary>Tidies up so that every measurement starts from the same state: no dead rows, and nothing left to write from before.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync(ConnectionString, "DELETE FROM public.migration_runs", cancellationToken);
        await ExecuteAsync(ConnectionString, $"VACUUM ANALYZE public.tenants, public.migration_runs, public.migration_run_tenants, public.fleet, {Catalogs}", cancellationToken);
        await ExecuteAsync(ConnectionString, "CHECKPOINT", cancellationToken);
    }

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constants of the benchmark.
        await using var command = DataSource.CreateCommand(sql);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public Task ExecuteAsync(string sql, CancellationToken cancellationToken) => ExecuteAsync(ConnectionString, sql, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await ExecuteAsync(_server, $"DROP DATABASE {Name} WITH (FORCE)", CancellationToken.None);
    }

    private string ConnectionStringOf(string serverOptions) => new NpgsqlConnectionStringBuilder(_server)
    {
        Database = Name,
        Options = serverOptions,
        NoResetOnClose = true,
        MaxAutoPrepare = 256,
        IncludeFailedBatchedCommand = true,
    }.ConnectionString;

    private static async Task ExecuteAsync(string connectionString, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
#pragma warning disable CA2100 // Constants of the benchmark.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
