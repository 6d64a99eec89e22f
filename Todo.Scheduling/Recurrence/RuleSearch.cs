using NodaTime;

namespace Todo.Scheduling.Recurrence;

/// <summary>Finds the occurrences of a rule by the calendar and the clock on the wall, without time zones, ascending, one at a time.</summary>
internal sealed class RuleSearch
{
    // One year short of the calendar's end, so that no step past a period can leave the calendar.
    private static readonly LocalDate LastDate = new(9998, 12, 31);
    // A Monday, and the earliest day that a series may start on.
    private static readonly LocalDate Epoch = new(1, 1, 1);
    private const int SecondsPerDay = 86_400;

    private readonly RecurrenceRule _rule;
    private readonly LocalDateTime _start;
    private readonly DayFilter _filter;
    private readonly SearchBudget _budget;
    private readonly IReadOnlyList<int> _times;

    public RuleSearch(RecurrenceRule rule, LocalDateTime start, SearchBudget budget)
    {
        _rule = rule;
        _start = start;
        _budget = budget;
        _filter = new DayFilter(rule, start.Date);
        _times = Times();
    }

    /// <summary>The occurrences from <paramref name="earliest"/> to <paramref name="latest"/>, both inclusive.</summary>
    /// <remarks>Ends early when the budget does; then <see cref="SearchBudget.IsExhausted"/> is set.</remarks>
    public IEnumerable<LocalDateTime> Between(LocalDateTime earliest, LocalDateTime latest)
    {
        // COUNT counts from the start; without it, the search may begin near the window.
        var from = _rule.Count is null && earliest > _start ? earliest : _start;
        var last = latest.Date > LastDate ? LastDate : latest.Date;
        var left = _rule.Count ?? int.MaxValue;
        foreach (var period in Periods(from, last))
        {
            foreach (var index in period.Chosen(_rule.Positions))
            {
                if (!_budget.Spend())
                {
                    yield break;
                }
                var occurrence = period[index];
                if (occurrence < _start)
                {
                    continue;
                }
                if (occurrence > latest)
                {
                    yield break;
                }
                if (occurrence >= earliest)
                {
                    yield return occurrence;
                }
                if (_rule.Count is not null && --left == 0)
                {
                    yield break;
                }
            }
        }
    }

    private IEnumerable<RulePeriod> Periods(LocalDateTime from, LocalDate last) =>
        _rule.Frequency < Frequency.Daily ? ClockPeriods(from, last) : CalendarPeriods(from.Date, last);

    private IEnumerable<RulePeriod> CalendarPeriods(LocalDate from, LocalDate last)
    {
        var home = Ordinal(_start.Date);
        var skipped = Math.Max(0, (Ordinal(from) - home) / _rule.Interval);
        for (var ordinal = home + (skipped * _rule.Interval); ; ordinal += _rule.Interval)
        {
            if (ordinal > Ordinal(last))
            {
                yield break;
            }
            var (first, length) = Bounds((int)ordinal);
            if (!_budget.Spend(length))
            {
                yield break;
            }
            var days = new List<LocalDate>();
            for (var i = 0; i < length; i++)
            {
                var day = first.PlusDays(i);
                if (_filter.Matches(day))
                {
                    days.Add(day);
                }
            }
            yield return new RulePeriod(days, 0, _times);
        }
    }

    /// <summary>Numbers the periods of a frequency, so that every n-th of them is arithmetic.</summary>
    private long Ordinal(LocalDate date) => _rule.Frequency switch
    {
        Frequency.Daily => Period.DaysBetween(Epoch, date),
        Frequency.Weekly => (Period.DaysBetween(Epoch, date) - DaysToWeekStart) / 7,
        Frequency.Monthly => (date.Year * 12L) + date.Month - 1,
        // A week belongs to one year, also when some of its days do not.
        _ => _rule.WeekNumbers.Count > 0 ? _filter.Weeks.GetWeekYear(date) : date.Year,
    };

