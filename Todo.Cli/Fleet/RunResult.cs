using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Fleet;

/// <summary>What came of a run, or of finding that there was nothing to do.</summary>
/// <param name="Run">The run; null if there was nothing to do.</param>
/// <param name="Counts">Its tenants by state.</param>
/// <param name="Moved">The tenants that this process has moved.</param>
/// <param name="Current">Tenants that needed nothing.</param>
/// <param name="Failures">Tenants that are not where they should be.</param>
/// <param name="Plan">What was planned; null if the run was planned before.</param>
internal sealed record RunResult(MigrationRun? Run, RunCounts? Counts, int Moved, int Current, IReadOnlyList<TenantFailure> Failures, PlanDocument? Plan)
{
    public static RunResult Of(RunReport report, PlanDocument? plan) => new(
        report.Run, report.Counts, report.Moved, (plan?.Current ?? 0) + report.Counts.Skipped, [.. report.Failures, .. Unrecorded(plan)], plan);

    public static RunResult Of(FleetOutcome outcome, PlanDocument plan) => new(outcome.Run, null, outcome.Applied, outcome.Current, outcome.Failures, plan);

    public static RunResult OfNothing(PlanDocument plan) => new(null, null, 0, plan.Current, [.. plan.Blocked.Select(Failure)], plan);

    private bool IsComplete => Failures.Count == 0 && Run is null or { State: RunState.Completed };

    /// <summary>Prints it; the exit code.</summary>
    public async Task<int> AnswerAsync(Invocation invocation)
    {
        await invocation.Output.AnswerAsync(this, result => result.Lines());
        return IsComplete ? ExitCode.Success : ExitCode.Partial;
    }

    private IEnumerable<string> Lines()
    {
        foreach (var failure in Failures)
        {
            yield return $"Failed: {failure.Tenant}{(failure.Migration is { } migration ? $" in {migration}" : "")}: {failure.Message}"
                + $"{(failure.SqlState is { } state ? $" ({state})" : "")}{(failure.Statement is { } statement ? $" Statement: {statement}" : "")}";
        }

        if (Run is not { } run)
        {
            yield return $"Nothing to do: {Output.Count(Current, "tenant")} there already, {Failures.Count} failed.";
            yield break;
        }

        yield return $"Run {run.Id} is {EnumText.Of(run.State)}: {Moved} moved here, {Counts?.Applied ?? Moved} moved in all, {Counts?.Skipped ?? 0} needed nothing, {Failures.Count} failed, {Counts?.Pending ?? 0} left.{(run.Reason is { } reason ? $" Reason: {reason}" : "")}";

        // What was blocked when the run was planned is not tried again by it.
        if (run.State == RunState.Paused || run.State == RunState.Failed && Failures.Any(failure => failure.SqlState is not null))
        {
            yield return $"Mend the cause, then go on with: todo runs resume {run.Id}";
        }
    }

    // There is no row in a run for a tenant that does not exist.
    private static IEnumerable<TenantFailure> Unrecorded(PlanDocument? plan) => plan?.Blocked.Where(tenant => tenant.Id == Guid.Empty).Select(Failure) ?? [];

    private static TenantFailure Failure(BlockedTenant tenant) => new(tenant.Slug, null, null, tenant.Reason, null);
}
