using FsCheck;
using FsCheck.Fluent;
using Ical.Net.CalendarComponents;
using Ical.Net.Evaluation;
using NodaTime;
using Todo.Scheduling.Recurrence;
using Period = NodaTime.Period;

namespace Todo.Tests.Scheduling;

public sealed class SeriesPropertyTests
{
    private static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];
    private static readonly Instant End = Instant.FromUtc(2036, 1, 1, 0, 0);
    // A new disagreement between two libraries is worth a look, but no reason for a build to fail now and then.
    private static readonly Config SameEachTime = Config.QuickThrowOnFailure.WithReplay(20_261_125, 17);
    private static readonly Gen<LocalDateTime> Starts = Gen.Choose(0, 1_000 * 24 * 2).Select(half => new LocalDateTime(2026, 1, 1, 0, 0).PlusMinutes(half * 30));

    [Fact]
    public void Occurrences_ascend_and_lie_in_the_window() => ForAll(RandomRules.Any, (series, random) =>
    {
        var (from, to) = Window(random);
        var found = series.Expand(from, to).Occurrences;
        return found.Zip(found.Skip(1)).All(pair => pair.First.Instant < pair.Second.Instant)
            && found.All(occurrence => occurrence.Instant >= from && occurrence.Instant < to && occurrence.Start >= series.Start);
    });

    [Fact]
    public void A_window_shows_the_same_as_a_wider_one() => ForAll(RandomRules.Any, (series, random) =>
    {
        var (from, to) = Window(random);
        var wide = series.Expand(Instant.MinValue, End, new(100_000, 2_000_000));
        return wide.End == ExpansionEnd.Complete
            && series.Expand(from, to, new(100_000)).Occurrences.SequenceEqual(wide.Occurrences.Where(occurrence => occurrence.Instant >= from && occurrence.Instant < to));
    });

    [Fact]
    public void The_next_after_each_is_the_following_one() => ForAll(RandomRules.Any, (series, _) =>
    {
        var found = series.Expand(Instant.MinValue, Instant.FromUtc(2030, 1, 1, 0, 0), new(20)).Occurrences;
        return found.Zip(found.Skip(1)).All(pair => series.Next(pair.First.Instant).Occurrence == pair.Second);
    });

    [Fact]
    public void Counts_and_ends_are_kept() => ForAll(RandomRules.Any, (series, _) =>
    {
        var found = series.Expand(Instant.MinValue, Instant.MaxValue, new(2_000, 20_000)).Occurrences;
        return series.Rule.Count is { } count ? found.Count <= count
            : series.Rule.Until is not { } until || found.All(occurrence => occurrence.Instant <= until.Value.InUtc().ToInstant());
    });

    [Fact]
    public void Occurrences_are_those_that_a_walk_through_all_days_finds() => ForAll(RandomRules.Days, (series, _) =>
    {
        if (series.Rule.Hours.Count > 0)
        {
            return true;
        }
        var last = new LocalDate(2031, 12, 31);
        var found = series.Expand(Instant.MinValue, Berlin.AtStartOfDay(last.PlusDays(1)).ToInstant(), new(100_000)).Occurrences;
        return found.Select(occurrence => occurrence.Original).SequenceEqual(Walk(series.Rule, series.Start, last));
    });

    [Fact]
    public void Occurrences_are_those_that_another_library_finds() => ForAll(RandomRules.Days, (series, _) =>
    {
        // It takes the month of YEARLY;BYMONTHDAY from the start, where the standard's table widens a year to that day of every month, and it repeats the
        // days of BYYEARDAY for every month of BYMONTH. The walk above covers both.
        if (series.Rule is { MonthDays.Count: > 0, Months.Count: 0, Frequency: Frequency.Yearly } or { YearDays.Count: > 0, Months.Count: > 0 })
        {
            return true;
        }
        var other = new CalendarEvent
        {
            Start = new Ical.Net.DataTypes.CalDateTime(series.Start.ToDateTimeUnspecified()),
            RecurrenceRule = new Ical.Net.DataTypes.RecurrenceRule(series.Rule.ToString()),
        };
        var theirs = new List<LocalDateTime>();
        try
        {
            theirs.AddRange(other.GetOccurrences(options: new EvaluationOptions { MaxUnmatchedIncrementsLimit = 3_000 })
                .Select(occurrence => LocalDateTime.FromDateTime(occurrence.Period.StartTime.Value))
                .TakeWhile(time => time.Year < 2032).Take(60));
        }
        catch (Exception end) when (end is EvaluationLimitExceededException or EvaluationOutOfRangeException)
        {
            // Six years have fewer days than that: there is nothing more before 2032.
        }
        var ours = series.Expand(Instant.MinValue, Instant.FromUtc(2034, 1, 1, 0, 0), new(100_000)).Occurrences
            .Select(occurrence => occurrence.Original).Where(time => time.Year < 2032).Take(60);
        ours.ShouldBe(theirs, series.Rule.ToString());
        return true;
    }, SameEachTime);

    private static void ForAll(Gen<string> rules, Func<Series, int, bool> holds, Config? config = null) => Check.One(
        (config ?? Config.QuickThrowOnFailure).WithMaxTest(300),
        Prop.ForAll(
            (from rule in rules
             from start in Starts
             from random in Gen.Choose(0, 1_000_000)
             select (rule, start, random)).ToArbitrary(),
            given => holds(Series.OfTimes(given.start, Berlin, RecurrenceRule.Parse(given.rule)), given.random)));

    private static (Instant From, Instant To) Window(int random)
    {
        var from = Instant.FromUtc(2025, 6, 1, 0, 0) + Duration.FromHours(random % 50_000);
        return (from, from + Duration.FromHours(random % 9_973));
    }

    /// <summary>The slow and obvious way: every day of every period, by what each part says about it.</summary>
    private static IEnumerable<LocalDateTime> Walk(RecurrenceRule rule, LocalDateTime start, LocalDate last)
    {
        var first = start.Date.PlusYears(-1);
        // To the end of the period that the last day lies in, for positions counted from there.
        var days = Enumerable.Range(0, Period.DaysBetween(first, last) + 366).Select(first.PlusDays);
        foreach (var period in days.GroupBy(day => Number(rule, day)).Where(period => (period.Key - Number(rule, start.Date)) % rule.Interval == 0))
        {
            var fitting = period.Where(day => Fits(rule, start.Date, day)).ToArray();
            var chosen = rule.Positions.Count == 0 ? fitting
                : [.. fitting.Where((_, i) => rule.Positions.Contains(i + 1) || rule.Positions.Contains(i - fitting.Length))];
            foreach (var day in chosen.Where(day => day >= start.Date && day <= last))
            {
                yield return day + start.TimeOfDay;
            }
        }
    }

    private static int Number(RecurrenceRule rule, LocalDate day) => rule.Frequency switch
    {
        Frequency.Daily => Period.DaysBetween(new LocalDate(2000, 1, 1), day),
        Frequency.Weekly => Period.DaysBetween(new LocalDate(2000, 1, 1).Previous(rule.WeekStart), day) / 7,
        Frequency.Monthly => (day.Year * 12) + day.Month,
        _ => day.Year,
    };

    private static bool Fits(RecurrenceRule rule, LocalDate start, LocalDate day)
    {
        var ofMonth = Enumerable.Range(1, 31).TakeWhile(number => number <= CalendarSystem.Iso.GetDaysInMonth(day.Year, day.Month))
            .Select(number => new LocalDate(day.Year, day.Month, number)).ToArray();
        var ofYear = Enumerable.Range(0, CalendarSystem.Iso.GetDaysInYear(day.Year)).Select(new LocalDate(day.Year, 1, 1).PlusDays).ToArray();
        var scope = rule.Frequency == Frequency.Monthly || rule.Months.Count > 0 ? ofMonth : ofYear;
        var free = rule.MonthDays.Count + rule.Days.Count + rule.YearDays.Count == 0;
        return (rule.Months.Count == 0 || rule.Months.Contains(day.Month))
            && (rule.MonthDays.Count == 0 || rule.MonthDays.Any(number => ofMonth.ElementAtOrDefault(Index(number, ofMonth)) == day))
            && (rule.YearDays.Count == 0 || rule.YearDays.Any(number => ofYear.ElementAtOrDefault(Index(number, ofYear)) == day))
            && (rule.Days.Count == 0 || rule.Days.Any(wanted => wanted.Day == day.DayOfWeek && (wanted.Ordinal == 0 || Nth(wanted) == day)))
            && (!free || rule.Frequency switch
            {
                Frequency.Daily => true,
                Frequency.Weekly => day.DayOfWeek == start.DayOfWeek,
                Frequency.Monthly => day.Day == start.Day,
                _ => day.Day == start.Day && (rule.Months.Count > 0 || day.Month == start.Month),
            });

        LocalDate Nth(RuleDay wanted)
        {
            var same = scope.Where(other => other.DayOfWeek == wanted.Day).ToArray();
            return same.ElementAtOrDefault(Index(wanted.Ordinal, same));
        }

        static int Index(int number, LocalDate[] days) => number > 0 ? number - 1 : days.Length + number;
    }
}
