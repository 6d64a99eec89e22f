using System.Collections.Concurrent;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Migrations;

/// <summary>
/// Brings one tenant's schema from the version it is known to have to head: one transaction, one round trip, all or nothing.
/// </summary>
/// <remarks>
/// The transaction starts with a guard in the database (<c>public.assert_tenant_version</c>): it goes on only if nobody else holds this
/// tenant's advisory lock and the schema's own history still says what the caller believes. So any number of workers may try.
/// </remarks>
public sealed class TenantMigrator(NpgsqlDataSource dataSource, MigrationLine line)
{
    /// <summary>SQLSTATE of the guard when the schema is at another version than expected.</summary>
    public const string VersionMovedState = "TD001";

    // A migration waits this long for a lock before it gives up on its tenant. While it waits, everybody else queues behind it.
    private const string LockTimeout = "5s";

    private readonly ConcurrentDictionary<string, string> _scripts = new(StringComparer.Ordinal);

    /// <summary>The tenants' migrations.</summary>
    public MigrationLine Line { get; } = line;

    /// <summary>Migrates one tenant to head.</summary>
    /// <param name="schema">The tenant's schema.</param>
    /// <param name="from">The version it is believed to have.</param>
    /// <param name="cancellationToken">Cancels the statement on the server; the transaction is then rolled back.</param>
    /// <exception cref="UnknownMigrationException">This build does not know <paramref name="from"/>.</exception>
    /// <exception cref="PostgresException">
    /// A statement failed and nothing was changed; <c>55P03</c>: another worker has this tenant, or a lock was not to be had in time;
    /// <see cref="VersionMovedState"/>: the schema is at another version.
    /// </exception>
    public async Task MigrateAsync(TenantSchema schema, string? from, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Made of migrations, which are code; everything that varies is a parameter.
        command.CommandText = _scripts.GetOrAdd(from ?? "", _ => Script(from));
#pragma warning restore CA2100
        command.Parameters.AddWithValue("tenant_id", schema.TenantId);
        command.Parameters.AddWithValue("tenant_search_path", schema.Quoted);
        command.Parameters.Add(new NpgsqlParameter("expected_version", NpgsqlDbType.Text) { Value = from ?? (object)DBNull.Value });
        command.Parameters.AddWithValue("head_version", Line.Head.Id);
        command.Parameters.AddWithValue("head_checksum", Line.Head.LineChecksum);
        // DDL plans are never reused, and a large migration may rightly take minutes: cancellation, not a timer, ends it.
        command.CommandTimeout = 0;

        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException) when (connection.State == System.Data.ConnectionState.Open)
        {
            await using var rollback = new NpgsqlCommand("ROLLBACK", connection);
            await rollback.ExecuteNonQueryAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>Which migration a failed statement belongs to; null for statements around the migrations.</summary>
    internal string? MigrationOf(string? statement) =>
        statement is { Length: > 0 } ? Line.Steps.FirstOrDefault(step => step.Up.Contains(statement, StringComparison.Ordinal))?.Id : null;

    private string Script(string? from)
    {
        var script = new StringBuilder(
            $"""
            BEGIN;
            SELECT set_config('search_path', @tenant_search_path, true), set_config('lock_timeout', '{LockTimeout}', true), set_config('synchronous_commit', 'off', true);
            SELECT public.assert_tenant_version(@tenant_id, @expected_version);

            """);
        foreach (var step in Line.StepsAfter(from))
        {
            script.Append(step.Up).Append('\n');
        }

        return script.Append(
            """
            UPDATE public.tenants SET schema_version = @head_version, schema_checksum = @head_checksum, updated_at = now() WHERE id = @tenant_id;
            COMMIT
            """).ToString();
    }
}
