using NodaTime;

namespace Todo.Scheduling.Recurrence;

/// <summary>One occurrence of a series.</summary>
/// <param name="Original">Where the rule puts it, in the time of the series: its RECURRENCE-ID, by which a single occurrence is edited, moved or left out.</param>
/// <param name="Start">When it starts, in the time of the series: differs from <paramref name="Original"/> when it was moved, or when the clocks skip that time.</param>
/// <param name="Instant">The same as <paramref name="Start"/>, as a point in time.</param>
public readonly record struct Occurrence(LocalDateTime Original, LocalDateTime Start, Instant Instant);
