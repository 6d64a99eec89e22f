using System.Globalization;
using NodaTime;

namespace Todo.Scheduling.Recurrence;

/// <summary>Reads the text of a rule, part by part, and stops at the first that is wrong.</summary>
internal sealed class RuleParser
{
    private static readonly string[] Names =
    [
        "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST",
    ];

    private readonly Dictionary<string, string> _parts = new(StringComparer.Ordinal);
    private string? _error;

    public static (RecurrenceRule? Rule, string? Error) Read(string text)
    {
        var parser = new RuleParser();
        var rule = parser.Parse(text);
        return parser._error is null ? (rule, null) : (null, parser._error);
    }

    private RecurrenceRule? Parse(string text)
    {
        if (text.Length > RecurrenceRule.MaxLength)
        {
            return Fail($"A rule has at most {RecurrenceRule.MaxLength} characters.");
        }
        text = text.Trim();
        if (text.StartsWith("RRULE:", StringComparison.OrdinalIgnoreCase))
        {
            text = text["RRULE:".Length..];
        }
        if (!Split(text))
        {
            return null;
        }
        if (!_parts.TryGetValue("FREQ", out var name))
        {
            return Fail("FREQ is missing: a rule starts like FREQ=WEEKLY.");
        }
        if (!Enum.TryParse<Frequency>(name, ignoreCase: true, out var frequency) || !char.IsAsciiLetter(name[0]))
        {
            return Fail($"FREQ={name}: a frequency is SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY.");
        }
        var rule = new RecurrenceRule(frequency)
        {
            Interval = Number("INTERVAL", "an interval") ?? 1,
            Count = Number("COUNT", "a count"),
            Until = End(),
            Seconds = Numbers("BYSECOND", "a second", 0, 60),
            Minutes = Numbers("BYMINUTE", "a minute", 0, 59),
            Hours = Numbers("BYHOUR", "an hour", 0, 23),
            Days = RuleDays(),
            MonthDays = Numbers("BYMONTHDAY", "a day of a month", 1, 31, fromEnd: true),
            YearDays = Numbers("BYYEARDAY", "a day of a year", 1, 366, fromEnd: true),
            WeekNumbers = Numbers("BYWEEKNO", "a week number", 1, 53, fromEnd: true),
            Months = Numbers("BYMONTH", "a month", 1, 12),
            Positions = Numbers("BYSETPOS", "a position", 1, 366, fromEnd: true),
            WeekStart = WeekStart(),
        };
        return _error is null && Fits(rule) ? rule : null;
    }

