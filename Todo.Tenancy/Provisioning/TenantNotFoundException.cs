namespace Todo.Tenancy.Provisioning;

/// <summary>There is no tenant with this slug.</summary>
public sealed class TenantNotFoundException(string slug) : Exception($"There is no tenant '{slug}'.")
{
    /// <summary>The slug that was asked for.</summary>
    public string Slug { get; } = slug;
}
