using System.Diagnostics;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using Todo.Scheduling.QuickAdd;
using Todo.Tests.Servers;

namespace Todo.Tests.Scheduling;

public sealed class QuickAddTests
{
    // A Wednesday, half past ten.
    private static readonly ZonedDateTime Now = new LocalDateTime(2026, 11, 25, 10, 30).InZoneStrictly(DateTimeZoneProviders.Tzdb["Europe/Berlin"]);

    [Fact]
    public void Everything_in_one_line()
    {
        const string Text = "Pay rent every 1st at 9:00 #home !1 @me +money ~30m";
        var understood = QuickAddParser.Parse(Text, Now);
        understood.Title.ShouldBe("Pay rent");
        understood.Due.ShouldBe(new QuickAddDue(new LocalDate(2026, 12, 1), new LocalTime(9, 0)));
        understood.Rule!.ToString().ShouldBe("FREQ=MONTHLY;BYMONTHDAY=1");
        (understood.AfterDone, understood.List, understood.Priority, understood.EstimateMinutes).ShouldBe((null, "home", 1, 30));
        understood.People.ShouldBe(["me"]);
        understood.Tags.ShouldBe(["money"]);
        understood.Parts.Select(part => $"{part.Kind} {Text.Substring(part.Start, part.Length)}").ShouldBe(
            ["Repeat every 1st", "Due at 9:00", "List #home", "Priority !1", "Person @me", "Tag +money", "Estimate ~30m"]);
    }

    [Theory]
    [InlineData("x today", "2026-11-25")]
    [InlineData("x tomorrow", "2026-11-26")]
    [InlineData("x Tomorrow at 9", "2026-11-26 09:00")]
    [InlineData("x day after tomorrow", "2026-11-27")]
    [InlineData("x friday", "2026-11-27")]
    [InlineData("x on fri", "2026-11-27")]
    [InlineData("x wednesday", "2026-12-02")]
    [InlineData("x this wednesday", "2026-11-25")]
    [InlineData("x next monday", "2026-11-30")]
    [InlineData("x next friday", "2026-12-04")]
    [InlineData("x next week", "2026-11-30")]
    [InlineData("x next month", "2026-12-01")]
    [InlineData("x next year", "2027-01-01")]
    [InlineData("x in 3 days", "2026-11-28")]
    [InlineData("x in a week", "2026-12-02")]
    [InlineData("x in 2 months", "2027-01-25")]
    [InlineData("x in 2 hours", "2026-11-25 12:30")]
    [InlineData("x in 45 minutes", "2026-11-25 11:15")]
    [InlineData("x 24 dec", "2026-12-24")]
    [InlineData("x by 24th of December", "2026-12-24")]
    [InlineData("x due dec 24th", "2026-12-24")]
    [InlineData("x Dec 24, 2027", "2027-12-24")]
    [InlineData("x 24 nov", "2027-11-24")]
    [InlineData("x 29 feb", "2028-02-29")]
    [InlineData("x 2026-12-24", "2026-12-24")]
    [InlineData("x 24.12.2026", "2026-12-24")]
    [InlineData("x on the 15th", "2026-12-15")]
    [InlineData("x on the 31st", "2026-12-31")]
    [InlineData("x at 9", "2026-11-26 09:00")]
    [InlineData("x at 17", "2026-11-25 17:00")]
    [InlineData("x 5pm", "2026-11-25 17:00")]
    [InlineData("x 5 pm", "2026-11-25 17:00")]
    [InlineData("x at 12am tomorrow", "2026-11-26 00:00")]
    [InlineData("x 9:30am", "2026-11-26 09:30")]
    [InlineData("x noon", "2026-11-25 12:00")]
    [InlineData("x 2026-12-24 23:59", "2026-12-24 23:59")]
    public void Dates_and_times(string text, string due)
    {
        var understood = QuickAddParser.Parse(text, Now);
        (understood.Title, Shown(understood.Due)).ShouldBe(("x", due));
    }

