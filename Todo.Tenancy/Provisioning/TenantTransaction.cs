using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Provisioning;

/// <summary>
/// A transaction that has one tenant for itself: it holds the advisory lock that migrations take. The lock is tried, never waited for,
/// and a table's lock is waited for 5 s at most, because everybody else queues behind who waits.
/// </summary>
internal sealed class TenantTransaction : IAsyncDisposable
{
    private const string Timeout = "SELECT set_config('lock_timeout', '5s', true)";

    private readonly NpgsqlConnection _connection;
    private readonly string _slug;

    private TenantTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, string slug, TenantSchema schema) =>
        (_connection, Transaction, _slug, Schema) = (connection, transaction, slug, schema);

    /// <summary>The transaction.</summary>
    public NpgsqlTransaction Transaction { get; }

    /// <summary>The tenant's schema.</summary>
    public TenantSchema Schema { get; }

    /// <summary>Begins one for the tenant with this slug.</summary>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    /// <exception cref="TenantBusyException">Another session has it.</exception>
    public static async Task<TenantTransaction> BeginAsync(NpgsqlDataSource dataSource, string slug, CancellationToken cancellationToken) =>
        await BeginAsync(dataSource, slug, $"SELECT id, {TenantLock.TryOfRow} FROM public.tenants WHERE slug = $1", BatchStatements.Parameter(slug), cancellationToken)
            ?? throw new TenantNotFoundException(slug);

    /// <summary>Begins one for a tenant that is being purged; null if it is gone.</summary>
    /// <exception cref="TenantBusyException">Another session has it.</exception>
    public static Task<TenantTransaction?> BeginPurgingAsync(NpgsqlDataSource dataSource, string slug, TenantSchema schema, CancellationToken cancellationToken) =>
        BeginAsync(
            dataSource,
            slug,
            $"SELECT id, {TenantLock.TryOfRow} FROM public.tenants WHERE id = $1 AND status = 'purging'",
            BatchStatements.Parameter(schema.TenantId),
            cancellationToken);

    /// <summary>Changes the tenant's row if its status is one of <paramref name="wanted"/>.</summary>
    /// <param name="assignments">As after <c>SET</c>, with the parameters <c>$3</c> and on.</param>
    /// <param name="wanted">Where the tenant has to be.</param>
    /// <param name="action">For the error message, as in "can be purged".</param>
    /// <param name="parameters">Those of the assignments.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="TenantStateException">It is elsewhere.</exception>
    /// <exception cref="TenantBusyException">Another session has the row.</exception>
    public async Task<Tenant> UpdateAsync(
        string assignments, TenantStatus[] wanted, string action, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using (var batch = new NpgsqlBatch(_connection, Transaction))
        {
            batch.Add(
                $"UPDATE public.tenants SET {assignments}, updated_at = clock_timestamp() WHERE id = $1 AND status = ANY ($2) RETURNING {TenantRow.Columns}",
                [BatchStatements.Parameter(Schema.TenantId), BatchStatements.Parameter(wanted.Select(EnumText.Of).ToArray()), .. parameters]);
            try
            {
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                if (await TenantRow.ReadAsync(reader, cancellationToken) is { } tenant)
                {
                    return tenant;
                }
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                throw new TenantBusyException(_slug, exception);
            }
        }

        await using var command = new NpgsqlCommand("SELECT status FROM public.tenants WHERE id = $1", _connection, Transaction);
        command.Parameters.Add(BatchStatements.Parameter(Schema.TenantId));
        throw await command.ExecuteScalarAsync(cancellationToken) is string status
            ? new TenantStateException(_slug, EnumText.Parse<TenantStatus>(status), wanted, action)
            : new TenantNotFoundException(_slug);
    }

    /// <summary>Commits; without it, disposing rolls back.</summary>
    public Task CommitAsync(CancellationToken cancellationToken) => Transaction.CommitAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static async Task<TenantTransaction?> BeginAsync(
        NpgsqlDataSource dataSource, string slug, string find, NpgsqlParameter key, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(connection, transaction);
            batch.Add(find, key);
            batch.Add(Timeout);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                await reader.DisposeAsync();
                await connection.DisposeAsync();
                return null;
            }

            return reader.GetBoolean(1)
                ? new TenantTransaction(connection, transaction, slug, TenantSchema.Of(reader.GetGuid(0)))
                : throw new TenantBusyException(slug);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
