using Todo.Api.Errors;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;

namespace Todo.Api.Fleet;

/// <summary>What is to be planned: whom, and where to.</summary>
public record PlanRequest : SelectionRequest
{
    /// <summary>Up or down.</summary>
    public RunKind Kind { get; init; }

    /// <summary><c>head</c>, a number of steps such as <c>+1</c> or <c>-2</c>, a migration's id, or its name; head if absent and the kind is apply.</summary>
    public string? To { get; init; }

    /// <summary>For a rollback of exactly what one run changed: the run, instead of all of the above.</summary>
    public Guid? Run { get; init; }

    /// <exception cref="RequestRuleException">It breaks a rule.</exception>
    internal Task<FleetPlan> PlanAsync(FleetPlanner planner, CancellationToken cancellationToken)
    {
        var selection = Among(TenantSelection.Migratable);
        _ = Enum.IsDefined(Kind) ? 0 : throw new RequestRuleException("There is no such kind.");
        if (Run is { } run)
        {
            return (Kind, To, selection.IsWholeFleet) is (RunKind.Rollback, null, true)
                ? planner.PlanRollbackAsync(run, cancellationToken)
                : throw new RequestRuleException("'run' stands alone with the kind rollback: its tenants go back to where they were.");
        }

        var target = To ?? (Kind == RunKind.Apply ? "head" : throw new RequestRuleException("A rollback needs 'to', such as -1, or 'run'."));
        return planner.PlanAsync(Kind, selection, RequestRuleException.Read(() => MigrationTarget.Parse(target, planner.Line)), cancellationToken);
    }
}

/// <summary>What is to be planned and started, and how carefully.</summary>
public sealed record NewRun : PlanRequest
{
    /// <summary>How it spreads: shares that count from the beginning, such as <c>1,10%,100%</c>; all at once if absent.</summary>
    public string? Waves { get; init; }

    /// <summary>How many tenants may fail before it pauses: a number or a percentage; any number if absent. Of the first of several waves none may.</summary>
    public string? ErrorBudget { get; init; }

    /// <summary>Asked with GET between waves; anything but a 2xx pauses the run.</summary>
    public Uri? GateUrl { get; init; }

    /// <summary>Tenants at once, 1 to 64; of the connections of the API it takes at most half.</summary>
    public int? Parallelism { get; init; }

    /// <summary>How much of the time each of them works, above 0 and up to 1.</summary>
    public double? MaxLoad { get; init; }

    /// <summary>Where data will be lost: the id of the planned run, or of the run that is undone.</summary>
    public Guid? Confirm { get; init; }

    /// <exception cref="RequestRuleException">It breaks a rule.</exception>
    internal RunRequest Request(string executor, string startedBy) => RequestRuleException.Read(() =>
    {
        new RunExecution { Parallelism = Parallelism, MaxLoad = MaxLoad }.Validate();
        return new RunRequest(executor, startedBy)
        {
            Waves = Waves is null ? Todo.Tenancy.Fleet.Waves.One : Todo.Tenancy.Fleet.Waves.Parse(Waves),
            ErrorBudget = ErrorBudget is null ? null : Share.Parse(ErrorBudget),
            GateUrl = GateUrl is null or { IsAbsoluteUri: true, Scheme: "http" or "https" } ? GateUrl : throw new ArgumentException("'gateUrl' is an absolute address with http or https."),
            Parallelism = Parallelism,
            MaxLoad = MaxLoad,
            Confirmation = Confirm,
        };
    });
}

