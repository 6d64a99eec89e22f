using Npgsql;

namespace Todo.Tests.Servers;

/// <summary>An empty database of its own for a test class, dropped after it.</summary>
public class TestDatabase : IAsyncLifetime
{
    private readonly string _name = "test_" + Guid.NewGuid().ToString("N");
    private string _server = "";

    /// <summary>Connects to the database as its owner.</summary>
    public NpgsqlDataSource DataSource { get; private set; } = null!;

    /// <summary>For what connects by itself.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <inheritdoc/>
    public virtual async Task InitializeAsync()
    {
        _server = (await TestServers.Postgres).ConnectionString;
        await OnServerAsync($"CREATE DATABASE {_name}");
        ConnectionString = new NpgsqlConnectionStringBuilder(_server) { Database = _name, MaxPoolSize = 20, IncludeFailedBatchedCommand = true }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    /// <inheritdoc/>
    public virtual async Task DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await OnServerAsync($"DROP DATABASE {_name} WITH (FORCE)");
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>Runs statements.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task OnServerAsync(string sql)
    {
        await using var server = new NpgsqlConnection(_server);
        await server.OpenAsync();
        await using var command = new NpgsqlCommand(sql, server);
        await command.ExecuteNonQueryAsync();
    }
}
