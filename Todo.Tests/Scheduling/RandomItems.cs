using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using Todo.Scheduling.Calendars;
using Todo.Scheduling.Recurrence;

namespace Todo.Tests.Scheduling;

/// <summary>Random entries of a calendar.</summary>
internal static class RandomItems
{
    private static readonly string[] Zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Africa/Casablanca", "Australia/Lord_Howe"];

    public static Gen<CalendarItem[]> Many => Gen.Choose(0, 5).SelectMany(count => One.ArrayOf(count));

    public static Gen<CalendarItem> One =>
        from kind in Gen.Elements(CalendarItemKind.Event, CalendarItemKind.Task)
        from start in Time
        from length in Gen.Choose(1, 1_000)
        from title in Text
        from notes in Text
        from uid in Text
        from categories in Text.Where(text => text.Length > 0).ArrayOf()
        from rule in Gen.OneOf(Gen.Constant<string?>(null), RandomRules.Days.Select(string? (text) => text))
        from excluded in Gen.Choose(0, 3)
        from original in Gen.Elements(true, false)
        from status in Gen.Elements(kind == CalendarItemKind.Event
            ? [CalendarStatus.Cancelled, CalendarStatus.Tentative, CalendarStatus.Confirmed]
            : new[] { CalendarStatus.Cancelled, CalendarStatus.NeedsAction, CalendarStatus.InProcess, CalendarStatus.Completed })
        from number in Gen.Choose(1, 9)
        let moment = Instant.FromUtc(2026, 1, 1, 0, 0) + Duration.FromSeconds(number * 12_345)
        select new CalendarItem
        {
            Kind = kind,
            Uid = uid,
            Title = title,
            Notes = notes.Length == 0 ? null : notes,
            Url = number == 3 ? "https://example.org/a,b;c" : null,
            Start = start,
            End = start with { Local = start.Local.PlusDays(length) },
            Rule = rule is null || (start.IsDate && rule.Contains("BYHOUR", StringComparison.Ordinal)) ? null : RecurrenceRule.Parse(rule),
            Excluded = [.. Enumerable.Range(1, excluded).Select(day => start with { Local = start.Local.PlusDays(day) })],
            Added = [.. Enumerable.Range(1, excluded / 2).Select(day => start with { Local = start.Local.PlusDays(-day) })],
            RecurrenceId = original ? start with { Local = start.Local.PlusDays(-length) } : null,
            Categories = categories,
            Priority = number == 5 ? null : number,
            Status = status,
            Completed = kind == CalendarItemKind.Task ? moment : null,
            Created = moment,
            LastModified = moment + Duration.FromDays(number),
            Sequence = number,
        };

    private static Gen<CalendarTime> Time =>
        from minutes in Gen.Choose(0, 2_000_000)
        from form in Gen.Choose(0, 3)
        from zone in Gen.Elements(Zones)
        let local = new LocalDateTime(2025, 1, 1, 0, 0).PlusMinutes(minutes)
        select form switch
        {
            0 => CalendarTime.On(local.Date),
            1 => CalendarTime.At(local, DateTimeZone.Utc),
            2 => CalendarTime.Floating(local),
            _ => CalendarTime.At(local, DateTimeZoneProviders.Tzdb[zone]),
        };

    /// <summary>Text that the format can carry: without control characters but for the end of a line and the tab, and with whole surrogate pairs.</summary>
    private static Gen<string> Text => Gen.Elements("a", "Zoë", "😀", "日本", ",", ";", ":", "\\", "\\n", "\n", "\t", " ", "\"", "BEGIN:VEVENT", "🏳️‍🌈", "long enough to be folded once or twice ")
        .ArrayOf().Select(string.Concat);
}
