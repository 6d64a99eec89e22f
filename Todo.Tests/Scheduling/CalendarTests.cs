using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using Todo.Scheduling.Calendars;
using Todo.Scheduling.Recurrence;
using Todo.Tests.Servers;

namespace Todo.Tests.Scheduling;

public sealed class CalendarTests
{
    private static readonly CalendarHeader Header = new("-//Todo//Todo//EN", "Zoë, at home", Instant.FromUtc(2026, 6, 1, 12, 0), RefreshMinutes: 60);
    private static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];

    [Fact]
    public void What_is_written_is_read_the_same() => ForAll(items =>
    {
        var read = CalendarReader.Read(CalendarWriter.Write(Header, items));
        read.Problems.ShouldBeEmpty();
        read.Name.ShouldBe(Header.Name);
        read.Entries.Select(entry => Shown(entry.Item)).ShouldBe(items.Select(Shown));
    });

    [Fact]
    public void No_line_has_more_than_75_octets_and_no_letter_is_cut() => ForAll(items =>
    {
        var text = CalendarWriter.Write(Header, items);
        text.ShouldEndWith("END:VCALENDAR\r\n");
        foreach (var line in text.Split("\r\n"))
        {
            Encoding.UTF8.GetByteCount(line).ShouldBeLessThanOrEqualTo(75);
            line.ShouldNotContain('\ufffd');
            line.ShouldNotContain('\n');
            Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(line)).ShouldBe(line);
        }
    });

    [Fact]
    public void Another_library_reads_what_is_written() => ForAll(items =>
    {
        var theirs = Ical.Net.Calendar.Load(CalendarWriter.Write(Header, items))!.RecurringItems.Cast<Ical.Net.CalendarComponents.RecurringComponent>().ToArray();
        theirs.Length.ShouldBe(items.Length);
        foreach (var (item, their) in items.OrderBy(item => item.Kind).Zip(theirs.OrderBy(their => their is Ical.Net.CalendarComponents.Todo)))
        {
            // It takes the space from the ends of texts.
            (their.Summary ?? "").Trim().ShouldBe(item.Title.Trim());
            (their.Description ?? "").Trim().ShouldBe((item.Notes ?? "").Trim());
            var start = item.Start!.Value;
            their.Start!.Value.ShouldBe(start.Local.ToDateTimeUnspecified());
            their.Start.HasTime.ShouldBe(!start.IsDate);
            if (start.Zone is not null)
            {
                Instant.FromDateTimeUtc(their.Start.AsUtc).ShouldBe(start.ToInstant(Berlin));
            }
            their.Sequence.ShouldBe(item.Sequence);
            their.ExceptionDates.GetAllDates().Count().ShouldBe(item.Excluded.Count);
        }
    });

    [Fact]
    public void The_same_todos_give_the_same_text_at_any_time()
    {
        var item = Task("x") with { LastModified = Instant.FromUtc(2026, 1, 1, 0, 0) };
        CalendarWriter.Write(Header, [item]).ShouldBe(CalendarWriter.Write(Header with { Now = Header.Now + Duration.FromDays(9) }, [item]));
    }

    [Fact]
    public void A_calendar_of_one_task()
    {
        var item = Task("Pay rent; now,\r\nor\u0007 \ud800never \\o/") with
        {
            Start = CalendarTime.At(new LocalDateTime(2026, 7, 1, 9, 0), Berlin),
            End = CalendarTime.At(Instant.FromUtc(2026, 7, 2, 9, 0)),
            Rule = RecurrenceRule.Parse("FREQ=MONTHLY;UNTIL=20271231"),
            Excluded = [CalendarTime.At(new LocalDateTime(2026, 8, 1, 9, 0), Berlin)],
            Categories = ["home, sweet", "money"],
            Status = CalendarStatus.InProcess,
            LastModified = Instant.FromUtc(2026, 5, 1, 0, 0),
        };
        var text = CalendarWriter.Write(Header, [item]);
        text[text.IndexOf("BEGIN:VTODO", StringComparison.Ordinal)..].ShouldBe("""
            BEGIN:VTODO
            UID:1@todo
            DTSTAMP:20260501T000000Z
            DTSTART;TZID=Europe/Berlin:20260701T090000
            DUE:20260702T090000Z
            RRULE:FREQ=MONTHLY;UNTIL=20271231T225959Z
            EXDATE;TZID=Europe/Berlin:20260801T090000
            SUMMARY:Pay rent\; now\,\nor �never \\o/
            CATEGORIES:home\, sweet,money
            STATUS:IN-PROCESS
            LAST-MODIFIED:20260501T000000Z
            SEQUENCE:0
            END:VTODO
            END:VCALENDAR

            """.ReplaceLineEndings("\r\n"));
    }

    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    [InlineData("Africa/Casablanca")]
    [InlineData("Asia/Kolkata")]
    [InlineData("Australia/Lord_Howe")]
    public void A_zone_is_described_so_that_its_offsets_are_right(string id)
    {
        var zone = DateTimeZoneProviders.Tzdb[id];
        var text = CalendarWriter.Write(Header, [Task("x") with { Start = CalendarTime.At(new LocalDateTime(2025, 1, 1, 0, 0), zone) }]);
        var lines = text.Replace("\r\n ", "", StringComparison.Ordinal).Split("\r\n");
        // Each change as the description gives it: at this local time of the clock before, the clock goes from one offset to the other.
        var changes = new List<(Instant At, int To)>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] is "BEGIN:STANDARD" or "BEGIN:DAYLIGHT")
            {
                var part = lines[(i + 1)..].TakeWhile(line => !line.StartsWith("END", StringComparison.Ordinal)).Select(line => line.Split(':')).ToArray();
                var (from, to) = (Seconds(part.Single(line => line[0] == "TZOFFSETFROM")[1]), Seconds(part.Single(line => line[0] == "TZOFFSETTO")[1]));
                changes.AddRange(part.Where(line => line[0] is "DTSTART" or "RDATE").SelectMany(line => line[1].Split(','))
                    .Select(local => (NodaTime.Text.LocalDateTimePattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss").Parse(local).Value
                        .WithOffset(Offset.FromSeconds(from)).ToInstant(), to)));
            }
        }
        // Just before and just at each change, and at both ends of the years that are described.
        var (first, last) = (Instant.FromUtc(2025, 1, 1, 0, 0), Instant.FromUtc(2041, 1, 1, 0, 0));
        var starts = zone.GetZoneIntervals(first, last).Where(interval => interval.HasStart && interval.Start > first).Select(interval => interval.Start);
        foreach (var at in starts.SelectMany(start => new[] { start - Duration.FromSeconds(1), start }).Append(first).Append(last))
        {
            changes.Where(change => change.At <= at).MaxBy(change => change.At).To.ShouldBe(zone.GetUtcOffset(at).Seconds, at.ToString());
        }

        static int Seconds(string offset)
        {
            var number = int.Parse(offset[1..], System.Globalization.CultureInfo.InvariantCulture);
            return (offset[0] == '-' ? -1 : 1) * ((number / 100 * 3_600) + (number % 100 * 60));
        }
    }

    [Fact]
    public void An_event_without_a_start_is_refused() =>
        Should.Throw<ArgumentException>(() => CalendarWriter.Write(Header, [Task("x") with { Kind = CalendarItemKind.Event }])).Message.ShouldContain("1@todo");

    [Theory]
    [InlineData("DTSTART:notadate", 4, "DTSTART: \"notadate\" is no date")]
    [InlineData("DTSTART:20260231", 4, "DTSTART: \"20260231\" is no date")]
    [InlineData("DTSTART:00000101", 4, "DTSTART: ")]
    [InlineData("DTSTART;TZID=Nowhere/Land:20260101T090000", 4, "DTSTART: the time zone \"Nowhere/Land\" is unknown")]
    [InlineData("X:1", 3, "DTSTART is missing.")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=MONTHLY;BYMONTHDAY=32", 5, "RRULE: BYMONTHDAY=32: a day of a month is 1 to 31 or -31 to -1.")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=HOURLY", 5, "RRULE: whole days cannot repeat by the hour")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", 6, "RRULE is given twice")]
    [InlineData("DTSTART:20260101\nDURATION:P1M", 5, "DURATION: ")]
    [InlineData("DTSTART:20260101\nDURATION:P99999999D", 5, "DURATION: ")]
    [InlineData("DTSTART:20260101\nno colon here", 5, "\"no colon here\" is no line of a calendar")]
    [InlineData("DTSTART:20260101\nBEGIN:VALARM", 7, "Something in it, before END:VEVENT, has no END of its own.")]
    [InlineData("DTSTART:20260101\nBEGIN:VEVENT\nDTSTART:20260101", 5, "END:VEVENT is missing before BEGIN:VEVENT.")]
    [InlineData("DTSTART:20260101\nEXDATE:20260101,2026", 5, "EXDATE: \"2026\" is no date")]
    public void A_bad_item_is_named_with_its_line_and_the_others_are_read(string lines, int line, string message)
    {
        var read = CalendarReader.Read($"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n{lines}\r\nSUMMARY:Bad\\, bad\r\nEND:VEVENT\r\nBEGIN:VTODO\r\nSUMMARY:Good\r\nEND:VTODO\r\nEND:VCALENDAR\r\n");
        read.Entries[^1].Item.Title.ShouldBe("Good");
        var problem = read.Problems.ShouldHaveSingleItem();
        problem.Line.ShouldBe(line);
        problem.Message.ShouldStartWith(message);
        problem.Item.ShouldNotBeNull().ShouldStartWith("VEVENT");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\n\r\n")]
    [InlineData("garbage")]
    [InlineData("{\"a\":1}")]
    [InlineData("BEGIN:VCARD\nEND:VCARD")]
    public void What_is_no_calendar_is_refused(string text)
    {
        var read = CalendarReader.Read(text);
        read.Entries.ShouldBeEmpty();
        read.Problems.ShouldHaveSingleItem().Message.ShouldStartWith("This is no calendar file");
    }

    [Fact]
    public void Files_of_other_programs_are_read()
    {
        var read = CalendarReader.Read("""
            BEGIN:VCALENDAR
            X-WR-CALNAME:Work\, mostly
            BEGIN:VEVENT
            UID:a
            DTSTART;TZID="W. Europe Standard Time":20260701T090000
            DURATION:PT1H30M
            SUMMARY;LANGUAGE=en:One
              and a half
            EXDATE;VALUE=DATE-TIME;TZID=/example.org/20260101/Europe/Berlin:20260702T090000,20260703T090000
            RDATE;VALUE=PERIOD:20260704T070000Z/PT1H
            RRULE:FREQ=DAILY;COUNT=5
            BEGIN:VALARM
            TRIGGER:-PT5M
            SUMMARY:Not the event's
            END:VALARM
            END:VEVENT
            BEGIN:VJOURNAL
            SUMMARY:Dear diary
            END:VJOURNAL
            BEGIN:VTODO
            UID:b
            DUE;TZID=Mine:20260701T090000
            STATUS:UNHEARD-OF
            PRIORITY:0
            END:VTODO
            BEGIN:VTIMEZONE
            TZID:Mine
            X-LIC-LOCATION:Asia/Tokyo
            END:VTIMEZONE
            END:VCALENDAR
            """);
        read.Problems.ShouldBeEmpty();
        read.Name.ShouldBe("Work, mostly");
        var (one, two) = (read.Entries[0].Item, read.Entries[1].Item);
        (one.Title, read.Entries[0].Line, read.Entries[1].Line).ShouldBe(("One and a half", 3, 20));
        one.Start!.Value.Zone!.Id.ShouldBe("Europe/Berlin");
        one.End!.Value.Local.ShouldBe(new LocalDateTime(2026, 7, 1, 10, 30));
        one.ToSeries(DateTimeZone.Utc)!.Expand(Instant.MinValue, Instant.MaxValue).Occurrences.Select(occurrence => occurrence.Start.Day).ShouldBe([1, 4, 5]);
        (two.Status, two.Priority, two.End!.Value.ToInstant(Berlin)).ShouldBe((null, null, Instant.FromUtc(2026, 7, 1, 0, 0)));
    }

    [Fact]
    public async Task Lines_folded_inside_a_letter_are_read()
    {
        var octets = Encoding.UTF8.GetBytes("\ufeffBEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:Zo😀e\nEND:VTODO\nEND:VCALENDAR").ToList();
        octets.InsertRange(octets.IndexOf(0xF0) + 2, "\r\n "u8.ToArray());
        using var file = new MemoryStream([.. octets]);
        (await CalendarReader.ReadAsync(file)).Entries.Single().Item.Title.ShouldBe("Zo😀e");
    }

    [Fact]
    public async Task A_file_too_large_is_refused_and_not_read_to_its_end()
    {
        using var file = new MemoryStream(new byte[1_000_000]);
        var read = await CalendarReader.ReadAsync(file, new CalendarReadLimits(Octets: 1_000));
        read.Problems.Single().Message.ShouldStartWith("The file is larger than 1000 octets");
        file.Position.ShouldBeLessThan(100_000);
    }

    [Fact]
    public void Items_past_the_limit_are_left_out_and_the_file_says_so()
    {
        var read = CalendarReader.Read(CalendarWriter.Write(Header, [Task("a"), Task("b"), Task("c")]), new CalendarReadLimits(Items: 2));
        read.Entries.Select(entry => entry.Item.Title).ShouldBe(["a", "b"]);
        read.Problems.Single().Message.ShouldStartWith("There are more than 2 events and tasks");
    }

    [Theory]
    [InlineData("BEGIN:VEVENT\n")]
    [InlineData("BEGIN:VALARM\n")]
    [InlineData("END:VEVENT\n")]
    [InlineData("x\n")]
    [InlineData("BEGIN:VTODO\nRRULE:x\nEND:VTODO\n")]
    [InlineData("X;")]
    [InlineData("\n ")]
    public void A_hostile_file_takes_no_time(string piece)
    {
        var watch = Stopwatch.StartNew();
        CalendarReader.Read("BEGIN:VCALENDAR\n" + string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length))).Problems.Count.ShouldBeLessThan(200_000);
        // A second or two at worst; anything quadratic takes minutes.
        watch.Elapsed.ShouldBeLessThan(Eventually.Patience);
    }

    [Fact]
    public void No_file_breaks_the_reading() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
        (from items in RandomItems.Many
         from cut in Gen.Choose(0, 1_000_000)
         from length in Gen.Choose(0, 40)
         from put in Gen.Elements("", "\r\n", ":", ";", "\"", "END:VEVENT\r\n", "BEGIN:VTODO\r\n", "99999999999", "\0", "é", "T", "Z")
         select (items, cut, length, put)).ToArbitrary(),
        given =>
        {
            var text = CalendarWriter.Write(Header, given.items);
            var at = given.cut % text.Length;
            var read = CalendarReader.Read(text[..at] + given.put + text[Math.Min(text.Length, at + given.length)..]);
            // What was read can be written and expanded.
            CalendarWriter.Write(Header, [.. read.Entries.Select(entry => entry.Item)]).ShouldNotBeEmpty();
            foreach (var entry in read.Entries)
            {
                entry.Item.ToSeries(Berlin)?.Expand(Instant.FromUtc(2026, 1, 1, 0, 0), Instant.FromUtc(2026, 2, 1, 0, 0), new SearchLimits(10, 1_000));
            }
            return read.Entries.Count + read.Problems.Count >= 0;
        }));

    [Fact]
    public void No_text_breaks_the_reading() => Check.QuickThrowOnFailure(Prop.ForAll<string>(text =>
    {
        CalendarReader.Read("BEGIN:VCALENDAR\n" + text).ShouldNotBeNull();
        return CalendarReader.Read(text ?? "").Entries.Count == 0;
    }));

    private static CalendarItem Task(string title) => new() { Kind = CalendarItemKind.Task, Uid = "1@todo", Title = title };

    private static void ForAll(Action<CalendarItem[]> holds) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(RandomItems.Many.ToArbitrary(), holds));

    /// <summary>Everything of an item, in one text to compare.</summary>
    private static string Shown(CalendarItem item) => JsonSerializer.Serialize(new
    {
        item.Kind,
        item.Uid,
        item.Title,
        item.Notes,
        item.Url,
        Times = new[] { item.RecurrenceId, item.Start, item.End }.Select(time => $"{time?.Local} {time?.Zone} {time?.IsDate}"),
        Rule = item.Rule?.ToString(),
        Excluded = item.Excluded.Select(time => $"{time.Local} {time.Zone} {time.IsDate}"),
        Added = item.Added.Select(time => $"{time.Local} {time.Zone} {time.IsDate}"),
        item.Categories,
        item.Priority,
        item.Status,
        item.Sequence,
        Moments = new[] { item.Completed, item.Created, item.LastModified }.Select(moment => moment?.ToString()),
    });
}
