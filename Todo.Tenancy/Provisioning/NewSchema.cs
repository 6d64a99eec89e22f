using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Provisioning;

/// <summary>A tenant's row and its schema with all tables, made inside the caller's transaction in one round trip.</summary>
internal static class NewSchema
{
    private const string Row =
        $"""
        INSERT INTO public.tenants (id, slug, name, schema, status, schema_version, schema_checksum, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, now(), clock_timestamp()) RETURNING {TenantRow.Columns}
        """;

    /// <summary>Makes a schema at the head of <paramref name="line"/>.</summary>
    public static async Task<Tenant> CreateAsync(
        NpgsqlTransaction transaction, MigrationLine line, TenantSchema schema, string slug, string name, TenantStatus status, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction) { Timeout = 0 };

        // The row comes first: of two requests for one slug, the second waits there for the first, before any schema is made.
        AddRow(batch, line, schema, slug, name, status);
        batch.Add($"CREATE SCHEMA {schema.Quoted}");
        batch.Add("SELECT set_config('search_path', $1, true)", BatchStatements.Parameter(schema.Quoted));
        batch.Add(line.CreateHistory);
        foreach (var step in line.Steps)
        {
            // The tables are empty and nobody else's: an index needs no concurrent build.
            batch.Add(step.Up.PlainStatements);
        }

        // A seed that forgets to name its schema fails instead of finding another.
        batch.Add("SELECT set_config('search_path', '', true)");
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var tenant = await TenantRow.ReadAsync(reader, cancellationToken);
        while (await reader.NextResultAsync(cancellationToken))
        {
        }

        return tenant!;
    }

    /// <summary>The row alone; its columns are the result.</summary>
    public static void AddRow(NpgsqlBatch batch, MigrationLine line, TenantSchema schema, string slug, string name, TenantStatus status) => batch.Add(
        Row,
        BatchStatements.Parameter(schema.TenantId),
        BatchStatements.Parameter(slug),
        BatchStatements.Parameter(name),
        BatchStatements.Parameter(schema.Name),
        BatchStatements.Parameter(EnumText.Of(status)),
        BatchStatements.Text(line.Head.Id),
        BatchStatements.Text(line.Head.LineChecksum));
}
