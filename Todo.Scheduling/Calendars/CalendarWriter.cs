using System.Globalization;
using NodaTime;
using Todo.Scheduling.Recurrence;

namespace Todo.Scheduling.Calendars;

/// <summary>What is said about a calendar as a whole.</summary>
/// <param name="ProductId">PRODID: who made the file.</param>
/// <param name="Name">What programs call the calendar; null for none.</param>
/// <param name="Now">The time of writing: DTSTAMP of what has no time of its last change, and the middle of the years that zones are described for.</param>
/// <param name="RefreshMinutes">How often a subscriber should come back; null for no advice.</param>
public sealed record CalendarHeader(string ProductId, string? Name, Instant Now, int? RefreshMinutes = null);

/// <summary>Writes a calendar (RFC 5545): folded by octets, escaped, with the time zones it needs.</summary>
public static class CalendarWriter
{
    /// <summary>How many years of a zone's changes are written, from now on.</summary>
    private const int YearsAhead = 15;

    /// <summary>Writes a calendar. The same items in the same order give the same text, but for items without <see cref="CalendarItem.LastModified"/>.</summary>
    /// <param name="output">Where to; it should encode as UTF-8 without a byte order mark.</param>
    /// <param name="header">The calendar.</param>
    /// <param name="items">Its entries; they are gone through twice.</param>
    /// <exception cref="ArgumentException">An event has no start.</exception>
    public static void Write(TextWriter output, CalendarHeader header, IReadOnlyCollection<CalendarItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var lines = new FoldedWriter(output);
        lines.Line("BEGIN:VCALENDAR");
        lines.Line("VERSION:2.0");
        lines.Line("PRODID", CalendarText.Escape(header.ProductId));
        lines.Line("CALSCALE:GREGORIAN");
        if (header.Name is { } name)
        {
            lines.Line("NAME", CalendarText.Escape(name));
            lines.Line("X-WR-CALNAME", CalendarText.Escape(name));
        }
        if (header.RefreshMinutes is { } minutes)
        {
            lines.Line("REFRESH-INTERVAL;VALUE=DURATION", string.Create(CultureInfo.InvariantCulture, $"PT{minutes}M"));
            lines.Line("X-PUBLISHED-TTL", string.Create(CultureInfo.InvariantCulture, $"PT{minutes}M"));
        }
        WriteZones(lines, header.Now, items);
        foreach (var item in items)
        {
            WriteItem(lines, header.Now, item);
        }
        lines.Line("END:VCALENDAR");
    }

