using Todo.Tenancy.Catalog;

namespace Todo.Tenancy.Fleet;

/// <summary>There is no run with this id.</summary>
public sealed class RunNotFoundException(Guid id) : Exception($"There is no migration run {id}. List the runs to see which there are.");

/// <summary>Another run is open, and there is one at a time. Nothing was started.</summary>
public sealed class RunOpenException(MigrationRun open)
    : Exception($"Run {open.Id} ({EnumText.Of(open.Kind)} to {open.Target}, started by {open.StartedBy}) is {EnumText.Of(open.State)}. Wait for it, resume it or cancel it first.")
{
    /// <summary>The run that is open.</summary>
    public MigrationRun Open { get; } = open;
}

/// <summary>The run is in a state that does not allow what was asked for. Nothing was changed.</summary>
public sealed class RunStateException(MigrationRun run, string wanted)
    : Exception($"Run {run.Id} is {EnumText.Of(run.State)}, so it can't be {wanted}.")
{
    /// <summary>The run as it is.</summary>
    public MigrationRun Run { get; } = run;
}

/// <summary>A rollback would destroy data, and nobody has confirmed that with the run's id. The run is planned, not started.</summary>
public sealed class DataLossException(MigrationRun run, FleetPlan plan) : Exception(Explain(run, plan))
{
    /// <summary>The run, which waits as <see cref="RunState.Planned"/>.</summary>
    public MigrationRun Run { get; } = run;

    /// <summary>The plan, with the statements that destroy data.</summary>
    public FleetPlan Plan { get; } = plan;

    private static string Explain(MigrationRun run, FleetPlan plan) =>
        $"It would destroy data of {plan.Tenants.Count} tenants: {string.Join("; ", plan.DataLoss.Select(loss => $"{loss.Sql} ({loss.Migration})"))}. "
        + $"If that is meant, confirm it with the id {run.RollsBack ?? run.Id}.";
}

/// <summary>The run was planned by a build that would do something else. Nothing was changed.</summary>
public sealed class ForeignRunException(Guid id)
    : Exception($"Run {id} was planned with other migrations than this build has. Go on with the build that planned it, or cancel it and start another.");