/// <summary>What would happen.</summary>
/// <param name="Kind">Up or down.</param>
/// <param name="Target">As it was asked for.</param>
/// <param name="Checksum">SHA-256 over all ways.</param>
/// <param name="Tenants">Who would be moved, in the order of the run.</param>
/// <param name="Blocked">Who would have to be and can't.</param>
/// <param name="Current">How many are there already.</param>
/// <param name="Passed">How many are past it, and stay.</param>
/// <param name="NewTenantVersion">What new tenants get afterwards; null: no change.</param>
/// <param name="RollsBack">The run that it undoes.</param>
/// <param name="Ways">The SQL.</param>
/// <param name="DataLoss">The statements after which data is gone.</param>
public sealed record PlanResponse(
    RunKind Kind,
    string Target,
    string Checksum,
    IReadOnlyList<PlannedTenant> Tenants,
    IReadOnlyList<BlockedTenant> Blocked,
    int Current,
    int Passed,
    string? NewTenantVersion,
    Guid? RollsBack,
    IReadOnlyList<WayResponse> Ways,
    IReadOnlyList<PathStatement> DataLoss)
{
    internal static PlanResponse Of(FleetPlan plan)
    {
        var counts = plan.Tenants.CountBy(tenant => (tenant.From, tenant.To)).ToDictionary();
        return new PlanResponse(
            plan.Kind,
            plan.Target,
            plan.Checksum,
            plan.Tenants,
            plan.Blocked,
            plan.Current,
            plan.Passed,
            plan.NewTenantVersion,
            plan.RollsBack,
            [.. plan.Paths.Select(path => WayResponse.Of(path, counts.GetValueOrDefault((path.From, path.To))))],
            plan.DataLoss);
    }
}

/// <summary>One way that tenants take.</summary>
/// <param name="From">Where it starts; null: an empty schema.</param>
/// <param name="To">Where it ends.</param>
/// <param name="Tenants">How many take it.</param>
/// <param name="Migrations">The migrations in the order in which they are applied or undone.</param>
/// <param name="Statements">The SQL of the one transaction that each tenant takes.</param>
public sealed record WayResponse(string? From, string? To, int Tenants, IReadOnlyList<MigrationResponse> Migrations, IReadOnlyList<PathStatement> Statements)
{
    internal static WayResponse Of(MigrationPath path, int tenants) => new(
        path.From, path.To, tenants, [.. path.Steps.Select(step => new MigrationResponse(step.Id, step.Checksum, path.ScriptOf(step).Concurrent is null ? null : path.ScriptOf(step).Statements[0]))], path.Statements);
}

/// <summary>One migration of a way.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Checksum">SHA-256 over its statements upwards.</param>
/// <param name="Concurrent">What stands in place of its statement where the table is too big to be locked; null: it has no such form.</param>
public sealed record MigrationResponse(string Id, string Checksum, string? Concurrent);

/// <summary>A run and how far it is.</summary>
/// <param name="Run">The run.</param>
/// <param name="Counts">Its tenants by state.</param>
/// <param name="Waves">The same for each wave.</param>
/// <param name="Failures">The first of its failed tenants; all of them are in its list of tenants.</param>
public sealed record RunResponse(MigrationRun Run, RunCounts Counts, IReadOnlyList<WaveCounts> Waves, IReadOnlyList<TenantFailure> Failures)
{
    private const int MaxFailures = 100;

    internal static async Task<RunResponse> ReadAsync(RunStore runs, Guid id, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(id, cancellationToken);
        var waves = await runs.CountWavesAsync(id, cancellationToken);
        var counts = waves.Aggregate(default(RunCounts), (all, wave) => all + wave.Counts);
        var failed = counts.Failed == 0 ? [] : await runs.TenantsAsync(id, RunTenantState.Failed, cancellationToken);
        return new RunResponse(run, counts, waves, [.. failed.Take(MaxFailures).Select(TenantFailure.Of)]);
    }

    internal bool IsSameAs(RunResponse other) =>
        (Run.State, Run.CurrentWave, Run.Reason, Counts, Failures.Count) == (other.Run.State, other.Run.CurrentWave, other.Run.Reason, other.Counts, other.Failures.Count);

    internal bool HasEnded => Run.State is not (RunState.Planned or RunState.Running or RunState.Paused);
}
