using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Provisioning;

/// <summary>
/// Makes a tenant in one transaction: catalog row, schema, its migrations, and whatever the caller seeds. Either all of it exists
/// afterwards, active and at the version that new tenants get, or nothing does. A schema that waits in the <see cref="SchemaPool"/>
/// is taken if there is one; otherwise it is made now.
/// </summary>
public sealed class TenantProvisioner(NpgsqlDataSource dataSource, MigrationLine line)
{
    // A schema that another session is taking is passed over, and so is one that a migration has in hand: that one locks the row only
    // at its end, but holds the tenant's advisory lock from its beginning. That lock is tried outside of the materialized query, which
    // hands out one row after the other (PostgreSQL's manual, chapter 7.8.3): inside, or in a plain subquery, it would be taken for the
    // whole pool before the rows are sorted. FOR UPDATE looks again at a row that changed since the statement began, so that the
    // version is that of now.
    private const string Take =
        $"""
        WITH free AS MATERIALIZED (
            SELECT id FROM public.tenants
            WHERE status = 'pooled' AND schema_version = $1 AND schema_checksum = $2 AND schema_pending IS NULL
            ORDER BY id FOR UPDATE SKIP LOCKED)
        UPDATE public.tenants SET slug = $3, name = $4, status = 'active', created_at = now(), updated_at = clock_timestamp()
        WHERE id = (SELECT id FROM free WHERE {TenantLock.TryOfRow} LIMIT 1)
        RETURNING {TenantRow.Columns}
        """;

    private readonly NewTenantVersion _version = new(line);

    /// <summary>Makes a tenant.</summary>
    /// <param name="slug">Keeps <see cref="TenantSlug"/>'s rule.</param>
    /// <param name="name">What people read, 1 to 200 characters.</param>
    /// <param name="seed">Adds the first rows through the given connection, inside the same transaction; null for none.</param>
    /// <param name="cancellationToken">Cancels, leaving nothing.</param>
    /// <exception cref="ArgumentException">The slug breaks the rule.</exception>
    /// <exception cref="TenantExistsException">The slug is taken, perhaps by a request that ran at the same time.</exception>
    /// <exception cref="UnknownMigrationException">New tenants get a version that this build does not have.</exception>
    public async Task<Tenant> ProvisionAsync(
        string slug, string name, Func<NpgsqlTransaction, TenantSchema, CancellationToken, Task>? seed, CancellationToken cancellationToken)
    {
        if (!TenantSlug.IsValid(slug))
        {
            throw new ArgumentException($"A slug is {TenantSlug.Rule}.", nameof(slug));
        }

        using var activity = FleetTelemetry.ActivitySource.StartActivity("tenant provision");
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        while (true)
        {
            var believed = _version.Believed;
            await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
            {
                try
                {
                    var (isConfirmed, taken) = await TakeAsync(transaction, believed, slug, name, cancellationToken);
                    if (isConfirmed)
                    {
                        var tenant = taken ?? await NewSchema.CreateAsync(
                            transaction, believed, TenantSchema.Of(Guid.CreateVersion7()), slug, name, TenantStatus.Active, cancellationToken);
                        activity?.SetTag("tenant.id", tenant.Id).SetTag("todo.tenant.pooled", taken is not null);
                        if (seed is not null)
                        {
                            await seed(transaction, TenantSchema.Of(tenant.Id), cancellationToken);
                        }

                        await transaction.CommitAsync(cancellationToken);
                        return tenant;
                    }
                }
                catch (PostgresException exception) when (NewTenantVersion.IsMoved(exception))
                {
                }
                catch (PostgresException exception) when (TenantExistsException.IsCauseOf(exception))
                {
                    throw new TenantExistsException(slug, exception);
                }
            }

            await _version.LearnAsync(connection, cancellationToken);
        }
    }

    private async Task<(bool IsConfirmed, Tenant? Taken)> TakeAsync(
        NpgsqlTransaction transaction, MigrationLine believed, string slug, string name, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        NewTenantVersion.AddCheck(batch, believed);
        batch.Add(
            Take,
            BatchStatements.Parameter(believed.Head.Id),
            BatchStatements.Parameter(believed.Head.LineChecksum),
            BatchStatements.Parameter(slug),
            BatchStatements.Parameter(name));
        batch.Add("SELECT set_config('search_path', '', true)");
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var isConfirmed = await _version.ConfirmsAsync(reader, believed, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var taken = await TenantRow.ReadAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return (isConfirmed, taken);
    }
}
