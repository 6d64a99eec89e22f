using NodaTime;
using Todo.Api.Errors;
using Todo.Api.Settings;
using Todo.Api.Todos;

namespace Todo.Api.Calendar;

/// <summary>A time that somebody looks at: moments, and the same on the clocks of the zone in which they look, by which days are in it or not.</summary>
internal sealed record CalendarWindow(DateTimeOffset From, DateTimeOffset To, LocalDateTime LocalFrom, LocalDateTime LocalTo)
{
    /// <summary>The window from a day or moment to another one.</summary>
    /// <exception cref="RefusedException">400: it is none, or too long.</exception>
    public static CalendarWindow Of(DayOrTime from, DayOrTime to, string? timeZone)
    {
        var (zone, begins, ends) = (TimeZones.Find(timeZone), from.In(timeZone), to.In(timeZone));
        if (begins >= ends)
        {
            throw RefusedException.InvalidField("to", "It comes after from.");
        }

        if (ends - begins > TimeSpan.FromDays(CalendarReading.MaxDays) + TimeSpan.FromHours(2))
        {
            throw RefusedException.InvalidField("to", $"A window is {CalendarReading.MaxDays} days long at most. Ask for one after the other.");
        }

        return new CalendarWindow(begins, ends, Instant.FromDateTimeOffset(begins).InZone(zone).LocalDateTime, Instant.FromDateTimeOffset(ends).InZone(zone).LocalDateTime);
    }

    /// <summary>Whether something is in it, at least in part. A day is a day wherever one looks from.</summary>
    public bool Has(DayOrTime? start, DayOrTime? due, string? timeZone)
    {
        var (first, last) = ((start ?? due)!.Value, (due ?? start)!.Value);
        if (!first.IsDay)
        {
            return last.In(timeZone) >= From && first.In(timeZone) < To;
        }

        var (firstDay, lastDay) = (DayOf(first), DayOf(last));
        return lastDay.PlusDays(1).AtMidnight() > LocalFrom && firstDay.AtMidnight() < LocalTo;
    }

    // As it was said, in whichever zone that was.
    private static LocalDate DayOf(DayOrTime day) => LocalDate.FromDateTime(day.In(null).UtcDateTime);
}