    private (LocalDate First, int Length) Bounds(int ordinal)
    {
        switch (_rule.Frequency)
        {
            case Frequency.Daily:
                return (Epoch.PlusDays(ordinal), 1);
            case Frequency.Weekly:
                return (Epoch.PlusDays((ordinal * 7) + DaysToWeekStart), 7);
            case Frequency.Monthly:
                var month = new LocalDate(ordinal / 12, (ordinal % 12) + 1, 1);
                return (month, CalendarSystem.Iso.GetDaysInMonth(month.Year, month.Month));
            default:
                return _rule.WeekNumbers.Count > 0
                    ? (_filter.Weeks.GetLocalDate(ordinal, 1, _rule.WeekStart, CalendarSystem.Iso), _filter.Weeks.GetWeeksInWeekYear(ordinal, CalendarSystem.Iso) * 7)
                    : (new LocalDate(ordinal, 1, 1), CalendarSystem.Iso.GetDaysInYear(ordinal));
        }
    }

    // From the epoch back to the start of the week it lies in.
    private int DaysToWeekStart => (int)_rule.WeekStart - (int)IsoDayOfWeek.Monday - 7;

    private IEnumerable<RulePeriod> ClockPeriods(LocalDateTime from, LocalDate last)
    {
        var unit = _rule.Frequency switch { Frequency.Hourly => 3_600, Frequency.Minutely => 60, _ => 1 };
        var home = Seconds(_start) / unit * unit;
        var step = (long)_rule.Interval * unit;
        var end = Seconds(last.AtMidnight()) + SecondsPerDay;
        var now = AtOrAfter(Math.Max(home, Seconds(from) - unit + 1));
        while (now < end)
        {
            if (!_budget.Spend())
            {
                yield break;
            }
            var date = Epoch.PlusDays((int)(now / SecondsPerDay));
            var second = (int)(now % SecondsPerDay);
            // What cannot match is passed over in one step: the rest of the day, of the hour, of the minute.
            if (!_filter.Matches(date))
            {
                now = AtOrAfter(now - second + SecondsPerDay);
            }
            else if (_rule.Hours.Count > 0 && !_rule.Hours.Contains(second / 3_600))
            {
                now = AtOrAfter(now - (second % 3_600) + 3_600);
            }
            else if (unit < 3_600 && _rule.Minutes.Count > 0 && !_rule.Minutes.Contains(second / 60 % 60))
            {
                now = AtOrAfter(now - (second % 60) + 60);
            }
            else if (unit == 1 && _rule.Seconds.Count > 0 && !_rule.Seconds.Contains(second % 60))
            {
                now += step;
            }
            else
            {
                yield return new RulePeriod([date], second, _times);
                now += step;
            }
        }

        long AtOrAfter(long time) => home + ((time - home + step - 1) / step * step);
    }

    private static long Seconds(LocalDateTime time) =>
        ((long)Period.DaysBetween(Epoch, time.Date) * SecondsPerDay) + (time.TimeOfDay.TickOfDay / NodaConstants.TicksPerSecond);

    /// <summary>The times of a period, in seconds since its midnight, or since the start of its hour, minute or second.</summary>
    private int[] Times()
    {
        var hours = _rule.Frequency < Frequency.Daily ? [0] : OrStart(_rule.Hours, _start.Hour);
        var minutes = _rule.Frequency < Frequency.Hourly ? [0] : OrStart(_rule.Minutes, _start.Minute);
        var seconds = _rule.Frequency < Frequency.Minutely ? [0] : OrStart(_rule.Seconds, _start.Second).Where(second => second < 60).ToArray();
        return [.. hours.SelectMany(hour => minutes.SelectMany(minute => seconds.Select(second => (hour * 3_600) + (minute * 60) + second)))];

        static IReadOnlyList<int> OrStart(IReadOnlyList<int> given, int start) => given.Count > 0 ? given : [start];
    }
}
