using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Provisioning;

/// <summary>Reads <c>public.tenants</c> as the engine's own statements return it.</summary>
internal static class TenantRow
{
    /// <summary>What <see cref="ReadAsync(NpgsqlDataReader, CancellationToken)"/> expects, in this order.</summary>
    public const string Columns = "id, slug, name, schema, host, status, schema_version, schema_checksum, schema_pending, created_at, updated_at";

    /// <summary>The reader's next row; null if there is none.</summary>
    public static async Task<Tenant?> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken) =>
        await reader.ReadAsync(cancellationToken)
            ? new Tenant
            {
                Id = reader.GetGuid(0),
                Slug = reader.GetString(1),
                Name = reader.GetString(2),
                Schema = reader.GetString(3),
                Host = reader.TextOrNull(4),
                Status = EnumText.Parse<TenantStatus>(reader.GetString(5)),
                SchemaVersion = reader.TextOrNull(6),
                SchemaChecksum = reader.TextOrNull(7),
                SchemaPending = reader.TextOrNull(8),
                CreatedAt = reader.GetFieldValue<DateTimeOffset>(9),
                UpdatedAt = reader.GetFieldValue<DateTimeOffset>(10),
            }
            : null;
}
