using Todo.Tenancy.Catalog;

namespace Todo.Tenancy.Provisioning;

/// <summary>The tenant's status does not allow what was asked for. Nothing was changed.</summary>
/// <param name="slug">The tenant's slug.</param>
/// <param name="status">Where the tenant is.</param>
/// <param name="wanted">Where it would have to be.</param>
/// <param name="action">What was asked for, as in "can be purged".</param>
public sealed class TenantStateException(string slug, TenantStatus status, IReadOnlyList<TenantStatus> wanted, string action)
    : Exception($"Tenant '{slug}' is {EnumText.Of(status)}: only one that is {Words(wanted)} can be {action}.{Advice(status, wanted, action)}")
{
    /// <summary>The tenant's slug.</summary>
    public string Slug { get; } = slug;

    /// <summary>Where the tenant is.</summary>
    public TenantStatus Status { get; } = status;

    /// <summary>Where it would have to be.</summary>
    public IReadOnlyList<TenantStatus> Wanted { get; } = wanted;

    private static string Words(IReadOnlyList<TenantStatus> wanted) => string.Join(" or ", wanted.Select(EnumText.Of));

    private static string Advice(TenantStatus status, IReadOnlyList<TenantStatus> wanted, string action) => status switch
    {
        TenantStatus.Active or TenantStatus.Suspended when wanted.Contains(TenantStatus.Purging) => " Delete it first.",
        TenantStatus.Deleted when action != EnumText.Of(status) => " Restore it first.",
        TenantStatus.Purging => " There is no way back: purge it again until it is gone.",
        TenantStatus.Failed => " Purge it and make it anew.",
        TenantStatus.Provisioning => " Wait until it is made.",
        TenantStatus.Pooled => " It is no tenant yet: its schema waits for one in the pool.",
        _ => "",
    };
}
