using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Todo.Scheduling.Recurrence;

namespace Todo.Scheduling.Calendars;

/// <summary>Makes an item of a VEVENT or VTODO.</summary>
internal sealed class ItemReader(ZoneNames zones, int mostTimes)
{
    /// <summary>The item; null when the component is bad, and then it knows why.</summary>
    public CalendarItem? Read(CalendarComponent component)
    {
        try
        {
            return Make(component);
        }
        catch (CalendarFormatException bad)
        {
            component.Fail(bad.Line, bad.Message);
            return null;
        }
    }

    private CalendarItem Make(CalendarComponent component)
    {
        var kind = component.Name == "VEVENT" ? CalendarItemKind.Event : CalendarItemKind.Task;
        var start = Time(component.First("DTSTART"));
        if (kind == CalendarItemKind.Event && start is null)
        {
            throw new CalendarFormatException(component.Line, "DTSTART is missing.");
        }
        var end = Time(component.First(kind == CalendarItemKind.Event ? "DTEND" : "DUE")) ?? After(start, component.First("DURATION"));
        return new CalendarItem
        {
            Kind = kind,
            Uid = Text(component.First("UID")) ?? "",
            RecurrenceId = Time(component.First("RECURRENCE-ID")),
            Title = Text(component.First("SUMMARY")) ?? "",
            Notes = Text(component.First("DESCRIPTION")),
            Url = component.First("URL")?.Value,
            Start = start,
            End = end,
            Rule = Rule(component, start ?? end),
            Excluded = Times(component, "EXDATE"),
            Added = Times(component, "RDATE"),
            Categories = [.. component.All("CATEGORIES").SelectMany(line => CalendarText.List(line.Value)).Where(name => name.Length > 0)],
            Priority = Number(component.First("PRIORITY"), 9) is { } priority and > 0 ? priority : null,
            Status = component.First("STATUS") is { } status ? StatusNames.Read(status.Value.Trim()) : null,
            Completed = Moment(component.First("COMPLETED")),
            Created = Moment(component.First("CREATED")),
            LastModified = Moment(component.First("LAST-MODIFIED")),
            Sequence = Number(component.First("SEQUENCE"), int.MaxValue) ?? 0,
        };
    }

    private static RecurrenceRule? Rule(CalendarComponent component, CalendarTime? start)
    {
        if (component.First("RRULE") is not { } line)
        {
            return null;
        }
        if (component.All("RRULE").Skip(1).FirstOrDefault() is { } second)
        {
            throw new CalendarFormatException(second.Number, "RRULE is given twice; one rule is supported.");
        }
        if (!RecurrenceRule.TryParse(line.Value, out var rule, out var error))
        {
            throw new CalendarFormatException(line.Number, $"RRULE: {error}");
        }
        if (start is not { } first)
        {
            throw new CalendarFormatException(line.Number, "RRULE needs DTSTART.");
        }
        if (first.IsDate && rule.HasTimeOfDay)
        {
            throw new CalendarFormatException(line.Number, "RRULE: whole days cannot repeat by the hour, minute or second.");
        }
        return rule;
    }

    private List<CalendarTime> Times(CalendarComponent component, string name)
    {
        var times = new List<CalendarTime>();
        foreach (var line in component.All(name))
        {
            foreach (var value in line.Value.Split(','))
            {
                if (times.Count == mostTimes)
                {
                    throw new CalendarFormatException(line.Number, $"{name} has more than {mostTimes} times.");
                }
                // Of a period, the start.
                times.Add(Time(line, value.Split('/')[0]));
            }
        }
        return times;
    }

    private CalendarTime? Time(ContentLine? line) => line is null ? null : Time(line, line.Value);

    private CalendarTime Time(ContentLine line, string value)
    {
        value = value.Trim();
        if (CalendarText.Date.Parse(value) is { Success: true } date)
        {
            return InRange(line, CalendarTime.On(date.Value));
        }
        var isUtc = value.EndsWith('Z');
        var time = CalendarText.DateTime.Parse(isUtc ? value[..^1] : value);
        if (!time.Success)
        {
            throw new CalendarFormatException(line.Number,
                $"{line.Name}: \"{(value.Length <= 40 ? value : value[..40] + "…")}\" is no date like 20261224 and no time like 20261224T090000.");
        }
        if (isUtc)
        {
            return InRange(line, CalendarTime.At(time.Value, DateTimeZone.Utc));
        }
        if (line.Parameter("TZID") is not { Length: > 0 } id)
        {
            return InRange(line, CalendarTime.Floating(time.Value));
        }
        return zones.Find(id) is { } zone ? InRange(line, CalendarTime.At(time.Value, zone))
            : throw new CalendarFormatException(line.Number, $"{line.Name}: the time zone \"{(id.Length <= 60 ? id : id[..60] + "…")}\" is unknown; use a name like Europe/Berlin.");
    }

    // Databases and time zones end before the calendar does.
    private static CalendarTime InRange(ContentLine line, CalendarTime time) => time.Local.Year is >= 1 and <= 9998 ? time
        : throw new CalendarFormatException(line.Number, $"{line.Name}: a year is 1 to 9998.");

    private static CalendarTime? After(CalendarTime? start, ContentLine? line)
    {
        if (start is not { } first || line is null)
        {
            return null;
        }
        var parsed = PeriodPattern.Roundtrip.Parse(line.Value.Trim().TrimStart('+'));
        if (!parsed.Success || parsed.Value is { Years: not 0 } or { Months: not 0 })
        {
            throw new CalendarFormatException(line.Number, "DURATION: a duration is written like P1D, PT1H30M or P2W.");
        }
        try
        {
            return InRange(line, first with { Local = first.Local + parsed.Value });
        }
        catch (Exception bad) when (bad is OverflowException or ArgumentOutOfRangeException)
        {
            throw new CalendarFormatException(line.Number, "DURATION: it ends after the calendar does.");
        }
    }

    // For the record only: a file is not refused for them.
    private static Instant? Moment(ContentLine? line) =>
        line is not null && CalendarText.DateTime.Parse(line.Value.Trim().TrimEnd('Z')) is { Success: true } time && time.Value.Year is >= 1 and <= 9998
            ? time.Value.InUtc().ToInstant()
            : null;

    private static int? Number(ContentLine? line, int most) =>
        line is not null && int.TryParse(line.Value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number : null;

    private static string? Text(ContentLine? line) => line is null ? null : CalendarText.Unescape(line.Value);
}
