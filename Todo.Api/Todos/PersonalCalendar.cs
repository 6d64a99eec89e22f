using Todo.Api.Errors;
using Todo.Api.Identity;

namespace Todo.Api.Todos;

/// <summary>Days and weeks as somebody lives them.</summary>
/// <param name="Zone">IANA.</param>
/// <param name="FirstDay">The day that a week begins with.</param>
public sealed record PersonalCalendar(string Zone, DayOfWeek FirstDay)
{
    /// <summary>The most days that are looked at in one call.</summary>
    public const int MaxDays = 366;

    // Well inside of what a time can hold.
    private const int FirstYear = 1900;
    private const int LastYear = 9000;

    /// <summary>Of whoever makes a request.</summary>
    public static PersonalCalendar Of(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return new PersonalCalendar(caller.Regional.TimeZone, caller.Regional.WeekStart);
    }

    /// <summary>The day that a moment is in.</summary>
    public DateOnly DayOf(DateTimeOffset time) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, TimeZoneInfo.FindSystemTimeZoneById(Zone)).DateTime);

    /// <summary>The moment at which a day begins.</summary>
    public DateTimeOffset BeginningOf(DateOnly day) => new DayOrTime(day).In(Zone);

    /// <summary>The day that the week of a day began with.</summary>
    public DateOnly WeekOf(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek - (int)FirstDay + 7) % 7));

    /// <summary>The days from one to another, which is the last; without them the last thirty.</summary>
    /// <exception cref="RefusedException">400: they are none, or too many.</exception>
    public IReadOnlyList<DateOnly> Days(DateOnly? from, DateOnly? to, DateTimeOffset now)
    {
        var last = to ?? DayOf(now);
        var first = from ?? last.AddDays(-29);

        if (first.Year < FirstYear || last.Year > LastYear)
        {
            throw RefusedException.InvalidField("from", "No todo is of that time.");
        }

        if (last < first)
        {
            throw RefusedException.InvalidField("to", "It is not before from.");
        }

        if (last.DayNumber - first.DayNumber >= MaxDays)
        {
            throw RefusedException.InvalidField("from", $"It is {MaxDays} days at most.");
        }

        return [.. Enumerable.Range(0, last.DayNumber - first.DayNumber + 1).Select(first.AddDays)];
    }
}
