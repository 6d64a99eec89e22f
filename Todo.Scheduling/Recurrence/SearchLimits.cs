namespace Todo.Scheduling.Recurrence;

/// <summary>How much one look into a series may cost. A rule is written by a stranger: "every second", or the 30th of February.</summary>
/// <param name="Occurrences">How many occurrences are returned at most.</param>
/// <param name="Steps">
/// How many days, or hours, minutes and seconds for the shorter frequencies, are examined at most. The default searches a yearly rule for 540 years and
/// takes some tens of milliseconds at worst.
/// </param>
public sealed record SearchLimits(int Occurrences = 1_000, int Steps = 200_000)
{
    /// <summary>1,000 occurrences and 200,000 steps.</summary>
    public static SearchLimits Default { get; } = new();
}
