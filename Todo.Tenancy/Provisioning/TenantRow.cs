using Npgsql;
using Todo.Tenancy.Catalog;

namespace Todo.Tenancy.Provisioning;

/// <summary>Reads <c>public.tenants</c> as the engine's own statements return it.</summary>
internal static class TenantRow
{
    /// <summary>What <see cref="ReadAsync(NpgsqlDataReader, CancellationToken)"/> expects, in this order.</summary>
    public const string Columns = "id, slug, name, schema, host, status, schema_version, schema_checksum, schema_pending, created_at, updated_at";

    /// <summary>The status as the column has it.</summary>
#pragma warning disable CA1308 // The column's spelling, not a way to compare.
    public static string Text(TenantStatus status) => status.ToString().ToLowerInvariant();
#pragma warning restore CA1308

    /// <summary>The status that the column's text stands for.</summary>
    public static TenantStatus Status(string text) => Enum.Parse<TenantStatus>(text, ignoreCase: true);

    /// <summary>The reader's next row; null if there is none.</summary>
    public static async Task<Tenant?> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken) =>
        await reader.ReadAsync(cancellationToken)
            ? new Tenant
            {
                Id = reader.GetGuid(0),
                Slug = reader.GetString(1),
                Name = reader.GetString(2),
                Schema = reader.GetString(3),
                Host = reader.GetValue(4) as string,
                Status = Status(reader.GetString(5)),
                SchemaVersion = reader.GetValue(6) as string,
                SchemaChecksum = reader.GetValue(7) as string,
                SchemaPending = reader.GetValue(8) as string,
                CreatedAt = reader.GetFieldValue<DateTimeOffset>(9),
                UpdatedAt = reader.GetFieldValue<DateTimeOffset>(10),
            }
            : null;
}