    [Theory]
    [InlineData("x every day", "FREQ=DAILY", "2026-11-25")]
    [InlineData("x every day at 9:00", "FREQ=DAILY", "2026-11-26 09:00")]
    [InlineData("x every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-25")]
    [InlineData("x every weekend", "FREQ=WEEKLY;BYDAY=SA,SU", "2026-11-28")]
    [InlineData("x every friday", "FREQ=WEEKLY;BYDAY=FR", "2026-11-27")]
    [InlineData("x every wednesday at 9", "FREQ=WEEKLY;BYDAY=WE", "2026-12-02 09:00")]
    [InlineData("x every other tuesday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "2026-12-01")]
    [InlineData("x every mon, wed", "FREQ=WEEKLY;BYDAY=MO,WE", "2026-11-25")]
    [InlineData("x every mon,wed and fri", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "2026-11-25")]
    [InlineData("x every 3 months", "FREQ=MONTHLY;INTERVAL=3", "2026-11-25")]
    [InlineData("x every other week", "FREQ=WEEKLY;INTERVAL=2", "2026-11-25")]
    [InlineData("x every 2 weeks on mon and thu", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "2026-11-26")]
    [InlineData("x every month on the 15th", "FREQ=MONTHLY;BYMONTHDAY=15", "2026-12-15")]
    [InlineData("x every 1st and 15th", "FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-12-01")]
    [InlineData("x every last day of the month", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30")]
    [InlineData("x every 2nd friday", "FREQ=MONTHLY;BYDAY=2FR", "2026-12-11")]
    [InlineData("x every last friday of the month", "FREQ=MONTHLY;BYDAY=-1FR", "2026-11-27")]
    [InlineData("x every first monday of every month", "FREQ=MONTHLY;BYDAY=1MO", "2026-12-07")]
    [InlineData("x every 24 dec", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "2026-12-24")]
    [InlineData("x every year", "FREQ=YEARLY", "2026-11-25")]
    [InlineData("x every hour", "FREQ=HOURLY", "2026-11-25 11:00")]
    [InlineData("x every day until 24 dec", "FREQ=DAILY;UNTIL=20261224", "2026-11-25")]
    [InlineData("x every monday for 5 times", "FREQ=WEEKLY;COUNT=5;BYDAY=MO", "2026-11-30")]
    [InlineData("x every week starting tomorrow", "FREQ=WEEKLY", "2026-11-26")]
    [InlineData("x every other friday from 1 dec", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "2026-12-04")]
    [InlineData("x tomorrow every 3 days", "FREQ=DAILY;INTERVAL=3", "2026-11-26")]
    [InlineData("x every! 3 days", "P3D", "2026-11-25")]
    [InlineData("x every 2 weeks after done", "P2W", "2026-11-25")]
    [InlineData("x 3 days after completion", "P3D", "2026-11-25")]
    [InlineData("x every! day at 9:00", "P1D", "2026-11-26 09:00")]
    public void Repetitions(string text, string repeats, string due)
    {
        var understood = QuickAddParser.Parse(text, Now);
        (understood.Title, understood.Rule?.ToString() ?? understood.AfterDone?.ToString(), Shown(understood.Due)).ShouldBe(("x", repeats, due));
    }

    [Theory]
    [InlineData("Write weekly report")]
    [InlineData("Read about 31 feb")]
    [InlineData("Every cloud has a silver lining")]
    [InlineData("Buy sun cream")]
    [InlineData("Look at 1,000 pictures")]
    [InlineData("Meet at 25")]
    [InlineData("Fix issue #123 (+1), mail bob@example.org")]
    [InlineData("Wow !5 !12 !!")]
    [InlineData("~0m ~x ~1000000h ~1h30")]
    [InlineData("# @ + ~ ! \\ \" , . every")]
    [InlineData("c:\\path \\\\server \\o/ say \"hi\"")]
    [InlineData("in 3. days, next, every. day")]
    [InlineData("2026-13-01 99.99.2026 24:00 9:60 13pm")]
    public void What_is_not_understood_stays(string text)
    {
        var understood = QuickAddParser.Parse(text, Now);
        understood.Parts.ShouldBeEmpty();
        (understood.Title, understood.Due, understood.Rule).ShouldBe((text, null, null));
    }

    [Theory]
    [InlineData("Buy \"Every Day\" tomorrow", "Buy \"Every Day\"", "tomorrow")]
    [InlineData("Sing \\tomorrow \\#1hit", "Sing tomorrow #1hit", "")]
    [InlineData("Watch \\every friday", "Watch every", "friday")]
    [InlineData("Run every! monday", "Run every!", "monday")]
    [InlineData("Do it tomorrow.", "Do it.", "tomorrow")]
    [InlineData("Tomorrow: call Bob", "call Bob", "Tomorrow")]
    [InlineData("Call Bob, tomorrow, at work", "Call Bob, at work", "tomorrow")]
    [InlineData("Call Bob tomorrow at work", "Call Bob at work", "tomorrow")]
    [InlineData("  tomorrow  #home ", "tomorrow  #home", "tomorrow|#home")]
    [InlineData("Move today to friday", "Move to friday", "today")]
    [InlineData("Paint #\"My house\" @\"Ann Lee\"", "Paint", "#\"My house\"|@\"Ann Lee\"")]
    [InlineData("😀 party 24 dec 😀", "😀 party 😀", "24 dec")]
    [InlineData("+a +A @b #c #d !1 !2", "#d !2", "+a|+A|@b|#c|!1")]
    public void The_title_is_what_is_left(string text, string title, string parts)
    {
        var understood = QuickAddParser.Parse(text, Now);
        understood.Title.ShouldBe(title);
        string.Join('|', understood.Parts.Select(part => text.Substring(part.Start, part.Length))).ShouldBe(parts);
    }

    [Fact]
    public void A_name_in_quotes_is_one_name()
    {
        var understood = QuickAddParser.Parse("Paint #\"My house\" @\"Ann Lee\" +Blau", Now);
        understood.List.ShouldBe("My house");
        understood.People.ShouldBe(["Ann Lee"]);
        understood.Tags.ShouldBe(["Blau"]);
    }

    [Fact]
    public void No_text_breaks_it() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Texts.ToArbitrary(), text =>
    {
        var understood = QuickAddParser.Parse(text, Now);
        var parts = understood.Parts;
        return understood.Title is not null
            && (understood.Title.Length > 0 || string.IsNullOrWhiteSpace(text))
            && understood.Title.Length <= text.Length
            && parts.All(part => part.Length > 0 && part.Start >= 0 && part.Start + part.Length <= text.Length)
            && parts.Zip(parts.Skip(1)).All(pair => pair.First.Start + pair.First.Length <= pair.Second.Start)
            && (parts.Count > 0 || text.Contains('\\', StringComparison.Ordinal) || understood.Title == text.Trim())
            && (understood.Rule is null || understood.AfterDone is null);
    }));

    [Theory]
    [InlineData("every mon, ")]
    [InlineData("every ")]
    [InlineData("\"")]
    [InlineData("#\"")]
    [InlineData("\\every ")]
    [InlineData("1st and ")]
    [InlineData("every 1st and ")]
    [InlineData("+tag ")]
    [InlineData("a")]
    [InlineData(",")]
    [InlineData("!")]
    [InlineData("\ud83d")]
    [InlineData("~1h")]
    public void A_line_of_a_hundred_thousand_characters_takes_no_time(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 100_000 / piece.Length));
        var watch = Stopwatch.StartNew();
        QuickAddParser.Parse(text, Now).Title.ShouldNotBeNull();
        // Some ten milliseconds; with a quadratic step anywhere it would be minutes.
        watch.Elapsed.ShouldBeLessThan(Eventually.Patience);
    }

    private static Gen<string> Texts => Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""),
        Gen.Choose(0, 0xffff).Select(unit => (char)unit).ArrayOf().Select(units => new string(units)),
        Gen.Elements(
            "every", "every!", "other", "3", "days", "day", "after", "done", "1st", "and", ",", "mon", "friday", "next", "week", "in", "a", "at", "9", "9:00", "pm", "noon",
            "24", "dec", "of", "the", "month", "last", "until", "for", "5", "times", "from", "on", "by", "due", "2026-12-24", "31", "feb", "#home", "+tag", "@me", "!1", "~30m",
            "\"", "\\", "\\every", "#\"", "\ud83d", "\u0000", ".", "!", "0", "9999", "1000", "years", "29", "hours", "starting")
            .ArrayOf().SelectMany(words => Gen.Elements(" ", "", "  ").Select(space => string.Join(space, words))));

    private static string? Shown(QuickAddDue? due) => due is null ? null
        : due.Value.Date.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture) + due.Value.Time?.ToString(" HH:mm", CultureInfo.InvariantCulture);
}
