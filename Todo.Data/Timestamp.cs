namespace Todo.Data;

/// <summary>Times as PostgreSQL keeps them.</summary>
public static class Timestamp
{
    /// <summary>Now, UTC, cut to the microseconds that <c>timestamptz</c> holds, so that what was written equals what is read.</summary>
    public static DateTimeOffset GetTimestamptz(this TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var now = clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
