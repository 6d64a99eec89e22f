namespace Todo.Scheduling.Recurrence;

/// <summary>The period that a rule repeats by (RFC 5545 §3.3.10, FREQ), from the shortest to the longest.</summary>
public enum Frequency
{
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}
