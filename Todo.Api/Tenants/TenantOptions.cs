namespace Todo.Api.Tenants;

/// <summary>The configuration section <c>Tenants</c>.</summary>
public sealed class TenantOptions
{
    /// <summary>Its name.</summary>
    public const string Section = "Tenants";

    /// <summary>The oldest schema version that is served; null: as old as the build can.</summary>
    public string? LowestServedVersion { get; init; }

    /// <summary>The newest schema version that is served; null: the build's newest.</summary>
    public string? HighestServedVersion { get; init; }

    /// <summary>How often the catalog is asked which tenants have changed.</summary>
    public TimeSpan ChangeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many schemas are kept ready for new tenants; 0: none.</summary>
    public int PoolSize { get; init; }

    /// <summary>How many people may have an account in a tenant, those who wait for approval included, where the company has no limit of its own.</summary>
    public int AccountLimit { get; init; } = 100;
}
