namespace Todo.Tenancy.Catalog;

/// <summary>Where a tenant is in its life. Stored as lower-case text in <c>tenants.status</c>.</summary>
public enum TenantStatus
{
    /// <summary>Its schema is being made; nobody can reach it yet.</summary>
    Provisioning,

    /// <summary>Served and migrated.</summary>
    Active,

    /// <summary>Refused to its people (403), still migrated, so that resuming it is instant.</summary>
    Suspended,

    /// <summary>Refused and not migrated; recoverable until it is purged.</summary>
    Deleted,

    /// <summary>Provisioning ended in an error.</summary>
    Failed,
}
