using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Todo.Scheduling.Recurrence;

/// <summary>What UNTIL names: the last moment at which an occurrence may start.</summary>
public enum RuleEndForm
{
    /// <summary>A date: occurrences of that whole day still count.</summary>
    Date,

    /// <summary>A local time in the zone of the series.</summary>
    Local,

    /// <summary>A UTC time, the form that RFC 5545 asks for with a time zone.</summary>
    Utc,
}

/// <summary>UNTIL of a rule.</summary>
/// <param name="Value">The date and time as written; midnight for a date.</param>
/// <param name="Form">How it is to be read.</param>
public readonly record struct RuleEnd(LocalDateTime Value, RuleEndForm Form)
{
    private static readonly LocalDateTimePattern DateTimePattern = LocalDateTimePattern.Create("uuuuMMdd'T'HHmmss", CultureInfo.InvariantCulture);
    private static readonly LocalDatePattern DatePattern = LocalDatePattern.Create("uuuuMMdd", CultureInfo.InvariantCulture);

    /// <summary>The end of a series of whole days, or of a series of times with that whole day.</summary>
    public static RuleEnd On(LocalDate date) => new(date.AtMidnight(), RuleEndForm.Date);

    /// <summary>The end of a series of times; fractions of a second are cut.</summary>
    public static RuleEnd At(Instant instant) =>
        new(instant.InUtc().LocalDateTime.With(TimeAdjusters.TruncateToSecond), RuleEndForm.Utc);

    /// <summary>As in a rule: <c>19971224</c>, <c>19971224T000000</c>, <c>19971224T000000Z</c>.</summary>
    public override string ToString() => Form switch
    {
        RuleEndForm.Date => DatePattern.Format(Value.Date),
        RuleEndForm.Local => DateTimePattern.Format(Value),
        _ => DateTimePattern.Format(Value) + "Z",
    };

    internal static bool TryParse(string text, out RuleEnd end)
    {
        var utc = text.EndsWith('Z') || text.EndsWith('z');
        if (DatePattern.Parse(text) is { Success: true } date)
        {
            end = On(date.Value);
            return true;
        }
        var time = DateTimePattern.Parse((utc ? text[..^1] : text).ToUpperInvariant());
        end = time.Success ? new RuleEnd(time.Value, utc ? RuleEndForm.Utc : RuleEndForm.Local) : default;
        return time.Success;
    }
}
