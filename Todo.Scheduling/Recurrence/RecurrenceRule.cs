using System.Diagnostics.CodeAnalysis;
using NodaTime;

namespace Todo.Scheduling.Recurrence;

/// <summary>
/// A recurrence rule as RFC 5545 §3.3.10 defines it. It is made by <see cref="TryParse"/>, so it is always a valid one; its lists are sorted and
/// free of doubles, and two rules are equal when they are written the same.
/// </summary>
public sealed class RecurrenceRule : IEquatable<RecurrenceRule>
{
    /// <summary>The longest text that is read as a rule, in characters.</summary>
    public const int MaxLength = 2_000;

    internal RecurrenceRule(Frequency frequency) => Frequency = frequency;

    /// <summary>FREQ.</summary>
    public Frequency Frequency { get; }

    /// <summary>INTERVAL: every n-th period; at least 1.</summary>
    public int Interval { get; internal init; } = 1;

    /// <summary>COUNT: how many occurrences there are, excluded ones included. Null when there is no such end.</summary>
    public int? Count { get; internal init; }

    /// <summary>UNTIL: the last moment an occurrence may start at, inclusive.</summary>
    public RuleEnd? Until { get; internal init; }

    /// <summary>BYSECOND: 0 to 60. 60 is a leap second, which no clock here has: it never comes.</summary>
    public IReadOnlyList<int> Seconds { get; internal init; } = [];

    /// <summary>BYMINUTE: 0 to 59.</summary>
    public IReadOnlyList<int> Minutes { get; internal init; } = [];

    /// <summary>BYHOUR: 0 to 23.</summary>
    public IReadOnlyList<int> Hours { get; internal init; } = [];

    /// <summary>BYDAY.</summary>
    public IReadOnlyList<RuleDay> Days { get; internal init; } = [];

    /// <summary>BYMONTHDAY: 1 to 31, or -31 to -1 counted from the end of the month.</summary>
    public IReadOnlyList<int> MonthDays { get; internal init; } = [];

    /// <summary>BYYEARDAY: 1 to 366, or -366 to -1 counted from the end of the year.</summary>
    public IReadOnlyList<int> YearDays { get; internal init; } = [];

    /// <summary>BYWEEKNO: 1 to 53, or -53 to -1 counted from the end of the year; week 1 is the first with four days in the year.</summary>
    public IReadOnlyList<int> WeekNumbers { get; internal init; } = [];

    /// <summary>BYMONTH: 1 to 12.</summary>
    public IReadOnlyList<int> Months { get; internal init; } = [];

    /// <summary>BYSETPOS: which of a period's occurrences count, 1 to 366, or -366 to -1 from the end.</summary>
    public IReadOnlyList<int> Positions { get; internal init; } = [];

    /// <summary>WKST: the day a week starts on; Monday unless the rule says otherwise.</summary>
    public IsoDayOfWeek WeekStart { get; internal init; } = IsoDayOfWeek.Monday;

    /// <summary>Whether the rule says something about the time of day, which a series of whole days cannot follow.</summary>
    public bool HasTimeOfDay => Frequency < Frequency.Daily || Hours.Count + Minutes.Count + Seconds.Count > 0;

    /// <summary>Reads a rule, with or without <c>RRULE:</c> in front, in any order of its parts and in any letter case.</summary>
    /// <param name="text">At most <see cref="MaxLength"/> characters.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="error">A sentence for a person that names the bad part and says what may stand there.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out RecurrenceRule? rule, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        (rule, error) = RuleParser.Read(text);
        return rule is not null;
    }

    /// <summary>Reads a rule.</summary>
    /// <exception cref="FormatException">It is not one; the message is that of <see cref="TryParse"/>.</exception>
    public static RecurrenceRule Parse(string text) => TryParse(text, out var rule, out var error) ? rule : throw new FormatException(error);

    /// <summary>The rule with another interval.</summary>
    internal RecurrenceRule Every(int interval) => Copy(interval, Until);

    /// <summary>The rule with another UNTIL.</summary>
    internal RecurrenceRule EndingAt(RuleEnd until) => Copy(Interval, until);

    private RecurrenceRule Copy(int interval, RuleEnd? until) => new(Frequency)
    {
        Interval = interval,
        Count = Count,
        Until = until,
        Seconds = Seconds,
        Minutes = Minutes,
        Hours = Hours,
        Days = Days,
        MonthDays = MonthDays,
        YearDays = YearDays,
        WeekNumbers = WeekNumbers,
        Months = Months,
        Positions = Positions,
        WeekStart = WeekStart,
    };

    /// <summary>The rule in its one written form, without <c>RRULE:</c>; parts that say nothing (INTERVAL=1, WKST=MO) are left out.</summary>
    public override string ToString()
    {
        var parts = new List<string> { "FREQ=" + Frequency.ToString().ToUpperInvariant() };
        Add<int>("INTERVAL", Interval == 1 ? [] : [Interval]);
        Add<int>("COUNT", Count is { } count ? [count] : []);
        Add<RuleEnd>("UNTIL", Until is { } until ? [until] : []);
        Add("BYMONTH", Months);
        Add("BYWEEKNO", WeekNumbers);
        Add("BYYEARDAY", YearDays);
        Add("BYMONTHDAY", MonthDays);
        Add("BYDAY", Days);
        Add("BYHOUR", Hours);
        Add("BYMINUTE", Minutes);
        Add("BYSECOND", Seconds);
        Add("BYSETPOS", Positions);
        Add<RuleDay>("WKST", WeekStart == IsoDayOfWeek.Monday ? [] : [new RuleDay(WeekStart)]);
        return string.Join(';', parts);

        void Add<T>(string name, IReadOnlyCollection<T> values)
        {
            if (values.Count > 0)
            {
                parts.Add($"{name}={string.Join(',', values)}");
            }
        }
    }

    /// <inheritdoc/>
    public bool Equals(RecurrenceRule? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RecurrenceRule);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
