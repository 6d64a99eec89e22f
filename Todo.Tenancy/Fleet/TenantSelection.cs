using Todo.Tenancy.Catalog;

namespace Todo.Tenancy.Fleet;

/// <summary>In which order tenants are taken, and so which ones are the canaries.</summary>
public enum TenantOrder
{
    /// <summary>Oldest tenant first.</summary>
    Created,

    /// <summary>By slug.</summary>
    Name,

    /// <summary>Smallest schema first, by PostgreSQL's own estimate.</summary>
    Size,

    /// <summary>As <see cref="TenantSelection.Slugs"/> lists them.</summary>
    Given,
}

/// <summary>
/// Which tenants a plan or an inspection is about. The conditions are combined; the default is every tenant that can be migrated, or inspected.
/// </summary>
public sealed record TenantSelection
{
    /// <summary>What can be migrated at all: served tenants, suspended ones (so that resuming them is instant) and pooled schemas.</summary>
    public static readonly IReadOnlyList<TenantStatus> Migratable = [TenantStatus.Active, TenantStatus.Suspended, TenantStatus.Pooled];

    /// <summary>What has a finished schema to look at: whatever can be migrated, and deleted tenants, which may be restored.</summary>
    public static readonly IReadOnlyList<TenantStatus> Inspectable = [.. Migratable, TenantStatus.Deleted];

    /// <summary>Everybody.</summary>
    public static readonly TenantSelection All = new();

    /// <summary>Only these; null: all.</summary>
    public IReadOnlyList<string>? Slugs { get; init; }

    /// <summary>Only tenants with one of these statuses, each one of <see cref="Migratable"/> or <see cref="Inspectable"/>; null: all of those.</summary>
    public IReadOnlyList<TenantStatus>? Statuses { get; init; }

    /// <summary>Only tenants at this version; null: any.</summary>
    public string? Version { get; init; }

    /// <summary>Only the first so many in <see cref="Order"/>, at least 1, counted before those that need nothing are left out.</summary>
    public int? First { get; init; }

    /// <summary>Only the first so many percent, above 0 and up to 100, rounded up; counted as <see cref="First"/>.</summary>
    public double? Percent { get; init; }

    /// <summary>The order.</summary>
    public TenantOrder Order { get; init; }

    /// <summary>Whether nobody is left out.</summary>
    public bool IsWholeFleet => this is { Slugs: null, Statuses: null, Version: null, First: null, Percent: null };

    /// <summary>How many of so many that meet the other conditions are chosen.</summary>
    internal int Of(int count) => First ?? (Percent is { } percent ? new Share(percent, IsPercent: true).Of(count) : count);

    /// <summary>Checks the ranges.</summary>
    /// <param name="possible">The statuses to choose among: <see cref="Migratable"/> or <see cref="Inspectable"/>.</param>
    /// <exception cref="ArgumentException">With the rule that is broken.</exception>
    public void Validate(IReadOnlyList<TenantStatus> possible)
    {
        _ = First is < 1 ? throw new ArgumentException("'first' is a number of tenants, at least 1.") : 0;
        _ = Percent is <= 0 or > 100 ? throw new ArgumentException("'percent' is above 0 and at most 100.") : 0;
        _ = First is not null && Percent is not null ? throw new ArgumentException("Give 'first' or 'percent', not both.") : 0;
        _ = Order == TenantOrder.Given && Slugs is null ? throw new ArgumentException("The given order needs a list of tenants.") : 0;
        if (Statuses?.Except(possible).ToArray() is [var wrong, ..])
        {
            throw new ArgumentException($"Tenants that are {EnumText.Of(wrong)} are left alone; choose among {string.Join(", ", possible.Select(EnumText.Of))}.");
        }
    }
}
