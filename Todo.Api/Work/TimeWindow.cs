using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Todos;

namespace Todo.Api.Work;

/// <summary>A time that somebody asks about.</summary>
/// <param name="From">UTC.</param>
/// <param name="To">UTC; not in it any more.</param>
internal sealed record TimeWindow(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>The longest, in days.</summary>
    public const int MaxDays = 366;

    /// <summary>For people.</summary>
    public static readonly string Rule = $"from and to are days, which begin in one's time zone, or moments, {MaxDays} days apart at most; without them it is the last seven days.";

    /// <summary>The time between two days or moments, as a person means them.</summary>
    /// <exception cref="RefusedException">400: it is none, or too long.</exception>
    public static TimeWindow Between(DayOrTime? from, DayOrTime? to, Caller caller, DateTimeOffset now)
    {
        var zone = caller.Regional.TimeZone;
        var end = to?.In(zone) ?? now;
        var window = new TimeWindow(from?.In(zone) ?? end.AddDays(-7), end);
        return window.To <= window.From ? throw RefusedException.InvalidField("to", "It ends after it begins.")
            : window.To - window.From > TimeSpan.FromDays(MaxDays + 1) ? throw RefusedException.InvalidField("from", $"It is {MaxDays} days at most.")
            : window;
    }
}
