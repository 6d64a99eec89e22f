namespace Todo.Tenancy.Inspection;

/// <summary>What <see cref="FleetVerifier.RepairLedgerAsync"/> did.</summary>
/// <param name="Tenant">The tenant's slug.</param>
/// <param name="From">What the ledger said before; null is an empty schema.</param>
/// <param name="To">What the history says, and the ledger now too; null is an empty schema.</param>
/// <param name="IsChanged">Whether anything was written.</param>
public sealed record LedgerRepair(string Tenant, string? From, string? To, bool IsChanged);

/// <summary>The ledger can't be set from the history; nothing was changed.</summary>
public sealed class LedgerRepairException(string tenant, string reason) : Exception($"The ledger of {tenant} was left as it is. {reason}")
{
    /// <summary>The tenant's slug.</summary>
    public string Tenant { get; } = tenant;
}
