namespace Todo.Tenancy.Provisioning;

/// <summary>Another session has the tenant: it is being migrated or changed, or a request holds a lock on its tables.</summary>
public sealed class TenantBusyException(string slug, Exception? inner = null)
    : Exception($"Tenant '{slug}' is in use: another session is migrating or changing it. Try again in a moment.", inner)
{
    /// <summary>The tenant's slug.</summary>
    public string Slug { get; } = slug;
}
