using NodaTime;
using NodaTime.TimeZones;

namespace Todo.Scheduling.Calendars;

/// <summary>
/// Writes VTIMEZONE (RFC 5545 §3.6.5). Changes of the clocks are listed, not described by a rule: a list is right for every zone, also those whose changes
/// follow the moon or a ministry. Programs that know the zone by its name use their own knowledge.
/// </summary>
internal static class ZoneWriter
{
    public static void Write(FoldedWriter output, DateTimeZone zone, Instant from, Instant to)
    {
        output.Line("BEGIN:VTIMEZONE");
        output.Line("TZID", zone.Id);
        output.Line("X-LIC-LOCATION", zone.Id);
        foreach (var changes in Changes(zone, from, to).GroupBy(change => (change.Interval.Name, change.Before, change.Interval.WallOffset, change.Interval.Savings)))
        {
            var (name, before, after, savings) = changes.Key;
            var kind = savings == Offset.Zero ? "STANDARD" : "DAYLIGHT";
            // The time of a change is that of the clock before it.
            var times = changes.Select(change => CalendarText.DateTime.Format(change.At.WithOffset(before).LocalDateTime)).ToArray();
            output.Line("BEGIN", kind);
            output.Line("DTSTART", times[0]);
            if (times.Length > 1)
            {
                output.Line("RDATE", string.Join(',', times[1..]));
            }
            output.Line("TZOFFSETFROM", CalendarText.Offset(before));
            output.Line("TZOFFSETTO", CalendarText.Offset(after));
            output.Line("TZNAME", CalendarText.Escape(name));
            output.Line("END", kind);
        }
        output.Line("END:VTIMEZONE");
    }

    private static IEnumerable<(ZoneInterval Interval, Offset Before, Instant At)> Changes(DateTimeZone zone, Instant from, Instant to)
    {
        foreach (var interval in zone.GetZoneIntervals(from, to))
        {
            // Whoever reads it needs the time before the first change too.
            yield return interval.HasStart && interval.Start > Instant.MinValue
                ? (interval, zone.GetUtcOffset(interval.Start - Duration.Epsilon), interval.Start)
                : (interval, interval.WallOffset, from);
        }
    }
}
