using NodaTime;
using Todo.Scheduling.Recurrence;

namespace Todo.Scheduling.QuickAdd;

/// <summary>What a part of the line was understood as.</summary>
public enum QuickAddKind
{
    List,
    Tag,
    Person,
    Priority,
    Estimate,
    Due,
    Repeat,
}

/// <summary>A part of the line that was understood and is not in the title.</summary>
/// <param name="Kind">As what.</param>
/// <param name="Start">Its first character in the line, counted from 0 in UTF-16 code units, as strings are in JavaScript.</param>
/// <param name="Length">Its length in the same unit; at least 1.</param>
/// <param name="Name">The name behind the mark of a list, a tag or a person; null for other parts.</param>
public readonly record struct QuickAddPart(QuickAddKind Kind, int Start, int Length, string? Name = null);

/// <summary>When it is due.</summary>
/// <param name="Date">The day in the zone of whoever wrote the line.</param>
/// <param name="Time">The time of that day; null for the whole day.</param>
public readonly record struct QuickAddDue(LocalDate Date, LocalTime? Time);

/// <summary>A line of text as it was understood.</summary>
public sealed record QuickAddResult
{
    /// <summary>
    /// The line without what was understood. When that would leave nothing, the whole line; empty only for a blank line. Not shortened and not cleaned of
    /// control characters.
    /// </summary>
    public required string Title { get; init; }

    /// <summary>When it is due; for a rule, when it is first due.</summary>
    public QuickAddDue? Due { get; init; }

    /// <summary>How it repeats by the calendar.</summary>
    public RecurrenceRule? Rule { get; init; }

    /// <summary>How it repeats after it was done. Never together with <see cref="Rule"/>.</summary>
    public AfterCompletion? AfterDone { get; init; }

    /// <summary>The name after <c>#</c>.</summary>
    public string? List { get; init; }

    /// <summary>The names after <c>+</c>, each once, in their order.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The names after <c>@</c>, each once, in their order; <c>me</c> is whoever wrote the line.</summary>
    public IReadOnlyList<string> People { get; init; } = [];

    /// <summary>1, the highest, to 4.</summary>
    public int? Priority { get; init; }

    /// <summary>How long it may take, in minutes: 1 to 60,000.</summary>
    public int? EstimateMinutes { get; init; }

    /// <summary>What was understood, ascending, not overlapping.</summary>
    public IReadOnlyList<QuickAddPart> Parts { get; init; } = [];
}
