using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using NodaTime;

namespace Todo.Scheduling.Recurrence;

/// <summary>The unit of <see cref="AfterCompletion"/>.</summary>
public enum CompletionUnit
{
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

/// <summary>The other way of repeating: not by the calendar but a while after the last time was done ("3 days after done").</summary>
public sealed record AfterCompletion
{
    /// <summary>The longest wait, in any unit.</summary>
    public const int MaxAmount = 1_000;

    // In the order of the units.
    private static readonly Frequency[] Frequencies = [Frequency.Hourly, Frequency.Daily, Frequency.Weekly, Frequency.Monthly, Frequency.Yearly];

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="amount"/> is not 1 to <see cref="MaxAmount"/>.</exception>
    public AfterCompletion(int amount, CompletionUnit unit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amount, MaxAmount);
        (Amount, Unit) = (amount, unit);
    }

    /// <summary>1 to <see cref="MaxAmount"/>.</summary>
    public int Amount { get; }

    /// <summary>Of what.</summary>
    public CompletionUnit Unit { get; }

    /// <summary>When it is due again, on a date: hours count as the date they end on.</summary>
    public LocalDate NextDate(Instant completed, DateTimeZone zone) =>
        Unit == CompletionUnit.Hours ? (completed + Duration.FromHours(Amount)).InZone(zone).Date : Add(completed.InZone(zone).Date);

    /// <summary>When it is due again, at the time of day it has always been due at; after hours, to the minute they end at.</summary>
    /// <remarks>A month later than the 31st is the last day of the month.</remarks>
    public LocalDateTime NextTime(Instant completed, DateTimeZone zone, LocalTime due) => Unit == CompletionUnit.Hours
        ? (completed + Duration.FromHours(Amount)).InZone(zone).LocalDateTime.With(TimeAdjusters.TruncateToMinute)
        : Add(completed.InZone(zone).Date) + due;

    private LocalDate Add(LocalDate date) => Unit switch
    {
        CompletionUnit.Days => date.PlusDays(Amount),
        CompletionUnit.Weeks => date.PlusWeeks(Amount),
        CompletionUnit.Months => date.PlusMonths(Amount),
        _ => date.PlusYears(Amount),
    };

    /// <summary>The rule that repeats as often, by the calendar: <c>FREQ=DAILY;INTERVAL=3</c>.</summary>
    public RecurrenceRule ToRule() => new(Frequencies[(int)Unit]) { Interval = Amount };

    /// <summary>Reads a rule as a wait: its frequency and interval. It can say nothing else.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="after">The wait.</param>
    /// <param name="error">A sentence for a person that names the part at fault.</param>
    public static bool TryOf(RecurrenceRule rule, [NotNullWhen(true)] out AfterCompletion? after, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(rule);
        after = null;
        var other = rule.ToString().Split(';').FirstOrDefault(part => !part.StartsWith("FREQ=", StringComparison.Ordinal) && !part.StartsWith("INTERVAL=", StringComparison.Ordinal));
        var unit = Array.IndexOf(Frequencies, rule.Frequency);
        error = other is not null ? $"{other}: what repeats after it was done has only FREQ and INTERVAL."
            : unit < 0 ? $"FREQ={rule.Frequency.ToString().ToUpperInvariant()}: after it was done something comes again after hours, days, weeks, months or years."
            : rule.Interval > MaxAmount ? $"INTERVAL={rule.Interval}: after it was done something comes again after 1 to {MaxAmount} of them."
            : null;
        after = error is null ? new AfterCompletion(rule.Interval, (CompletionUnit)unit) : null;
        return after is not null;
    }

    /// <summary>An ISO 8601 duration of one unit: <c>P3D</c>, <c>P2W</c>, <c>P1M</c>, <c>P1Y</c>, <c>PT8H</c>.</summary>
    public override string ToString() => Unit == CompletionUnit.Hours
        ? string.Create(CultureInfo.InvariantCulture, $"PT{Amount}H")
        : string.Create(CultureInfo.InvariantCulture, $"P{Amount}{"HDWMY"[(int)Unit]}");

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out AfterCompletion? after, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        var hours = text.StartsWith("PT", StringComparison.Ordinal);
        var unit = text.Length > 2 ? (hours ? "H" : "HDWMY").IndexOf(text[^1], StringComparison.Ordinal) : -1;
        var digits = text.Length > 2 ? text[(hours ? 2 : 1)..^1] : "";
        if (text.StartsWith('P') && unit >= (hours ? 0 : 1)
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var amount) && amount is >= 1 and <= MaxAmount)
        {
            (after, error) = (new AfterCompletion(amount, (CompletionUnit)unit), null);
            return true;
        }
        (after, error) = (null, $"A time after completion is written like P3D, P2W, P1M, P1Y or PT8H, with a number from 1 to {MaxAmount}.");
        return false;
    }
}
