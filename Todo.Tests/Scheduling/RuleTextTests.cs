using FsCheck;
using FsCheck.Fluent;
using Todo.Scheduling.Recurrence;

namespace Todo.Tests.Scheduling;

public sealed class RuleTextTests
{
    [Theory]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY=32: a day of a month is 1 to 31 or -31 to -1.")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0: ")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=1,,2", "BYMONTHDAY=: ")]
    [InlineData("FREQ=FORTNIGHTLY", "FREQ=FORTNIGHTLY: a frequency is SECONDLY, ")]
    [InlineData("FREQ=3", "FREQ=3: ")]
    [InlineData("BYDAY=MO", "FREQ is missing")]
    [InlineData("", "A part of the rule is empty")]
    [InlineData("FREQ=DAILY;", "A part of the rule is empty")]
    [InlineData("FREQ=DAILY;FOO=1", "FOO=1: there is no such part")]
    [InlineData("FREQ=DAILY;COUNT", "COUNT has no value")]
    [InlineData("FREQ=DAILY;FREQ=DAILY", "FREQ is given twice")]
    [InlineData("FREQ=DAILY;INTERVAL=0", "INTERVAL=0: an interval is a whole number from 1")]
    [InlineData("FREQ=DAILY;INTERVAL=99999999999", "INTERVAL=99999999999: ")]
    [InlineData("FREQ=DAILY;COUNT=-1", "COUNT=-1: ")]
    [InlineData("FREQ=DAILY;COUNT=1;UNTIL=20260101", "COUNT and UNTIL are both given")]
    [InlineData("FREQ=DAILY;UNTIL=20260231", "UNTIL=20260231: ")]
    [InlineData("FREQ=DAILY;BYHOUR=24", "BYHOUR=24: an hour is 0 to 23.")]
    [InlineData("FREQ=DAILY;BYHOUR=x", "BYHOUR=x: ")]
    [InlineData("FREQ=DAILY;BYMINUTE=60", "BYMINUTE=60: ")]
    [InlineData("FREQ=DAILY;BYSECOND=61", "BYSECOND=61: ")]
    [InlineData("FREQ=WEEKLY;BYDAY=XX", "BYDAY=XX: a day is MO, ")]
    [InlineData("FREQ=MONTHLY;BYDAY=0MO", "BYDAY=0MO: ")]
    [InlineData("FREQ=MONTHLY;BYDAY=54MO", "BYDAY=54MO: ")]
    [InlineData("FREQ=WEEKLY;BYDAY=1MO", "BYDAY=1MO: a number before a day needs FREQ=MONTHLY or YEARLY")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "BYDAY=1MO: ")]
    [InlineData("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY=1: FREQ=WEEKLY has no days of a month")]
    [InlineData("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY=1: FREQ=MONTHLY has no days of a year")]
    [InlineData("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY=367: ")]
    [InlineData("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO=1: week numbers need FREQ=YEARLY")]
    [InlineData("FREQ=YEARLY;BYMONTH=13", "BYMONTH=13: a month is 1 to 12.")]
    [InlineData("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS=1: a position needs another part")]
    [InlineData("FREQ=MONTHLY;WKST=MON", "WKST=MON: a week starts on")]
    public void A_bad_rule_is_refused_by_the_name_of_its_bad_part(string text, string error)
    {
        RecurrenceRule.TryParse(text, out _, out var said).ShouldBeFalse();
        said.ShouldStartWith(error);
    }

    [Theory]
    [InlineData("rrule:interval=1;byday=fr,-1mo,fr;freq=monthly;wkst=mo", "FREQ=MONTHLY;BYDAY=-1MO,FR")]
    [InlineData("FREQ=DAILY;UNTIL=20261224T090000Z", "FREQ=DAILY;UNTIL=20261224T090000Z")]
    [InlineData("FREQ=DAILY;UNTIL=20261224T090000", "FREQ=DAILY;UNTIL=20261224T090000")]
    [InlineData("FREQ=DAILY;UNTIL=20261224", "FREQ=DAILY;UNTIL=20261224")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=-1,20;BYDAY=+MO", null)]
    [InlineData("FREQ=YEARLY;BYDAY=+1MO", "FREQ=YEARLY;BYDAY=1MO")]
    public void A_rule_has_one_written_form(string text, string? written) =>
        (RecurrenceRule.TryParse(text, out var rule, out _) ? rule.ToString() : null).ShouldBe(written);

    [Fact]
    public void A_rule_that_is_written_and_read_is_the_same() => Check.QuickThrowOnFailure(Prop.ForAll(RandomRules.Any.ToArbitrary(), text =>
    {
        var rule = RecurrenceRule.Parse(text);
        var again = RecurrenceRule.Parse(rule.ToString());
        return rule.Equals(again) && rule.ToString() == again.ToString() && rule.GetHashCode() == again.GetHashCode();
    }));

    [Fact]
    public void No_text_breaks_the_reading() => Check.QuickThrowOnFailure(Prop.ForAll(RandomRules.Broken.ToArbitrary(), text =>
        RecurrenceRule.TryParse(text, out var rule, out var error) ? rule is not null && error is null : rule is null && error!.Length is > 0 and < 400));

    [Fact]
    public void A_rule_too_long_is_refused() =>
        RecurrenceRule.TryParse("FREQ=DAILY;BYHOUR=" + string.Join(',', Enumerable.Repeat("9", 1_000)), out _, out _).ShouldBeFalse();

    [Theory]
    [InlineData("P3D", true)]
    [InlineData("P2W", true)]
    [InlineData("P1M", true)]
    [InlineData("P1000Y", true)]
    [InlineData("PT8H", true)]
    [InlineData("P0D", false)]
    [InlineData("P1001D", false)]
    [InlineData("P3H", false)]
    [InlineData("PT3D", false)]
    [InlineData("P", false)]
    [InlineData("PT", false)]
    [InlineData("PD", false)]
    [InlineData("3D", false)]
    [InlineData("", false)]
    public void A_time_after_completion_is_written_as_it_is_read(string text, bool good)
    {
        AfterCompletion.TryParse(text, out var after, out var error).ShouldBe(good);
        if (good)
        {
            after!.ToString().ShouldBe(text);
        }
        else
        {
            error.ShouldNotBeNull().ShouldContain("P3D");
        }
    }
}
