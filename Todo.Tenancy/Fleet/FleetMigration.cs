using Npgsql;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Fleet;

/// <summary>What bringing tenants to a version came to.</summary>
/// <param name="Applied">Tenants that were moved by whoever asks.</param>
/// <param name="Current">Tenants that were there already, or were brought there by somebody else meanwhile.</param>
/// <param name="Failures">Tenants that are not there, with the reason.</param>
/// <param name="Run">The run; null if nothing had to be done.</param>
public sealed record FleetOutcome(int Applied, int Current, IReadOnlyList<TenantFailure> Failures, MigrationRun? Run)
{
    /// <summary>Whether every tenant that was chosen is where it should be.</summary>
    public bool IsCurrent => Failures.Count == 0 && Run is null or { State: RunState.Completed };
}

/// <summary>Plans, starts or joins, and carries out, in one call: what a worker does at its start, and what one command does.</summary>
public sealed class FleetMigration(NpgsqlDataSource dataSource, FleetPlanner planner, RunStore runs, RunExecutor executor)
{
    /// <summary>The migrations of this build.</summary>
    public MigrationLine Line => planner.Line;

    /// <summary>Brings the chosen tenants up to a version, in a run of their own.</summary>
    /// <exception cref="RunOpenException">Another run is open.</exception>
    /// <exception cref="ArgumentException">The selection, target or execution breaks a rule.</exception>
    public async Task<FleetOutcome> ApplyAsync(
        TenantSelection selection, MigrationTarget target, RunRequest request, RunExecution execution, CancellationToken cancellationToken)
    {
        execution.Validate();
        var plan = await planner.PlanAsync(RunKind.Apply, selection, target, cancellationToken);
        if (plan.Tenants.Count == 0)
        {
            await RememberAsync(plan, cancellationToken);
            return Outcome(plan, null);
        }

        var run = await runs.StartAsync(plan, request, cancellationToken);
        return Outcome(plan, await executor.ExecuteAsync(run.Id, execution, cancellationToken));
    }

    /// <summary>
    /// Brings the whole fleet to head, as one of perhaps several workers that start at once: joins the open run that leads there, also one that
    /// was left behind or paused by its error budget, and replaces one that leads elsewhere.
    /// </summary>
    /// <exception cref="RunOpenException">A rollback is open, or a person has paused the run: it is for people to decide how to go on.</exception>
    public async Task<FleetOutcome> BringToHeadAsync(RunRequest request, RunExecution execution, CancellationToken cancellationToken)
    {
        var target = MigrationTarget.To(Line.Head.Id);
        var applied = 0;
        while (true)
        {
            if (await runs.FindOpenAsync(cancellationToken) is { } open)
            {
                if (await JoinAsync(open, target, execution, cancellationToken) is { } report)
                {
                    applied += report.Moved;
                    if (!report.IsComplete)
                    {
                        return new FleetOutcome(applied, report.Counts.Applied - report.Moved + report.Counts.Skipped, report.Failures, report.Run);
                    }
                }

                continue;
            }

            try
            {
                var outcome = await ApplyAsync(TenantSelection.All, target, request, execution, cancellationToken);
                return outcome with { Applied = outcome.Applied + applied, Current = outcome.Current - applied };
            }
            catch (RunOpenException)
            {
                // Another worker was quicker; join it.
            }
        }
    }

    // Null: it is out of the way.
    private async Task<RunReport?> JoinAsync(MigrationRun open, MigrationTarget target, RunExecution execution, CancellationToken cancellationToken)
    {
        if (open.Kind == RunKind.Rollback || open.IsPausedByPerson)
        {
            throw new RunOpenException(open);
        }

        try
        {
            if (open.Target == target.Text)
            {
                await runs.ResumeAsync(open.Id, confirmation: null, Line, cancellationToken);
                return await executor.ExecuteAsync(open.Id, execution, cancellationToken);
            }

            await runs.CancelAsync(open.Id, $"replaced by a run to {target.Text}", cancellationToken);
        }
        catch (ForeignRunException)
        {
            await runs.CancelAsync(open.Id, "replaced by a build with other migrations", cancellationToken);
        }
        catch (RunStateException)
        {
            // It has ended in this moment.
        }

        return null;
    }

    /// <summary>Of a plan that moves nobody because the fleet is current: from now on new tenants get the same.</summary>
    public async Task RememberAsync(FleetPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan is not { NewTenantVersion: { } version, Tenants.Count: 0, Blocked.Count: 0, Passed: 0 })
        {
            return;
        }

        await using var command = dataSource.CreateCommand("UPDATE public.fleet SET new_tenant_version = $1 WHERE new_tenant_version IS DISTINCT FROM $1");
        command.Parameters.Add(BatchStatements.Parameter(version));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static FleetOutcome Outcome(FleetPlan plan, RunReport? report)
    {
        var unrecorded = plan.Blocked.Where(tenant => report is null || tenant.Id == Guid.Empty).Select(tenant => new TenantFailure(tenant.Slug, null, null, tenant.Reason, null));
        return new FleetOutcome(
            report?.Moved ?? 0, plan.Current + (report is null ? 0 : report.Counts.Applied - report.Moved + report.Counts.Skipped), [.. report?.Failures ?? [], .. unrecorded], report?.Run);
    }
}
