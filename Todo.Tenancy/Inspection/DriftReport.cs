namespace Todo.Tenancy.Inspection;

/// <summary>How far schemas that should be the same are.</summary>
/// <param name="Checked">How many tenants were looked at.</param>
/// <param name="Versions">One for each version that the ledger has, oldest first.</param>
public sealed record DriftReport(int Checked, IReadOnlyList<VersionDrift> Versions)
{
    /// <summary>Whether all tenants at one version are the same, and as this build's migrations make them.</summary>
    public bool IsClean => Versions.All(version => version.Odd.Count == 0 && version.MajorityDifferences.Count == 0);
}

/// <summary>The tenants at one version.</summary>
/// <param name="Version">The newest migration according to the ledger; null is an empty schema.</param>
/// <param name="Fingerprint">The hash that most of them have; null if most have no schema at all.</param>
/// <param name="Count">How many have it.</param>
/// <param name="IsTie">Whether another group was as large. The one with the oldest tenant was then taken for the majority.</param>
/// <param name="MajorityDifferences">
/// How the majority differs from what this build's migrations make (see <see cref="SchemaFingerprint.DifferencesFrom"/>): they were edited
/// after they had been applied, or every tenant was changed by hand. Empty if it does not, or this build does not know the version.
/// </param>
/// <param name="Odd">The others, oldest first.</param>
public sealed record VersionDrift(
    string? Version, string? Fingerprint, int Count, bool IsTie, IReadOnlyList<string> MajorityDifferences, IReadOnlyList<TenantDrift> Odd);

/// <summary>A tenant that is not like most at its version.</summary>
/// <param name="Tenant">The tenant's slug.</param>
/// <param name="Schema">The schema.</param>
/// <param name="Fingerprint">The schema's hash; null if it has no objects or does not exist.</param>
/// <param name="Differences">How it differs from the majority; see <see cref="SchemaFingerprint.DifferencesFrom"/>.</param>
public sealed record TenantDrift(string Tenant, string Schema, string? Fingerprint, IReadOnlyList<string> Differences);
