namespace Todo.Tenancy.Fleet;

/// <summary>How many of a run's tenants are in which state.</summary>
/// <param name="Pending">Not done yet; those that wait for a second try included.</param>
/// <param name="Applied">Moved.</param>
/// <param name="Failed">Left as they were.</param>
/// <param name="Skipped">Nothing to do when their turn came.</param>
/// <param name="RolledBack">Moved, and brought back by a later run.</param>
public readonly record struct RunCounts(int Pending, int Applied, int Failed, int Skipped, int RolledBack)
{
    /// <summary>All of them.</summary>
    public int Total => Pending + Applied + Failed + Skipped + RolledBack;

    /// <summary>Those that need nothing more.</summary>
    public int Done => Total - Pending;

    /// <summary>Both together.</summary>
    public static RunCounts operator +(RunCounts left, RunCounts right) => new(
        left.Pending + right.Pending, left.Applied + right.Applied, left.Failed + right.Failed, left.Skipped + right.Skipped, left.RolledBack + right.RolledBack);

    /// <summary>Both together.</summary>
    public static RunCounts Add(RunCounts left, RunCounts right) => left + right;
}

/// <summary>How far one wave of a run is.</summary>
/// <param name="Wave">From 0.</param>
/// <param name="Counts">Its tenants by state.</param>
public readonly record struct WaveCounts(int Wave, RunCounts Counts);
