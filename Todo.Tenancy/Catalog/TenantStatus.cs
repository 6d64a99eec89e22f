using System.Text.Json.Serialization;

namespace Todo.Tenancy.Catalog;

/// <summary>Where a tenant is in its life. Lower-case text in <c>tenants.status</c> and in JSON.</summary>
public enum TenantStatus
{
    /// <summary>Its schema is being made; nobody can reach it yet.</summary>
    [JsonStringEnumMemberName("provisioning")]
    Provisioning,

    /// <summary>Served and migrated.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>Refused to its people (403), still migrated, so that resuming it is instant.</summary>
    [JsonStringEnumMemberName("suspended")]
    Suspended,

    /// <summary>Refused and not migrated; recoverable until it is purged.</summary>
    [JsonStringEnumMemberName("deleted")]
    Deleted,

    /// <summary>Provisioning ended in an error.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>A schema made in advance, at head and without a name, for the next tenant that is created.</summary>
    [JsonStringEnumMemberName("pooled")]
    Pooled,

    /// <summary>Its tables are being dropped; there is no way back.</summary>
    [JsonStringEnumMemberName("purging")]
    Purging,
}
