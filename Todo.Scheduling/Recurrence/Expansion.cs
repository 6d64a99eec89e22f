namespace Todo.Scheduling.Recurrence;

/// <summary>Why an expansion has no more occurrences than it has.</summary>
public enum ExpansionEnd
{
    /// <summary>There is none left in the window.</summary>
    Complete,

    /// <summary>There may be more: <see cref="SearchLimits.Occurrences"/> was reached.</summary>
    TooMany,

    /// <summary>There may be more: <see cref="SearchLimits.Steps"/> was reached.</summary>
    GaveUp,
}

/// <summary>The occurrences of a series in a window.</summary>
/// <param name="Occurrences">Ascending by instant.</param>
/// <param name="End">Whether they are all.</param>
/// <param name="Warning">A sentence for a person when they are not all; otherwise null.</param>
/// <param name="Steps">How much of <see cref="SearchLimits.Steps"/> it took, for whoever looks into many series.</param>
public sealed record Expansion(IReadOnlyList<Occurrence> Occurrences, ExpansionEnd End, string? Warning, int Steps = 0);

/// <summary>The answer to "when next?".</summary>
/// <param name="Occurrence">The next occurrence; null when there is none.</param>
/// <param name="Warning">When there is none because the search gave up: a sentence for a person.</param>
public readonly record struct NextOccurrence(Occurrence? Occurrence, string? Warning);
