using System.Text;
using Npgsql;
using Todo.Tenancy.Roles;

namespace Todo.Tests.Servers;

/// <summary>A database of its own for a test class, empty at first, dropped after it.</summary>
public class TestDatabase : IAsyncLifetime
{
    private readonly string _name = "test_" + Guid.NewGuid().ToString("N");
    private string _server = "";

    /// <summary>Connects to the database as its owner.</summary>
    public NpgsqlDataSource DataSource { get; private set; } = null!;

    /// <summary>For what connects by itself.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The database's name.</summary>
    public string Name => _name;

    /// <summary>The database to be a copy of, which nobody may be connected to meanwhile; null: none.</summary>
    public string? Template { get; init; }

    /// <summary>The connection string of the cluster that the database is made in.</summary>
    protected virtual async Task<string> ServerAsync() => (await TestServers.Postgres).ConnectionString;

    /// <inheritdoc/>
    public virtual async Task InitializeAsync()
    {
        // Minutes for a connection or a statement: the machine may be busy with others, and what is tested is not how long one waits.
        var seconds = (int)Eventually.Patience.TotalSeconds;
        _server = new NpgsqlConnectionStringBuilder(await ServerAsync()) { Timeout = seconds, CommandTimeout = seconds }.ConnectionString;
        if (Template is not null)
        {
            await EndSessionsAsync(Template);
        }

        await OnServerAsync(Template is null ? $"CREATE DATABASE {_name}" : $"CREATE DATABASE {_name} TEMPLATE {Template}");
        ConnectionString = new NpgsqlConnectionStringBuilder(_server) { Database = _name, MaxPoolSize = 20, IncludeFailedBatchedCommand = true }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    /// <inheritdoc/>
    public virtual async Task DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await EndSessionsAsync(_name);
        await OnServerAsync($"DROP DATABASE {_name} WITH (FORCE)");
        await OnServerAsync($"DROP ROLE IF EXISTS {RowsRole.NameIn(_name)}");
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

    /// <summary>All strings in the first column.</summary>
    public async Task<IReadOnlyList<string>> ColumnAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync())
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }

    /// <summary>
    /// Every row of every table that the server's own catalog knows in this schema, in a fixed order, as JSON; binary columns in hexadecimal.
    /// Without the times of last use, which replicas write behind a request's back, whether it changed anything or not.
    /// </summary>
    public async Task<string> ContentAsync(string schema)
    {
        var tables = await ColumnAsync(
            $"""
            SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = '{schema}' AND c.relkind IN ('r', 'p', 'm') ORDER BY 1
            """);
        var content = new StringBuilder();
        foreach (var table in tables)
        {
            content.Append(table).Append('\n');
            foreach (var row in await ColumnAsync($"SELECT (to_jsonb(t) - 'last_seen_at' - 'last_used_at')::text FROM {table} t ORDER BY 1"))
            {
                content.Append("  ").Append(row).Append('\n');
            }
        }

        return content.ToString();
    }

    // PostgreSQL waits five seconds for the sessions in a database that is to be copied or dropped, and then refuses; those that have been closed, too,
    // may take longer on a busy machine.
    private Task EndSessionsAsync(string database) =>
        OnServerAsync($"SELECT pg_terminate_backend(pid, {(int)Eventually.Patience.TotalMilliseconds}) FROM pg_stat_activity WHERE datname = '{database}'");

    private async Task OnServerAsync(string sql)
    {
        await using var server = new NpgsqlConnection(_server);
        await server.OpenAsync();
        await using var command = new NpgsqlCommand(sql, server);
        await command.ExecuteNonQueryAsync();
    }
}
