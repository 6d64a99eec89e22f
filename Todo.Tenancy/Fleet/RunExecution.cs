using System.Diagnostics;

namespace Todo.Tenancy.Fleet;

/// <summary>How one process works on a run. Several may work on the same one, each in its own way.</summary>
public sealed record RunExecution
{
    /// <summary>Tenants at once where nobody says how many.</summary>
    public const int StandardParallelism = 4;

    /// <summary>
    /// Tenants at once, 1 to 64; more than twice the server's cores gains nothing. Null: as the run says, else <see cref="StandardParallelism"/>,
    /// but at most half of this process's connections: the run's number was chosen for another, perhaps.
    /// </summary>
    public int? Parallelism { get; init; }

    /// <summary>
    /// How much of the time each of them works, above 0 and up to 1: with 0.25 a tenant that took 10 ms is followed by a pause of 30 ms.
    /// Null: as the run says, else 1.
    /// </summary>
    public double? MaxLoad { get; init; }

    /// <summary>How long a statement waits for a lock, during which everybody else queues behind it.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a tenant whose locks are not to be had is tried, at least 1; once more after all others.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The pause after the first of these attempts; it doubles each time, and varies by half.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Once it is cancelled no further tenant is taken: unlike the cancellation of the call, it lets those in hand be finished.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>
    /// How long others leave a tenant alone that is migrated step by step, renewed while that goes on. If its worker dies, it is as long before
    /// somebody else takes it up.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the gate has for its answer between two waves, more than nothing; without one the run pauses.</summary>
    public TimeSpan GateTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Told after every tenant, from several threads at once.</summary>
    public Action<RunProgress>? Progress { get; init; }

    /// <summary>The span of the request that this process works for; null: none. The run's trace points to it.</summary>
    public ActivityContext? Cause { get; init; }

    /// <summary>The same, at the run's pace where it names none of its own.</summary>
    /// <param name="run">The run.</param>
    /// <param name="connections">How many this process may open.</param>
    internal RunExecution For(MigrationRun run, int connections) => this with
    {
        Parallelism = Parallelism ?? Math.Min(run.Parallelism ?? StandardParallelism, Math.Max(1, connections / 2)),
        MaxLoad = MaxLoad ?? run.MaxLoad ?? 1,
    };

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">With the rule that is broken.</exception>
    public void Validate()
    {
        _ = Parallelism is < 1 or > 64 ? throw new ArgumentException("Parallelism is a number of tenants at once, 1 to 64.") : 0;
        _ = MaxLoad is not (null or > 0 and <= 1) ? throw new ArgumentException("The load is above 0 and at most 1.") : 0;
        _ = GateTimeout <= TimeSpan.Zero ? throw new ArgumentException("A gate has some time to answer in.") : 0;
        _ = Attempts < 1 ? throw new ArgumentException("A tenant is attempted at least once.") : 0;
    }
}

/// <summary>How far a run is, as the process that reports it knows: others may have done more meanwhile.</summary>
/// <param name="Run">The run.</param>
/// <param name="Counts">Its tenants by state.</param>
/// <param name="Wave">The wave, from 0.</param>
public sealed record RunProgress(Guid Run, RunCounts Counts, int Wave);

/// <summary>How a run stands when a process stops working on it.</summary>
/// <param name="Run">The run, with its state.</param>
/// <param name="Counts">Its tenants by state.</param>
/// <param name="Moved">The tenants that this process has moved; others may have moved the rest.</param>
/// <param name="Failures">Its failed tenants, in its order.</param>
public sealed record RunReport(MigrationRun Run, RunCounts Counts, int Moved, IReadOnlyList<TenantFailure> Failures)
{
    /// <summary>Whether every tenant is where the run wanted it.</summary>
    public bool IsComplete => Run.State == RunState.Completed;
}
