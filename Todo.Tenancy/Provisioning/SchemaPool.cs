using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Provisioning;

/// <summary>How many schemas wait in the pool.</summary>
/// <param name="Ready">At the version that new tenants get.</param>
/// <param name="Stale">At another one, until a run moves them; nobody takes them.</param>
/// <param name="Version">What new tenants get.</param>
public sealed record SchemaPoolCount(int Ready, int Stale, string Version);

/// <summary>
/// Schemas made in advance, so that making a tenant is a change of one row. Each is a row of the catalog with status <c>pooled</c>,
/// without a name and with its schema's name for a slug, which no tenant may have. Runs over the fleet migrate them as they do tenants;
/// <see cref="TenantProvisioner"/> takes the oldest one that is ready.
/// </summary>
public sealed class SchemaPool(NpgsqlDataSource dataSource, MigrationLine line)
{
    // "todopool" in ASCII. Who fills or shrinks counts under this lock, so that two at once make what one would.
    private const long LockKey = 0x746f646f_706f6f6c;

    // A crash that loses the last commits loses row and schema together: nothing waits for the disk until a tenant is made of them.
    private const string Settings = "SELECT set_config('lock_timeout', '60s', true), set_config('synchronous_commit', 'off', true)";
    private const string Lock = "SELECT pg_advisory_xact_lock($1)";

    private const string IsReady = "(schema_version IS NOT DISTINCT FROM $1 AND schema_checksum IS NOT DISTINCT FROM $2 AND schema_pending IS NULL)";
    private const string Count =
        $"SELECT count(*) FILTER (WHERE {IsReady})::int, count(*) FILTER (WHERE NOT {IsReady})::int FROM public.tenants WHERE status = 'pooled'";

    // The stale ones first, then the youngest: tenants are made of the oldest. The locks are as in TenantProvisioner.
    private const string Discard =
        $"""
        WITH free AS MATERIALIZED (SELECT id FROM public.tenants WHERE status = 'pooled' ORDER BY {IsReady}, id DESC FOR UPDATE SKIP LOCKED)
        UPDATE public.tenants SET status = 'purging', updated_at = clock_timestamp()
        WHERE (SELECT count(*) FROM public.tenants WHERE status = 'pooled') > $3
            AND id = (SELECT id FROM free WHERE {TenantLock.TryOfRow} LIMIT 1)
        RETURNING {TenantRow.Columns}
        """;

    // Far fewer than a server's lock slots, and more than most lines have.
    private const int RelationsAtOnce = 64;

    private readonly NewTenantVersion _version = new(line);
    private readonly SchemaRemoval _removal = new(dataSource);

    /// <summary>Makes schemas until <paramref name="size"/> are ready; returns how many it made. Any number of callers may do so at once.</summary>
    /// <exception cref="UnknownMigrationException">New tenants get a version that this build does not have.</exception>
    /// <exception cref="PostgresException">A migration failed, or another caller took longer than a minute for one schema; those made before stay.</exception>
    public async Task<int> FillAsync(int size, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var made = 0;
        while (true)
        {
            var believed = _version.Believed;
            await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
            {
                try
                {
                    if (await LockAndCountAsync(transaction, believed, cancellationToken) is { } count)
                    {
                        if (count.Ready >= size)
                        {
                            return made;
                        }

                        // One per transaction: the next filler, and the lock slots, wait for no more than that.
                        var schema = TenantSchema.Of(Guid.CreateVersion7());
                        await NewSchema.CreateAsync(transaction, believed, schema, schema.Name, name: "", TenantStatus.Pooled, cancellationToken);
                        await transaction.CommitAsync(cancellationToken);
                        made++;
                        continue;
                    }
                }
                catch (PostgresException exception) when (NewTenantVersion.IsMoved(exception))
                {
                }
            }

            await _version.LearnAsync(connection, cancellationToken);
        }
    }

    /// <summary>
    /// Drops schemas until at most <paramref name="size"/> are left, stale ones first; returns how many it dropped. One that is being
    /// migrated or taken is left alone. Schemas that an interrupted call left half dropped are finished too.
    /// </summary>
    /// <exception cref="UnknownMigrationException">New tenants get a version that this build does not have.</exception>
    public async Task<int> ShrinkAsync(int size, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        var removed = 0;
        foreach (var tenant in await HalfDroppedAsync(cancellationToken))
        {
            try
            {
                await _removal.RemoveAsync(tenant, RelationsAtOnce, progress: null, cancellationToken);
                removed++;
            }
            catch (TenantBusyException)
            {
                // Not left over: another caller is at it.
            }
        }

        while (await DiscardAsync(size, cancellationToken) is { } tenant)
        {
            await _removal.RemoveAsync(tenant, RelationsAtOnce, progress: null, cancellationToken);
            removed++;
        }

        return removed;
    }

    /// <summary>How many there are.</summary>
    /// <exception cref="UnknownMigrationException">New tenants get a version that this build does not have.</exception>
    public async Task<SchemaPoolCount> CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var wanted = await _version.LearnAsync(connection, cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(Count, BatchStatements.Text(wanted.Head.Id), BatchStatements.Text(wanted.Head.LineChecksum));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadCountAsync(reader, wanted, cancellationToken);
    }

    // Null: new tenants get another version than was believed. Counted after the lock: each statement sees what was committed before it.
    private async Task<SchemaPoolCount?> LockAndCountAsync(NpgsqlTransaction transaction, MigrationLine believed, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction) { Timeout = 0 };
        batch.Add(Settings);
        batch.Add(Lock, BatchStatements.Parameter(LockKey));
        NewTenantVersion.AddCheck(batch, believed);
        batch.Add(Count, BatchStatements.Text(believed.Head.Id), BatchStatements.Text(believed.Head.LineChecksum));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var isConfirmed = await _version.ConfirmsAsync(reader, believed, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var count = await ReadCountAsync(reader, believed, cancellationToken);
        return isConfirmed ? count : null;
    }

    private static async Task<SchemaPoolCount> ReadCountAsync(NpgsqlDataReader reader, MigrationLine wanted, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken);
        return new SchemaPoolCount(reader.GetInt32(0), reader.GetInt32(1), wanted.Head.Id);
    }

    private async Task<Tenant?> DiscardAsync(int size, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var wanted = await _version.LearnAsync(connection, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = 0 };
        batch.Add(Settings);
        batch.Add(Lock, BatchStatements.Parameter(LockKey));
        batch.Add(Discard, BatchStatements.Text(wanted.Head.Id), BatchStatements.Text(wanted.Head.LineChecksum), BatchStatements.Parameter((long)size));
        Tenant? tenant;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            tenant = await TenantRow.ReadAsync(reader, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return tenant;
    }

    private async Task<List<Tenant>> HalfDroppedAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"SELECT {TenantRow.Columns} FROM public.tenants WHERE status = 'purging' AND slug = schema");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<Tenant>();
        while (await TenantRow.ReadAsync(reader, cancellationToken) is { } tenant)
        {
            tenants.Add(tenant);
        }

        return tenants;
    }
}
