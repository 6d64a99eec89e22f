using Microsoft.Extensions.Logging;
using Npgsql;

namespace Todo.Tenancy.Migrations;

/// <summary>
/// Brings <c>public</c>, the catalog, to head in one transaction. Its history is its own and has nothing to do with the tenants'.
/// </summary>
public sealed partial class CatalogMigrator(NpgsqlDataSource dataSource, MigrationLine line, ILogger<CatalogMigrator> logger)
{
    // "todo:cat" in ASCII: one well-known key, so that workers of different builds exclude each other too.
    private const long LockKey = 0x746f646f_3a636174;

    /// <summary>Applies what is missing; returns how many migrations that were. Two callers at once: the second waits, then finds nothing to do.</summary>
    /// <exception cref="UnknownMigrationException">The catalog was migrated by a newer build.</exception>
    /// <exception cref="PostgresException">A migration failed; nothing was changed.</exception>
    public async Task<int> MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Without a limit of the client's, which would end the wait for another worker's migration before the lock's own limit does.
        await using (var prepare = new NpgsqlCommand(
            """
            SELECT set_config('search_path', 'public', true), set_config('lock_timeout', '60s', true);
            SELECT pg_advisory_xact_lock(@key);
            """, connection, transaction))
        {
            prepare.CommandTimeout = 0;
            prepare.Parameters.AddWithValue("key", LockKey);
            await prepare.ExecuteNonQueryAsync(cancellationToken);
        }

        await ExecuteAsync(connection, transaction, line.CreateHistory, cancellationToken);
        var pending = line.StepsAfter(await VersionAsync(connection, transaction, cancellationToken));
        foreach (var step in pending)
        {
            await ExecuteAsync(connection, transaction, step.Up.PlainStatements, cancellationToken);
            LogApplied(step.Id);
        }

        await transaction.CommitAsync(cancellationToken);
        return pending.Count;
    }

    /// <summary>Whether the catalog is at this build's head; false too while there is no catalog at all.</summary>
    public async Task<bool> IsCurrentAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var exists = new NpgsqlCommand($"SELECT to_regclass('public.\"{MigrationLine.HistoryTable}\"') IS NOT NULL", connection);
        return await exists.ExecuteScalarAsync(cancellationToken) is true
            && await VersionAsync(connection, null, cancellationToken) == line.Head.Id;
    }

    private static async Task<string?> VersionAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT max(\"MigrationId\") FROM public.\"{MigrationLine.HistoryTable}\"", connection, transaction);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<string> statements, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = 0 };
        batch.Add(statements);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Catalog: applied {Migration}")]
    private partial void LogApplied(string migration);
}
