using Npgsql;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Migrations;

/// <summary>
/// Brings one tenant's schema from the version it is known to have to head: one transaction, one round trip, all or nothing.
/// </summary>
/// <remarks>
/// The transaction starts with a guard in the database (<c>public.assert_tenant_version</c>): it goes on only if nobody else holds this
/// tenant's advisory lock and the schema's own history still says what the caller believes. So any number of workers may try.
/// </remarks>
public sealed class TenantMigrator
{
    /// <summary>SQLSTATE of the guard when the schema is at another version than expected.</summary>
    public const string VersionMovedState = "TD001";

    // While a migration waits for a lock, everybody else queues behind it: rather give up on this tenant for now.
    private const string Settings = "SELECT set_config('search_path', $1, true), set_config('lock_timeout', '5s', true), set_config('synchronous_commit', 'off', true)";
    private const string Guard = "SELECT public.assert_tenant_version($1, $2)";
    private const string Ledger = "UPDATE public.tenants SET schema_version = $2, schema_checksum = $3, updated_at = now() WHERE id = $1";

    private readonly NpgsqlDataSource _dataSource;

    /// <summary>Connects nothing yet.</summary>
    /// <exception cref="ArgumentException">The connections don't report which statement of a batch failed.</exception>
    public TenantMigrator(NpgsqlDataSource dataSource, MigrationLine line)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        if (!new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).IncludeFailedBatchedCommand)
        {
            throw new ArgumentException("The connection string needs 'Include Failed Batched Command=true', or a failure could not name its migration.", nameof(dataSource));
        }

        _dataSource = dataSource;
        Line = line;
    }

    /// <summary>The tenants' migrations.</summary>
    public MigrationLine Line { get; }

    /// <summary>Migrates one tenant to head.</summary>
    /// <param name="schema">The tenant's schema.</param>
    /// <param name="from">The version it is believed to have.</param>
    /// <param name="cancellationToken">Cancels the statement on the server; the transaction is then rolled back.</param>
    /// <exception cref="UnknownMigrationException">This build does not know <paramref name="from"/>.</exception>
    /// <exception cref="TenantMigrationException">A statement failed and nothing was changed.</exception>
    /// <exception cref="NpgsqlException">The connection was lost: the server rolled back, or had committed already.</exception>
    public async Task MigrateAsync(TenantSchema schema, string? from, CancellationToken cancellationToken)
    {
        var steps = Line.StepsAfter(from);
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        // No time-out: a large migration may rightly take minutes, and it is cancellation that ends one.
        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        batch.Add("BEGIN");
        batch.Add(Settings, BatchStatements.Parameter(schema.Quoted));
        batch.Add(Guard, BatchStatements.Parameter(schema.TenantId), BatchStatements.Text(from));
        foreach (var step in steps)
        {
            batch.Add(step.Up.PlainStatements);
        }

        batch.Add(Ledger, BatchStatements.Parameter(schema.TenantId), BatchStatements.Parameter(Line.Head.Id), BatchStatements.Parameter(Line.Head.LineChecksum));
        batch.Add("COMMIT");
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException exception)
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await using var rollback = new NpgsqlCommand("ROLLBACK", connection);
                await rollback.ExecuteNonQueryAsync(CancellationToken.None);
            }

            throw new TenantMigrationException(MigrationOf(exception.BatchCommand, steps), exception);
        }
    }

    private static string? MigrationOf(NpgsqlBatchCommand? failed, IEnumerable<MigrationStep> steps) =>
        failed is null ? null : steps.FirstOrDefault(step => step.Up.PlainStatements.Any(statement => ReferenceEquals(statement, failed.CommandText)))?.Id;
}
