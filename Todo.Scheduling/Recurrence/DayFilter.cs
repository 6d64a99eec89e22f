using NodaTime;
using NodaTime.Calendars;

namespace Todo.Scheduling.Recurrence;

/// <summary>
/// Which days a rule means. The table of RFC 5545 §3.3.10, where each part either widens or narrows, comes to the same as this: take every day of the
/// period, and keep those that all parts agree on, with what the rule leaves open taken from the start.
/// </summary>
internal sealed class DayFilter
{
    private readonly RecurrenceRule _rule;
    private readonly IReadOnlyList<int> _months;
    private readonly IReadOnlyList<int> _monthDays;
    private readonly IReadOnlyList<RuleDay> _days;
    private readonly bool _ordinalsInMonth;

    public DayFilter(RecurrenceRule rule, LocalDate start)
    {
        _rule = rule;
        Weeks = WeekYearRules.ForMinDaysInFirstWeek(4, rule.WeekStart);
        _months = rule.Months;
        _monthDays = rule.MonthDays;
        _days = rule.Days;
        _ordinalsInMonth = rule.Frequency == Frequency.Monthly || rule.Months.Count > 0;
        var saysNoDay = _monthDays.Count + _days.Count + rule.YearDays.Count == 0;
        if (rule.Frequency == Frequency.Weekly && _days.Count == 0)
        {
            _days = [new RuleDay(start.DayOfWeek)];
        }
        else if (rule.Frequency == Frequency.Yearly && rule.WeekNumbers.Count > 0 && saysNoDay)
        {
            _days = [new RuleDay(start.DayOfWeek)];
        }
        else if (rule.Frequency >= Frequency.Monthly && saysNoDay)
        {
            _monthDays = [start.Day];
            if (rule.Frequency == Frequency.Yearly && _months.Count == 0)
            {
                _months = [start.Month];
            }
        }
    }

    /// <summary>How the rule counts weeks.</summary>
    public IWeekYearRule Weeks { get; }

    public bool Matches(LocalDate date)
    {
        if (_months.Count > 0 && !_months.Contains(date.Month))
        {
            return false;
        }
        var daysInMonth = date.Calendar.GetDaysInMonth(date.Year, date.Month);
        if (_monthDays.Count > 0 && !_monthDays.Contains(date.Day) && !_monthDays.Contains(date.Day - daysInMonth - 1))
        {
            return false;
        }
        var daysInYear = date.Calendar.GetDaysInYear(date.Year);
        if (_rule.YearDays.Count > 0 && !_rule.YearDays.Contains(date.DayOfYear) && !_rule.YearDays.Contains(date.DayOfYear - daysInYear - 1))
        {
            return false;
        }
        return MatchesWeek(date) && MatchesDay(date, daysInMonth, daysInYear);
    }

    private bool MatchesWeek(LocalDate date)
    {
        if (_rule.WeekNumbers.Count == 0)
        {
            return true;
        }
        var week = Weeks.GetWeekOfWeekYear(date);
        return _rule.WeekNumbers.Contains(week)
            || _rule.WeekNumbers.Contains(week - Weeks.GetWeeksInWeekYear(Weeks.GetWeekYear(date)) - 1);
    }

    private bool MatchesDay(LocalDate date, int daysInMonth, int daysInYear)
    {
        if (_days.Count == 0)
        {
            return true;
        }
        var (day, days) = _ordinalsInMonth ? (date.Day, daysInMonth) : (date.DayOfYear, daysInYear);
        var fromStart = ((day - 1) / 7) + 1;
        var fromEnd = -(((days - day) / 7) + 1);
        foreach (var wanted in _days)
        {
            if (wanted.Day == date.DayOfWeek && (wanted.Ordinal == 0 || wanted.Ordinal == fromStart || wanted.Ordinal == fromEnd))
            {
                return true;
            }
        }
        return false;
    }
}
