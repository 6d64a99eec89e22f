using NodaTime;

namespace Todo.Scheduling.Calendars;

/// <summary>A date or a time as calendars know it (RFC 5545 §3.3.4 and §3.3.5).</summary>
/// <param name="Local">The date and time on the wall; midnight for a date.</param>
/// <param name="Zone">Where the wall is; null for a date and for a time that is the same everywhere ("floating").</param>
/// <param name="IsDate">Whether the whole day is meant.</param>
public readonly record struct CalendarTime(LocalDateTime Local, DateTimeZone? Zone, bool IsDate)
{
    /// <summary>A whole day.</summary>
    public static CalendarTime On(LocalDate date) => new(date.AtMidnight(), null, true);

    /// <summary>A time in a zone; fractions of a second are cut.</summary>
    public static CalendarTime At(LocalDateTime local, DateTimeZone zone) => new(local.With(TimeAdjusters.TruncateToSecond), zone, false);

    /// <summary>A time in UTC; fractions of a second are cut.</summary>
    public static CalendarTime At(Instant instant) => At(instant.InUtc().LocalDateTime, DateTimeZone.Utc);

    /// <summary>A time that is the same on every wall; fractions of a second are cut.</summary>
    public static CalendarTime Floating(LocalDateTime local) => new(local.With(TimeAdjusters.TruncateToSecond), null, false);

    /// <summary>The point in time: a day at its midnight, a time in a gap of the clocks behind it.</summary>
    /// <param name="viewer">The zone for what has none.</param>
    public Instant ToInstant(DateTimeZone viewer) =>
        IsDate ? viewer.AtStartOfDay(Local.Date).ToInstant() : (Zone ?? viewer).AtLeniently(Local).ToInstant();

    /// <summary>The same moment on the wall of another zone; a day stays that day.</summary>
    internal LocalDateTime In(DateTimeZone zone) => IsDate || Zone is null || Zone.Equals(zone) ? Local : ToInstant(zone).InZone(zone).LocalDateTime;
}
