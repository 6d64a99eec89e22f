using System.Text;
using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Provisioning;

/// <summary>
/// Makes a tenant in one transaction: catalog row, schema, every migration, and whatever the caller seeds. Either all of it
/// exists afterwards, at head and active, or nothing does.
/// </summary>
public sealed class TenantProvisioner(NpgsqlDataSource dataSource, MigrationLine line)
{
    private readonly string _migrations = line.CreateHistory + "\n" + string.Join('\n', line.Steps.Select(step => step.Up));

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

        using var activity = FleetMigrator.ActivitySource.StartActivity("tenant provision");
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
#pragma warning disable CA2100 // Migrations and a schema name made of a uuid's digits; what the caller gave are parameters.
            await using (var command = new NpgsqlCommand(Script(schema), connection, transaction))
#pragma warning restore CA2100
            {
                command.Parameters.AddWithValue("tenant_id", tenant.Id);
                command.Parameters.AddWithValue("tenant_slug", slug);
                command.Parameters.AddWithValue("tenant_name", name);
                command.Parameters.AddWithValue("tenant_schema", schema.Name);
                command.Parameters.AddWithValue("tenant_search_path", schema.Quoted);
                command.Parameters.AddWithValue("head_version", line.Head.Id);
                command.Parameters.AddWithValue("head_checksum", line.Head.LineChecksum);
                command.Parameters.AddWithValue("created_at", now);
                await command.ExecuteNonQueryAsync(cancellationToken);
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
    // The search path is set last to nothing, so that a seed which forgets to name its schema fails instead of finding another.
    private string Script(TenantSchema schema) => new StringBuilder(
        """
        INSERT INTO public.tenants (id, slug, name, schema, status, schema_version, schema_checksum, created_at, updated_at)
        VALUES (@tenant_id, @tenant_slug, @tenant_name, @tenant_schema, 'active', @head_version, @head_checksum, @created_at, @created_at);

        """)
        .Append("CREATE SCHEMA ").Append(schema.Quoted).Append(";\n")
        .Append("SELECT set_config('search_path', @tenant_search_path, true);\n")
        .Append(_migrations)
        .Append("\nSELECT set_config('search_path', '', true);")
        .ToString();
}
