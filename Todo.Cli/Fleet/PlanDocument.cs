using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;

namespace Todo.Cli.Fleet;

/// <summary>One migration of a way.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Checksum">SHA-256 over its own statements.</param>
/// <param name="Destructive">Those statements after which data is gone.</param>
/// <param name="Sql">What is sent, in order; null if that was not asked for.</param>
/// <param name="Concurrent">What is sent instead where the table is large, outside of a transaction; null if there is no such form.</param>
internal sealed record PlannedMigration(string Id, string Checksum, IReadOnlyList<string> Destructive, IReadOnlyList<string>? Sql, string? Concurrent);

/// <summary>Tenants that go the same way.</summary>
internal sealed record PlannedWay(string? From, string? To, int Tenants, string Checksum, IReadOnlyList<PlannedMigration> Migrations);

/// <summary>A plan as it is printed.</summary>
internal sealed record PlanDocument(
    RunKind Kind,
    string Target,
    string Checksum,
    string? NewTenantVersion,
    Guid? RollsBack,
    int Current,
    int Passed,
    bool IsDestructive,
    IReadOnlyList<PlannedWay> Ways,
    IReadOnlyList<PlannedTenant> Tenants,
    IReadOnlyList<BlockedTenant> Blocked)
{
    public static PlanDocument Of(FleetPlan plan, bool withSql) => new(
        plan.Kind,
        plan.Target,
        plan.Checksum,
        plan.NewTenantVersion,
        plan.RollsBack,
        plan.Current,
        plan.Passed,
        plan.DataLoss.Count > 0,
        [.. plan.Paths.Select(path => Way(path, plan, withSql))],
        plan.Tenants,
        plan.Blocked);

    /// <summary>The plan for people.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"{(Kind == RunKind.Apply ? "Apply to" : "Roll back to")} {Target}: {Output.Count(Tenants.Count, "tenant")} to move, {Current} there already, {Passed} past it, {Blocked.Count} blocked";
        foreach (var way in Ways)
        {
            yield return "";
            yield return $"{Output.Version(way.From)} → {Output.Version(way.To)}: {Output.Count(way.Tenants, "tenant")}";
            foreach (var line in way.Migrations.SelectMany(Describe))
            {
                yield return line;
            }
        }

        if (Blocked.Count > 0)
        {
            yield return "";
            foreach (var tenant in Blocked)
            {
                yield return $"Blocked: {tenant.Slug} at {Output.Version(tenant.Version)}: {tenant.Reason}";
            }
        }
    }

    private IEnumerable<string> Describe(PlannedMigration migration)
    {
        yield return $"  {(Kind == RunKind.Apply ? "apply" : "undo")} {migration.Id}  sha256 {migration.Checksum}";
        foreach (var statement in migration.Destructive)
        {
            yield return $"  ! destroys data: {statement}";
        }

        foreach (var line in migration.Sql?.SelectMany(statement => $"{statement};".Split('\n')) ?? [])
        {
            yield return $"    {line}";
        }

        if (migration is { Sql: not null, Concurrent: { } concurrent })
        {
            yield return $"    -- where the table is large, outside of a transaction: {concurrent};";
        }
    }

    private static PlannedWay Way(MigrationPath path, FleetPlan plan, bool withSql) => new(
        path.From,
        path.To,
        plan.Tenants.Count(tenant => tenant.From == path.From && tenant.To == path.To),
        path.Checksum,
        [.. path.Steps.Select(step => new PlannedMigration(
            step.Id,
            step.Checksum,
            path.ScriptOf(step).DataLoss,
            withSql ? [.. path.Statements.Where(statement => statement.Migration == step.Id).Select(statement => statement.Sql)] : null,
            path.ScriptOf(step).Concurrent?.Sql))]);
}