    private bool Split(string text)
    {
        foreach (var part in text.Split(';'))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? part : part[..equals]).Trim().ToUpperInvariant();
            var value = equals < 0 ? "" : part[(equals + 1)..].Trim();
            if (!Names.Contains(name))
            {
                Fail(name.Length == 0 ? "A part of the rule is empty: parts are written NAME=VALUE with one semicolon between them."
                    : $"{Shown(part)}: there is no such part; the parts are {string.Join(", ", Names)}.");
            }
            else if (value.Length == 0)
            {
                Fail($"{name} has no value.");
            }
            else if (!_parts.TryAdd(name, value))
            {
                Fail($"{name} is given twice.");
            }
            if (_error is not null)
            {
                return false;
            }
        }
        return true;
    }

    private bool Fits(RecurrenceRule rule)
    {
        var frequency = rule.Frequency;
        if (rule is { Count: not null, Until: not null })
        {
            Fail("COUNT and UNTIL are both given: a rule has one end.");
        }
        else if (rule.Days.Any(day => day.Ordinal != 0) && (frequency < Frequency.Monthly || rule.WeekNumbers.Count > 0))
        {
            Fail($"BYDAY={_parts["BYDAY"]}: a number before a day needs FREQ=MONTHLY or YEARLY, without BYWEEKNO.");
        }
        else if (rule.MonthDays.Count > 0 && frequency == Frequency.Weekly)
        {
            Fail($"BYMONTHDAY={_parts["BYMONTHDAY"]}: FREQ=WEEKLY has no days of a month.");
        }
        else if (rule.YearDays.Count > 0 && frequency is (Frequency.Daily or Frequency.Weekly or Frequency.Monthly))
        {
            Fail($"BYYEARDAY={_parts["BYYEARDAY"]}: FREQ={_parts["FREQ"]} has no days of a year; use FREQ=YEARLY.");
        }
        else if (rule.WeekNumbers.Count > 0 && frequency != Frequency.Yearly)
        {
            Fail($"BYWEEKNO={_parts["BYWEEKNO"]}: week numbers need FREQ=YEARLY.");
        }
        else if (rule.Positions.Count > 0 && !_parts.Keys.Any(name => name.StartsWith("BY", StringComparison.Ordinal) && name != "BYSETPOS"))
        {
            Fail($"BYSETPOS={_parts["BYSETPOS"]}: a position needs another part to choose from, such as BYDAY.");
        }
        return _error is null;
    }

    private int? Number(string name, string what)
    {
        if (!_parts.TryGetValue(name, out var value))
        {
            return null;
        }
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            return number;
        }
        Fail($"{name}={Shown(value)}: {what} is a whole number from 1 to {int.MaxValue}.");
        return null;
    }

    private int[] Numbers(string name, string what, int lowest, int highest, bool fromEnd = false)
    {
        if (!_parts.TryGetValue(name, out var value))
        {
            return [];
        }
        var numbers = new SortedSet<int>();
        foreach (var item in value.Split(','))
        {
            if (int.TryParse(item, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && ((number >= lowest && number <= highest) || (fromEnd && number >= -highest && number <= -lowest)))
            {
                numbers.Add(number);
            }
            else
            {
                Fail($"{name}={Shown(item)}: {what} is {lowest} to {highest}{(fromEnd ? $" or -{highest} to -{lowest}" : "")}.");
                return [];
            }
        }
        return [.. numbers];
    }

    private RuleDay[] RuleDays()
    {
        if (!_parts.TryGetValue("BYDAY", out var value))
        {
            return [];
        }
        var days = new HashSet<RuleDay>();
        foreach (var item in value.Split(','))
        {
            var number = item.Length > 2 ? item[..^2] : "";
            var ordinal = 0;
            if (item.Length < 2 || !RuleDay.TryName(item.AsSpan(item.Length - 2), out var day)
                || (number.Length > 0 && (!int.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out ordinal)
                    || ordinal is 0 or < -53 or > 53)))
            {
                Fail($"BYDAY={Shown(item)}: a day is MO, TU, WE, TH, FR, SA or SU, with 1 to 53 or -53 to -1 before it if only one of them is meant.");
                return [];
            }
            days.Add(new RuleDay(day, ordinal));
        }
        return [.. days.OrderBy(day => day.Ordinal).ThenBy(day => day.Day)];
    }

    private RuleEnd? End()
    {
        if (!_parts.TryGetValue("UNTIL", out var value))
        {
            return null;
        }
        if (RuleEnd.TryParse(value, out var end))
        {
            return end;
        }
        Fail($"UNTIL={Shown(value)}: an end is a date like 20261224 or a time like 20261224T090000Z.");
        return null;
    }

    private IsoDayOfWeek WeekStart()
    {
        if (!_parts.TryGetValue("WKST", out var value))
        {
            return IsoDayOfWeek.Monday;
        }
        if (!RuleDay.TryName(value, out var day))
        {
            Fail($"WKST={Shown(value)}: a week starts on MO, TU, WE, TH, FR, SA or SU.");
        }
        return day;
    }

    private RecurrenceRule? Fail(string error)
    {
        _error ??= error;
        return null;
    }

    // An error is shown to people and written to logs: it repeats a part, not a page.
    private static string Shown(string value) => value.Length <= 40 ? value : value[..40] + "…";
}
