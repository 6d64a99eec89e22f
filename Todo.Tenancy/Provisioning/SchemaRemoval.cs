using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Provisioning;

/// <summary>
/// Drops the schema of a tenant that is being purged, a few relations per transaction, and then its row. The row's status says all the
/// while that there is more to do, so that whoever comes next can go on.
/// </summary>
internal sealed class SchemaRemoval(NpgsqlDataSource dataSource)
{
    // Views first, then tables that no other table refers to, so that CASCADE, which locks all that it reaches, finds little to reach.
    // Sequences come last: most go with their tables. The server writes the names as identifiers.
    private const string Next =
        """
        SELECT kind, string_agg(name, ', '), count(*)::int FROM (
            SELECT format('%I.%I', n.nspname, c.relname) AS name, k.kind, k.rank
            FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
            JOIN (VALUES ('v', 'VIEW', 1), ('m', 'MATERIALIZED VIEW', 2), ('f', 'FOREIGN TABLE', 3), ('r', 'TABLE', 4), ('p', 'TABLE', 4), ('S', 'SEQUENCE', 5))
                AS k (relkind, kind, rank) ON k.relkind = c.relkind::text
            WHERE n.nspname = $1
            ORDER BY k.rank, c.relispartition DESC, c.relkind = 'p',
                (SELECT count(*) FROM pg_constraint f WHERE f.contype = 'f' AND f.confrelid = c.oid AND f.conrelid <> c.oid), c.oid
            LIMIT $2) AS next
        GROUP BY kind, rank ORDER BY rank
        """;

    // Views, foreign keys, defaults and child tables. An internal dependency is a part of the relation, such as its TOAST table.
    private const string Users =
        """
        SELECT DISTINCT other.oid::regclass::text
        FROM pg_namespace n JOIN pg_class own ON own.relnamespace = n.oid
        JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = own.oid AND d.deptype <> 'i'
        LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
        LEFT JOIN pg_constraint f ON d.classid = 'pg_constraint'::regclass AND f.oid = d.objid
        LEFT JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
        JOIN pg_class other ON other.oid = coalesce(r.ev_class, f.conrelid, a.adrelid, CASE d.classid WHEN 'pg_class'::regclass THEN d.objid END)
        WHERE n.nspname = $1 AND other.relnamespace <> n.oid ORDER BY 1
        """;

    /// <summary>Goes on only if nothing outside of the schema would be dropped with it.</summary>
    /// <exception cref="SchemaInUseException">Something would.</exception>
    public static async Task RefuseIfUsedAsync(TenantTransaction transaction, string slug, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Users, transaction.Transaction.Connection, transaction.Transaction);
        command.Parameters.Add(BatchStatements.Parameter(transaction.Schema.Name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var users = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            users.Add(reader.GetString(0));
        }

        if (users.Count > 0)
        {
            throw new SchemaInUseException(slug, users);
        }
    }

    /// <summary>Removes a tenant that is being purged; does nothing if it is gone.</summary>
    /// <exception cref="TenantBusyException">Another session has it, or still reads its tables.</exception>
    public async Task RemoveAsync(Tenant tenant, int batchSize, Action<int>? progress, CancellationToken cancellationToken)
    {
        var schema = TenantSchema.Of(tenant.Id);
        int dropped;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            await using var transaction = await TenantTransaction.BeginPurgingAsync(dataSource, tenant.Slug, schema, cancellationToken);
            if (transaction is null)
            {
                return;
            }

            try
            {
                dropped = await DropAsync(transaction, batchSize, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                throw new TenantBusyException(tenant.Slug, exception);
            }

            progress?.Invoke(dropped);
        }
        while (dropped > 0);
    }

    // Drops some relations and says how many; when there are none, the schema with what else is in it, and the row.
    private static async Task<int> DropAsync(TenantTransaction transaction, int batchSize, CancellationToken cancellationToken)
    {
        await using var drop = new NpgsqlBatch(transaction.Transaction.Connection, transaction.Transaction) { Timeout = 0 };
        var dropped = 0;
        await using (var next = new NpgsqlCommand(Next, transaction.Transaction.Connection, transaction.Transaction))
        {
            next.Parameters.Add(BatchStatements.Parameter(transaction.Schema.Name));
            next.Parameters.Add(BatchStatements.Parameter(batchSize));
            await using var reader = await next.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                // A statement before may have taken some of them along.
                drop.Add($"DROP {reader.GetString(0)} IF EXISTS {reader.GetString(1)} CASCADE");
                dropped += reader.GetInt32(2);
            }
        }

        if (dropped == 0)
        {
            drop.Add($"DROP SCHEMA IF EXISTS {transaction.Schema.Quoted} CASCADE");
            drop.Add("DELETE FROM public.tenants WHERE id = $1 AND status = 'purging'", BatchStatements.Parameter(transaction.Schema.TenantId));
        }

        await drop.ExecuteNonQueryAsync(cancellationToken);
        return dropped;
    }
}
