using System.Diagnostics;
using NodaTime;
using NodaTime.Text;
using Todo.Scheduling.Recurrence;
using Todo.Tests.Servers;

namespace Todo.Tests.Scheduling;

public sealed class SeriesTests
{
    private static readonly DateTimeZone NewYork = DateTimeZoneProviders.Tzdb["America/New_York"];
    private static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];

    [Fact]
    public void A_time_that_the_clocks_skip_is_taken_with_the_offset_before()
    {
        var series = Times("2026-03-28T02:30", Berlin, "FREQ=DAILY;COUNT=3");
        Shown(series).ShouldBe("28T02:30+01 29T03:30+02 30T02:30+02");
        series.Expand(Instant.MinValue, Instant.MaxValue).Occurrences[1].Original.ShouldBe(Local("2026-03-29T02:30"));
    }

    [Fact]
    public void A_time_that_comes_twice_is_the_first() =>
        Shown(Times("2026-10-24T02:30", Berlin, "FREQ=DAILY;COUNT=3")).ShouldBe("24T02:30+02 25T02:30+02 26T02:30+01");

    [Fact]
    public void Times_around_a_gap_stay_in_order_and_apart() =>
        Shown(Times("2026-03-29T01:30", Berlin, "FREQ=MINUTELY;INTERVAL=30;COUNT=6")).ShouldBe("29T01:30+01 29T03:00+02 29T03:30+02 29T04:00+02");

    [Fact]
    public void A_time_in_a_gap_may_come_after_a_later_one() =>
        Shown(Times("2026-03-29T01:30", Berlin, "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=45,15;COUNT=4")).ShouldBe("29T03:15+02 29T03:45+02");

    [Fact]
    public void Whole_days_stay_whole_where_midnight_is_skipped()
    {
        var cairo = DateTimeZoneProviders.Tzdb["Africa/Cairo"];
        var days = Series.OfDays(new LocalDate(2026, 4, 23), RecurrenceRule.Parse("FREQ=DAILY;COUNT=3"), cairo).Expand(Instant.MinValue, Instant.MaxValue).Occurrences;
        days.Select(day => day.Start).ShouldBe([Local("2026-04-23T00:00"), Local("2026-04-24T00:00"), Local("2026-04-25T00:00")]);
        days[1].Instant.InZone(cairo).LocalDateTime.ShouldBe(Local("2026-04-24T01:00"));
    }

    [Fact]
    public void An_end_in_utc_is_compared_as_a_point_in_time()
    {
        Shown(Times("2026-06-01T09:00", NewYork, "FREQ=DAILY;UNTIL=20260603T130000Z")).ShouldBe("01T09:00-04 02T09:00-04 03T09:00-04");
        Shown(Times("2026-06-01T09:00", NewYork, "FREQ=DAILY;UNTIL=20260603T125959Z")).ShouldBe("01T09:00-04 02T09:00-04");
    }

    [Theory]
    [InlineData("FREQ=DAILY;UNTIL=20260603")]
    [InlineData("FREQ=DAILY;UNTIL=20260603T090000")]
    public void An_end_without_a_zone_is_in_that_of_the_series(string rule) =>
        Shown(Times("2026-06-01T09:00", NewYork, rule)).ShouldBe("01T09:00-04 02T09:00-04 03T09:00-04");

    [Fact]
    public void A_start_that_does_not_fit_the_rule_is_no_occurrence() =>
        Shown(Times("2026-06-02T09:00", Berlin, "FREQ=WEEKLY;BYDAY=FR;COUNT=2")).ShouldBe("05T09:00+02 12T09:00+02");

    [Fact]
    public void Occurrences_are_left_out_added_and_moved()
    {
        var series = Times("2026-06-01T09:00", Berlin, "FREQ=DAILY;COUNT=5") with
        {
            Excluded = [Local("2026-06-02T09:00")],
            Added = [Local("2026-06-02T18:00"), Local("2026-06-03T09:00")],
            Moved = new Dictionary<LocalDateTime, LocalDateTime>
            {
                [Local("2026-06-04T09:00")] = Local("2026-06-06T10:00"),
                [Local("2026-06-05T09:00")] = Local("2026-06-01T08:00"),
            },
        };
        Shown(series).ShouldBe("01T08:00+02 01T09:00+02 02T18:00+02 03T09:00+02 06T10:00+02");
        series.Expand(Instant.MinValue, Instant.MaxValue).Occurrences.Select(occurrence => occurrence.Original.Day).ShouldBe([5, 1, 2, 3, 4]);
    }

    [Fact]
    public void A_moved_occurrence_is_found_in_the_window_it_moved_to()
    {
        var series = Times("2026-06-01T09:00", Berlin, "FREQ=MONTHLY") with
        {
            Moved = new Dictionary<LocalDateTime, LocalDateTime> { [Local("2026-09-01T09:00")] = Local("2026-06-15T09:00") },
        };
        var june = series.Expand(Instant.FromUtc(2026, 6, 10, 0, 0), Instant.FromUtc(2026, 6, 20, 0, 0));
        june.Occurrences.Single().Original.ShouldBe(Local("2026-09-01T09:00"));
        series.Expand(Instant.FromUtc(2026, 8, 20, 0, 0), Instant.FromUtc(2026, 9, 20, 0, 0)).Occurrences.ShouldBeEmpty();
    }

    [Fact]
    public void The_next_occurrence_is_after_not_at_an_instant()
    {
        var series = Times("2026-06-01T09:00", Berlin, "FREQ=WEEKLY;COUNT=2");
        series.Next(Instant.FromUtc(2026, 6, 1, 6, 59)).Occurrence!.Value.Start.ShouldBe(Local("2026-06-01T09:00"));
        series.Next(Instant.FromUtc(2026, 6, 1, 7, 0)).Occurrence!.Value.Start.ShouldBe(Local("2026-06-08T09:00"));
        series.Next(Instant.FromUtc(2026, 6, 8, 7, 0)).ShouldBe(new NextOccurrence(null, null));
        series.Next(Instant.MinValue).Occurrence!.Value.Start.ShouldBe(Local("2026-06-01T09:00"));
        series.Next(Instant.MaxValue).ShouldBe(new NextOccurrence(null, null));
    }

    [Theory]
    [InlineData("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=HOURLY;INTERVAL=24;BYHOUR=10")]
    [InlineData("FREQ=SECONDLY;BYSECOND=60")]
    [InlineData("FREQ=SECONDLY;INTERVAL=60;BYSECOND=1")]
    [InlineData("FREQ=DAILY;BYSETPOS=366;BYMONTH=1")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=1;BYMONTH=7")]
    public void A_rule_that_yields_nothing_ends_quickly_and_says_so(string rule)
    {
        var watch = Stopwatch.StartNew();
        var series = Times("2026-06-01T09:00", Berlin, rule);
        var all = series.Expand(Instant.MinValue, Instant.MaxValue);
        (all.Occurrences.Count, all.End).ShouldBe((0, ExpansionEnd.GaveUp));
        all.Warning.ShouldNotBeNull().ShouldStartWith(rule.Split(';')[0]);
        var next = series.Next(Instant.FromUtc(2026, 7, 1, 0, 0));
        next.Occurrence.ShouldBeNull();
        next.Warning.ShouldNotBeNull().ShouldContain("no next occurrence was found within 200000 steps from 2026-06-01T09:00");
        // Measured in tens of milliseconds; without the bound it is minutes or for ever.
        watch.Elapsed.ShouldBeLessThan(Eventually.Patience);
    }

    [Theory]
    [InlineData("FREQ=SECONDLY")]
    [InlineData("FREQ=SECONDLY;COUNT=2000000000")]
    [InlineData("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10;BYSECOND=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19")]
    public void A_rule_that_yields_too_much_is_cut_and_says_so(string rule)
    {
        var watch = Stopwatch.StartNew();
        var series = Times("2026-01-01T00:00", Berlin, rule);
        var all = series.Expand(Instant.MinValue, Instant.MaxValue);
        (all.Occurrences.Count, all.End).ShouldBe((1_000, ExpansionEnd.TooMany));
        all.Warning.ShouldNotBeNull().ShouldContain("more than 1000 occurrences");
        series.Expand(Instant.FromUtc(2036, 1, 1, 0, 0), Instant.MaxValue).End.ShouldBeOneOf(ExpansionEnd.TooMany, ExpansionEnd.GaveUp);
        watch.Elapsed.ShouldBeLessThan(Eventually.Patience);
    }

    [Fact]
    public void A_rule_without_a_count_costs_the_same_however_old_it_is()
    {
        var series = Times("1900-01-01T09:00", Berlin, "FREQ=DAILY");
        var week = series.Expand(Instant.FromUtc(2026, 6, 1, 0, 0), Instant.FromUtc(2026, 6, 8, 0, 0), new(Steps: 50));
        (week.Occurrences.Count, week.End).ShouldBe((7, ExpansionEnd.Complete));
    }

    [Theory]
    [InlineData("FREQ=HOURLY")]
    [InlineData("FREQ=DAILY;BYHOUR=9")]
    public void Whole_days_have_no_hours(string rule) =>
        Should.Throw<ArgumentException>(() => Series.OfDays(new LocalDate(2026, 1, 1), RecurrenceRule.Parse(rule), Berlin)).Message.ShouldContain("whole days");

    [Theory]
    [InlineData("P3D", "2026-02-02T09:00")]
    [InlineData("P2W", "2026-02-13T09:00")]
    [InlineData("P1M", "2026-02-28T09:00")]
    [InlineData("P1Y", "2027-01-30T09:00")]
    [InlineData("PT8H", "2026-01-31T07:59")]
    public void After_completion_counts_from_the_day_it_was_done(string text, string next)
    {
        AfterCompletion.TryParse(text, out var after, out _).ShouldBeTrue();
        var done = Local("2026-01-30T23:59").InZoneStrictly(Berlin).ToInstant() + Duration.FromSeconds(30);
        after.NextTime(done, Berlin, new LocalTime(9, 0)).ShouldBe(Local(next));
        after.NextDate(done, Berlin).ShouldBe(Local(next).Date);
    }

    private static Series Times(string start, DateTimeZone zone, string rule) => Series.OfTimes(Local(start), zone, RecurrenceRule.Parse(rule));

    private static LocalDateTime Local(string text) => LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm").Parse(text).Value;

    private static string Shown(Series series)
    {
        var pattern = OffsetDateTimePattern.CreateWithInvariantCulture("dd'T'HH:mmo<g>");
        return string.Join(' ', series.Expand(Instant.MinValue, Instant.MaxValue).Occurrences.Select(occurrence =>
        {
            var zoned = occurrence.Instant.InZone(series.Zone);
            zoned.LocalDateTime.ShouldBe(occurrence.Start);
            return pattern.Format(zoned.ToOffsetDateTime());
        }));
    }
}
