using System.Text.Json.Serialization;

namespace Todo.Tenancy.Inspection;

/// <summary>What the ledger and the histories were found to say.</summary>
/// <param name="Checked">How many tenants were looked at.</param>
/// <param name="Findings">Every difference, in the order of the tenants' creation; schemas without a tenant last.</param>
public sealed record VerifyReport(int Checked, IReadOnlyList<VerifyFinding> Findings)
{
    /// <summary>Whether everything agrees.</summary>
    public bool IsClean => Findings.Count == 0;

    /// <summary>The tenants whose ledger is wrong, each once: <see cref="FleetVerifier.RepairLedgersAsync"/> sets it from their history.</summary>
    public IReadOnlyList<string> WrongLedgers => [.. Findings.Where(finding => finding.IsOfLedger).Select(finding => finding.Tenant!).Distinct()];
}

/// <summary>One thing that is not as it should be.</summary>
/// <param name="Tenant">The tenant's slug; null for a schema that belongs to none.</param>
/// <param name="Schema">The schema.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="Message">What was found and what to do about it, for a person.</param>
public sealed record VerifyFinding(string? Tenant, string Schema, VerifyFindingKind Kind, string Message)
{
    /// <summary>Whether it is the ledger that is wrong, which can be set from the history.</summary>
    public bool IsOfLedger { get; init; }
}

/// <summary>What can be wrong with a tenant's record of its version. Snake-case text in JSON.</summary>
public enum VerifyFindingKind
{
    /// <summary>The catalog has the tenant, and the database has no such schema.</summary>
    [JsonStringEnumMemberName("schema_missing")]
    SchemaMissing,

    /// <summary>The schema has no <c>__EFMigrationsHistory</c>.</summary>
    [JsonStringEnumMemberName("history_missing")]
    HistoryMissing,

    /// <summary>The ledger and the newest migration of the history are not the same.</summary>
    [JsonStringEnumMemberName("ledger_differs")]
    LedgerDiffers,

    /// <summary>A migration of this build's line is missing before the newest one in the history.</summary>
    [JsonStringEnumMemberName("history_gap")]
    HistoryGap,

    /// <summary>The history names a migration that this build does not have.</summary>
    [JsonStringEnumMemberName("unknown_migration")]
    UnknownMigration,

    /// <summary>A migration was changed after it had been applied: the ledger has another checksum than this build at that version.</summary>
    [JsonStringEnumMemberName("checksum_differs")]
    ChecksumDiffers,

    /// <summary>A migration that runs outside of a transaction has begun and not ended.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>A schema is named like a tenant's, and the catalog has no such tenant.</summary>
    [JsonStringEnumMemberName("orphan_schema")]
    OrphanSchema,
}
