using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Catalog;

/// <summary>One row of the catalog: a company whose tables live in a schema of their own.</summary>
public sealed class Tenant
{
    /// <summary>UUID version 7 (RFC 9562), so that catalog order is the order of creation.</summary>
    public required Guid Id { get; init; }

    /// <summary>The unique name in the <c>tenant</c> header; see <see cref="TenantSlug"/>.</summary>
    public required string Slug { get; set; }

    /// <summary>The name people read, 1 to 200 characters.</summary>
    public required string Name { get; set; }

    /// <summary>The schema's name; always <see cref="TenantSchema.Name"/> of <see cref="Id"/>, and never changed.</summary>
    public required string Schema { get; init; }

    /// <summary>A host name that is this tenant's own, or null.</summary>
    public string? Host { get; set; }

    /// <summary>Where the tenant is in its life.</summary>
    public required TenantStatus Status { get; set; }

    /// <summary>
    /// The ledger: id of the newest migration in the schema. Written in the transaction that changes the schema's own history,
    /// which stays the truth. Null while no migration was applied.
    /// </summary>
    public string? SchemaVersion { get; set; }

    /// <summary>The checksum of the line up to <see cref="SchemaVersion"/>; see <c>MigrationStep.LineChecksum</c>.</summary>
    public string? SchemaChecksum { get; set; }

    /// <summary>
    /// A migration that runs outside of a transaction and has begun here, up or down; null otherwise. Its index may be there, missing or
    /// invalid; the next migration of this tenant sorts that out first.
    /// </summary>
    public string? SchemaPending { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC; changed by every write to the row.</summary>
    public DateTimeOffset UpdatedAt { get; set; }
}
