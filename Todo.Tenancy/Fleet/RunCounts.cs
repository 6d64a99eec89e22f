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
}
