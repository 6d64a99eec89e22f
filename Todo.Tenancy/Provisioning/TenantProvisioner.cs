using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Provisioning;

/// <summary>
/// Makes a tenant in one transaction: catalog row, schema, every migration, and whatever the caller seeds. Either all of it
/// exists afterwards, at head and active, or nothing does.
/// </summary>
public sealed class TenantProvisioner(NpgsqlDataSource dataSource, MigrationLine line)
{
    private const string Row =
        """
        INSERT INTO public.tenants (id, slug, name, schema, status, schema_version, schema_checksum, created_at, updated_at)
        VALUES ($1, $2, $3, $4, 'active', $5, $6, $7, $7)
        """;

    /// <summary>Makes a tenant.</summary>
    /// <param name="slug">Keeps <see cref="TenantSlug"/>'s rule.</param>
    /// <param name="name">What people read, 1 to 200 characters.</param>
    /// <param name="seed">Adds the first rows through the given connection, inside the same transaction; null for none.</param>
    /// <param name="cancellationToken">Cancels, leaving nothing.</param>
    /// <exception cref="ArgumentException">The slug breaks the rule.</exception>
    /// <exception cref="TenantExistsException">The slug is taken, perhaps by a request that ran at the same time.</exception>
    public async Task<Tenant> ProvisionAsync(
        string slug, string name, Func<NpgsqlTransaction, TenantSchema, CancellationToken, Task>? seed, CancellationToken cancellationToken)
    {
        if (!TenantSlug.IsValid(slug))
        {
            throw new ArgumentException($"A slug is {TenantSlug.Rule}.", nameof(slug));
        }

        using var activity = FleetTelemetry.ActivitySource.StartActivity("tenant provision");
        var now = DateTimeOffset.UtcNow;
        var schema = TenantSchema.Of(Guid.CreateVersion7(now));
        activity?.SetTag("tenant.id", schema.TenantId);
        var tenant = new Tenant
        {
            Id = schema.TenantId,
            Slug = slug,
            Name = name,
            Schema = schema.Name,
            Status = TenantStatus.Active,
            SchemaVersion = line.Head.Id,
            SchemaChecksum = line.Head.LineChecksum,
            CreatedAt = now,
            UpdatedAt = now,
        };

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await using (var batch = Batch(transaction, tenant, schema))
            {
                await batch.ExecuteNonQueryAsync(cancellationToken);
            }

            if (seed is not null)
            {
                await seed(transaction, schema, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "tenants_slug_key" })
        {
            throw new TenantExistsException(slug, exception);
        }

        return tenant;
    }

    // The catalog row comes first: of two requests for one slug, the second waits there for the first, before any schema is made.
    // The search path is emptied at the end, so that a seed which forgets to name its schema fails instead of finding another.
    private NpgsqlBatch Batch(NpgsqlTransaction transaction, Tenant tenant, TenantSchema schema)
    {
        var batch = new NpgsqlBatch(transaction.Connection, transaction) { Timeout = 0 };
        batch.Add(
            Row,
            BatchStatements.Parameter(tenant.Id),
            BatchStatements.Parameter(tenant.Slug),
            BatchStatements.Parameter(tenant.Name),
            BatchStatements.Parameter(tenant.Schema),
            BatchStatements.Text(tenant.SchemaVersion),
            BatchStatements.Text(tenant.SchemaChecksum),
            BatchStatements.Parameter(tenant.CreatedAt));
        batch.Add($"CREATE SCHEMA {schema.Quoted}");
        batch.Add("SELECT set_config('search_path', $1, true)", BatchStatements.Parameter(schema.Quoted));
        batch.Add(line.CreateHistory);
        foreach (var step in line.Steps)
        {
            batch.Add(step.Up.PlainStatements);
        }

        batch.Add("SELECT set_config('search_path', '', true)");
        return batch;
    }
}
