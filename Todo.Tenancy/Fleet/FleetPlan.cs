using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Fleet;

/// <summary>One tenant that a plan would move.</summary>
/// <param name="Id">The tenant.</param>
/// <param name="Slug">Its slug.</param>
/// <param name="From">The version it has; null: an empty schema.</param>
/// <param name="To">The version it is to have.</param>
public sealed record PlannedTenant(Guid Id, string Slug, string? From, string? To);

/// <summary>One tenant that a plan would have to move and can't. A run leaves it alone and reports it as failed.</summary>
/// <param name="Id">The tenant; empty if there is none with this slug.</param>
/// <param name="Slug">Its slug.</param>
/// <param name="Version">The version it has.</param>
/// <param name="Reason">Why, and what to do.</param>
public sealed record BlockedTenant(Guid Id, string Slug, string? Version, string Reason);

/// <summary>What would happen, tenant by tenant, with the exact SQL. Making a plan changes nothing.</summary>
public sealed record FleetPlan
{
    /// <summary>Up or down.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>The target as it was asked for.</summary>
    public required string Target { get; init; }

    /// <summary>Who would be moved, in the order of the run.</summary>
    public required IReadOnlyList<PlannedTenant> Tenants { get; init; }

    /// <summary>Who would have to be moved and can't be.</summary>
    public required IReadOnlyList<BlockedTenant> Blocked { get; init; }

    /// <summary>How many are at the target already.</summary>
    public required int Current { get; init; }

    /// <summary>How many are past the target, in the direction that this kind of run does not take.</summary>
    public required int Passed { get; init; }

    /// <summary>Every way that a tenant of the plan takes, with its SQL.</summary>
    public required IReadOnlyList<MigrationPath> Paths { get; init; }

    /// <summary>What new tenants are to get when the run has ended; null: no change.</summary>
    public string? NewTenantVersion { get; init; }

    /// <summary>The run that this plan undoes.</summary>
    public Guid? RollsBack { get; init; }

    /// <summary>SHA-256 over all ways: what a build must do to go on with the run.</summary>
    public string Checksum => ChecksumOf(Paths);

    /// <summary>The statements after which data is gone, each once.</summary>
    public IReadOnlyList<PathStatement> DataLoss => [.. Paths.SelectMany(path => path.DataLoss).Distinct()];

    internal static string ChecksumOf(IEnumerable<MigrationPath> paths) => MigrationLine.Hash(
        string.Join('\n', paths.Select(path => $"{path.From}>{path.To}:{path.Checksum}").Order(StringComparer.Ordinal)));
}
