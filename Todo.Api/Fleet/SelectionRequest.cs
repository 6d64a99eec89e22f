using Todo.Api.Errors;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;

namespace Todo.Api.Fleet;

/// <summary>Whom a request is about. The conditions are combined; without any it is about all tenants.</summary>
public record SelectionRequest
{
    /// <summary>Only the tenants with these slugs.</summary>
    public IReadOnlyList<string>? Tenants { get; init; }

    /// <summary>Only tenants with one of these statuses.</summary>
    public IReadOnlyList<TenantStatus>? Statuses { get; init; }

    /// <summary>Only tenants at this version.</summary>
    public string? Version { get; init; }

    /// <summary>Only the first so many.</summary>
    public int? First { get; init; }

    /// <summary>Only the first so many percent.</summary>
    public double? Percent { get; init; }

    /// <summary>The order, which says who is first.</summary>
    public TenantOrder Order { get; init; }

    /// <exception cref="RequestRuleException">It breaks a rule.</exception>
    internal TenantSelection Among(IReadOnlyList<TenantStatus> possible) => RequestRuleException.Read(() =>
    {
        _ = Enum.IsDefined(Order) ? 0 : throw new ArgumentException("There is no such order.");
        var selection = new TenantSelection { Slugs = Tenants, Statuses = Statuses, Version = Version, First = First, Percent = Percent, Order = Order };
        selection.Validate(possible);
        return selection;
    });
}
