namespace Todo.Tenancy.Provisioning;

/// <summary>Something outside of a tenant's schema was built on its tables and would go with them. Nothing was changed.</summary>
public sealed class SchemaInUseException(string slug, IReadOnlyList<string> users)
    : Exception($"Tenant '{slug}' can't be purged: {string.Join(", ", users)}, outside of its schema, depend on its tables. Drop them, or what ties them, first.")
{
    /// <summary>The tenant's slug.</summary>
    public string Slug { get; } = slug;

    /// <summary>The tables and views that depend on the tenant's.</summary>
    public IReadOnlyList<string> Users { get; } = users;
}
