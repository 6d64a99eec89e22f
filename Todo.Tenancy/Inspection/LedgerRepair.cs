namespace Todo.Tenancy.Inspection;

/// <summary>What <see cref="FleetVerifier.RepairLedgerAsync"/> did.</summary>
/// <param name="Tenant">The tenant's slug.</param>
/// <param name="From">What the ledger said before; null is an empty schema.</param>
/// <param name="To">What the history says, and the ledger now too; null is an empty schema.</param>
/// <param name="IsChanged">Whether anything was written.</param>
public sealed record LedgerRepair(string Tenant, string? From, string? To, bool IsChanged);

/// <summary>A ledger that was left as it is.</summary>
/// <param name="Tenant">The tenant's slug.</param>
/// <param name="Message">Why, and what to do, for a person.</param>
public sealed record LedgerRefusal(string Tenant, string Message);

/// <summary>What <see cref="FleetVerifier.RepairLedgersAsync"/> did.</summary>
/// <param name="Checked">How many tenants had been looked at.</param>
/// <param name="Repairs">The ledgers that were set, oldest tenant first.</param>
/// <param name="Refusals">The ledgers that could not be.</param>
/// <param name="Remaining">What a ledger has no part in, or has right: it is for people to mend, as each finding says.</param>
public sealed record LedgerRepairReport(int Checked, IReadOnlyList<LedgerRepair> Repairs, IReadOnlyList<LedgerRefusal> Refusals, IReadOnlyList<VerifyFinding> Remaining)
{
    /// <summary>Whether everything agrees now.</summary>
    public bool IsClean => Refusals.Count == 0 && Remaining.Count == 0;
}

/// <summary>The ledger can't be set from the history; nothing was changed.</summary>
public sealed class LedgerRepairException(string tenant, string reason) : Exception($"The ledger of {tenant} was left as it is. {reason}")
{
    /// <summary>The tenant's slug.</summary>
    public string Tenant { get; } = tenant;
}
