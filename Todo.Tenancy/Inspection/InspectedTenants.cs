using System.Data;
using Npgsql;

namespace Todo.Tenancy.Inspection;

/// <summary>Which tenants are inspected, and how their schemas are read while the service goes on.</summary>
internal static class InspectedTenants
{
    /// <summary>
    /// What the catalog's rows must satisfy. A schema that is still being made, never was, or is being dropped can't be compared with anything.
    /// </summary>
    public const string Condition = "status NOT IN ('provisioning', 'failed', 'purging')";

    private const int Attempts = 3;

    /// <summary>The ids of the tenants named, or of all of them, oldest first.</summary>
    /// <exception cref="ArgumentException">One of <paramref name="slugs"/> is not among them.</exception>
    public static async Task<IReadOnlyList<Guid>> IdsAsync(NpgsqlDataSource dataSource, IReadOnlyList<string>? slugs, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"SELECT id, slug FROM public.tenants WHERE {Condition} AND ($1 IS NULL OR slug = ANY ($1)) ORDER BY id");
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text, Value = slugs?.ToArray() ?? (object)DBNull.Value });
        var ids = new List<Guid>();
        var missing = new HashSet<string>(slugs ?? [], StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
            missing.Remove(reader.GetString(1));
        }

        return missing.Count == 0
            ? ids
            : throw new ArgumentException(
                $"No tenant with a schema to look at is called {string.Join(" or ", missing.Order(StringComparer.Ordinal))}: it does not exist, or is being made or purged.", nameof(slugs));
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
