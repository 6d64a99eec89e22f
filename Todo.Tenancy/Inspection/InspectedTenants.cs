using System.Data;
using Npgsql;
using Todo.Tenancy.Fleet;

namespace Todo.Tenancy.Inspection;

/// <summary>Which tenants are inspected, and how their schemas are read while the service goes on.</summary>
internal static class InspectedTenants
{
    /// <summary>
    /// What the catalog's rows must satisfy. A schema that is still being made, never was, or is being dropped can't be compared with anything.
    /// </summary>
    public const string Condition = "status NOT IN ('provisioning', 'failed', 'purging')";

    private const int Attempts = 3;

    /// <summary>The ids of the tenants that are chosen, oldest first, whatever the order in which the first of them were counted.</summary>
    /// <exception cref="ArgumentException">The selection breaks a rule.</exception>
    /// <exception cref="UninspectedTenantException">It names a tenant that is not among them.</exception>
    public static async Task<IReadOnlyList<Guid>> IdsAsync(NpgsqlDataSource dataSource, TenantSelection selection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selection);
        selection.Validate(TenantSelection.Inspectable);

        // Counted here and not by the server, so that a name that is wrong is told from one that comes after the first so many.
        await using var command = dataSource.CreateCommand(
            $"SELECT t.id, t.slug FROM public.tenants t WHERE {TenantChoice.Condition} ORDER BY {TenantChoice.OrderBy(selection.Order)}");
        TenantChoice.AddTo(command.Parameters, selection, TenantSelection.Inspectable);
        var ids = new List<Guid>();
        var missing = new HashSet<string>(selection.Slugs ?? [], StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
            missing.Remove(reader.GetString(1));
        }

        if (missing.Count > 0)
        {
            throw new UninspectedTenantException([.. missing.Order(StringComparer.Ordinal)]);
        }

        return [.. ids.Take(selection.Of(ids.Count)).Order()];
    }

    /// <summary>
    /// Reads within one snapshot, so that the ledger and the schema are seen as of the same moment. A schema that is changed or dropped
    /// under the reader's hands makes PostgreSQL fail, because it looks up names and object ids outside of the snapshot: then once more.
    /// </summary>
    public static async Task<T> ReadAsync<T>(NpgsqlDataSource dataSource, Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);

                // Whoever drops a tenant's tables is waited for, but not for ever.
                await using (var timeout = new NpgsqlCommand("SELECT set_config('lock_timeout', '5s', true)", connection, transaction))
                {
                    await timeout.ExecuteNonQueryAsync(cancellationToken);
                }

                var result = await read(connection);
                await transaction.CommitAsync(cancellationToken);
                return result;
            }
            catch (PostgresException exception) when (attempt < Attempts && IsPassing(exception.SqlState))
            {
            }
        }
    }

    // "cache lookup failed" is an internal error to PostgreSQL.
    private static bool IsPassing(string state) => state is
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.UndefinedObject
        or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.InternalError;
}