    /// <summary>The same as a string.</summary>
    public static string Write(CalendarHeader header, IReadOnlyCollection<CalendarItem> items)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        Write(output, header, items);
        return output.ToString();
    }

    private static void WriteZones(FoldedWriter lines, Instant now, IReadOnlyCollection<CalendarItem> items)
    {
        var times = items.SelectMany(item => item.Excluded.Concat(item.Added).Append(item.Start ?? default).Append(item.End ?? default).Append(item.RecurrenceId ?? default))
            .Where(time => time.Zone is not null && !IsUtc(time.Zone));
        var first = Instant.FromUtc(1970, 1, 1, 0, 0);
        var last = now + Duration.FromDays(YearsAhead * 366);
        foreach (var zone in times.GroupBy(time => time.Zone!.Id, StringComparer.Ordinal).OrderBy(zone => zone.Key, StringComparer.Ordinal))
        {
            var from = Instant.Max(first, Instant.Min(now, zone.Min(time => time.ToInstant(DateTimeZone.Utc))));
            ZoneWriter.Write(lines, zone.First().Zone!, from, last > from ? last : from + Duration.FromDays(366));
        }
    }

    private static void WriteItem(FoldedWriter lines, Instant now, CalendarItem item)
    {
        var isEvent = item.Kind == CalendarItemKind.Event;
        if (isEvent && item.Start is null)
        {
            throw new ArgumentException($"The event {item.Uid} has no start; write it as a task, or leave it out.", nameof(item));
        }
        var kind = isEvent ? "VEVENT" : "VTODO";
        var start = item.Start ?? (item.Rule is null ? null : item.End);
        lines.Line("BEGIN", kind);
        lines.Line("UID", CalendarText.Escape(item.Uid));
        lines.Line("DTSTAMP", CalendarText.Utc(item.LastModified ?? now));
        WriteTime(lines, "RECURRENCE-ID", item.RecurrenceId);
        WriteTime(lines, "DTSTART", start);
        WriteTime(lines, isEvent ? "DTEND" : "DUE", item.End);
        if (item.Rule is { } rule && start is { } first)
        {
            lines.Line("RRULE", FittingRule(rule, first));
        }
        WriteTimes(lines, "EXDATE", item.Excluded);
        WriteTimes(lines, "RDATE", item.Added);
        lines.Line("SUMMARY", CalendarText.Escape(item.Title));
        WriteText(lines, "DESCRIPTION", item.Notes);
        if (item.Url is { } url)
        {
            lines.Line("URL", string.Concat(url.Where(letter => !char.IsControl(letter))));
        }
        if (item.Categories.Count > 0)
        {
            lines.Line("CATEGORIES", string.Join(',', item.Categories.Select(CalendarText.Escape)));
        }
        if (item.Priority is { } priority)
        {
            lines.Line("PRIORITY", priority.ToString(CultureInfo.InvariantCulture));
        }
        if (item.Status is { } status && StatusNames.Of(status, item.Kind) is { } statusName)
        {
            lines.Line("STATUS", statusName);
        }
        if (!isEvent && item.Completed is { } completed)
        {
            lines.Line("COMPLETED", CalendarText.Utc(completed));
        }
        if (isEvent)
        {
            // A todo in somebody's calendar does not make them busy.
            lines.Line("TRANSP:TRANSPARENT");
        }
        if (item.Created is { } created)
        {
            lines.Line("CREATED", CalendarText.Utc(created));
        }
        if (item.LastModified is { } changed)
        {
            lines.Line("LAST-MODIFIED", CalendarText.Utc(changed));
        }
        lines.Line("SEQUENCE", item.Sequence.ToString(CultureInfo.InvariantCulture));
        lines.Line("END", kind);
    }

    private static void WriteText(FoldedWriter lines, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            lines.Line(name, CalendarText.Escape(text));
        }
    }

    private static void WriteTimes(FoldedWriter lines, string name, IReadOnlyList<CalendarTime> times)
    {
        foreach (var time in times)
        {
            WriteTime(lines, name, time);
        }
    }

    private static void WriteTime(FoldedWriter lines, string name, CalendarTime? given)
    {
        if (given is not { } time)
        {
            return;
        }
        if (time.IsDate)
        {
            lines.Line(name + ";VALUE=DATE", CalendarText.Date.Format(time.Local.Date));
        }
        else if (time.Zone is null)
        {
            lines.Line(name, CalendarText.DateTime.Format(time.Local));
        }
        else if (IsUtc(time.Zone))
        {
            lines.Line(name, CalendarText.DateTime.Format(time.Local) + "Z");
        }
        else
        {
            // Zones that are only an offset have a colon in their name.
            var id = time.Zone.Id.Contains(':', StringComparison.Ordinal) ? $"\"{time.Zone.Id}\"" : time.Zone.Id;
            lines.Line($"{name};TZID={id}", CalendarText.DateTime.Format(time.Local));
        }
    }

    private static bool IsUtc(DateTimeZone zone) => zone.Id is "UTC" or "Etc/UTC";

    /// <summary>UNTIL has the form of the start: a date with a date, UTC with a zone, local without one.</summary>
    private static string FittingRule(RecurrenceRule rule, CalendarTime start)
    {
        if (rule.Until is not { } until)
        {
            return rule.ToString();
        }
        var zone = start.Zone ?? DateTimeZone.Utc;
        var end = start.IsDate ? RuleEnd.On(until.Value.Date)
            : until.Form == RuleEndForm.Utc && start.Zone is not null ? until
            : start.Zone is null ? new RuleEnd(EndOf(until), RuleEndForm.Local)
            : RuleEnd.At(zone.AtLeniently(EndOf(until)).ToInstant());
        return rule.EndingAt(end).ToString();
    }

    private static LocalDateTime EndOf(RuleEnd until) => until.Form == RuleEndForm.Date ? until.Value.Date + new LocalTime(23, 59, 59) : until.Value;
}
