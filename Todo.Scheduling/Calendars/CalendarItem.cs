using NodaTime;
using Todo.Scheduling.Recurrence;

namespace Todo.Scheduling.Calendars;

/// <summary>What an entry of a calendar is.</summary>
public enum CalendarItemKind
{
    /// <summary>VEVENT: what every calendar program shows.</summary>
    Event,

    /// <summary>VTODO: what programs for tasks show.</summary>
    Task,
}

/// <summary>STATUS (RFC 5545 §3.8.1.11). The last two are for events; the first three for tasks.</summary>
public enum CalendarStatus
{
    NeedsAction,
    InProcess,
    Completed,
    Cancelled,
    Tentative,
    Confirmed,
}

/// <summary>An event or task of a calendar.</summary>
public sealed record CalendarItem
{
    /// <summary>Event or task.</summary>
    public required CalendarItemKind Kind { get; init; }

    /// <summary>UID: the same for as long as the thing is the same, and for all its occurrences. Empty when a file that was read has none.</summary>
    public required string Uid { get; init; }

    /// <summary>RECURRENCE-ID: the original start of the one occurrence that this entry replaces; null for the whole.</summary>
    public CalendarTime? RecurrenceId { get; init; }

    /// <summary>SUMMARY.</summary>
    public string Title { get; init; } = "";

    /// <summary>DESCRIPTION; lines end with \n.</summary>
    public string? Notes { get; init; }

    /// <summary>URL.</summary>
    public string? Url { get; init; }

    /// <summary>DTSTART. An event has one.</summary>
    public CalendarTime? Start { get; init; }

    /// <summary>DTEND of an event, exclusive; DUE of a task. A DURATION that was read is here as the end that it leads to.</summary>
    public CalendarTime? End { get; init; }

    /// <summary>RRULE. A task without a start repeats from its end.</summary>
    public RecurrenceRule? Rule { get; init; }

    /// <summary>EXDATE.</summary>
    public IReadOnlyList<CalendarTime> Excluded { get; init; } = [];

    /// <summary>RDATE.</summary>
    public IReadOnlyList<CalendarTime> Added { get; init; } = [];

    /// <summary>CATEGORIES.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>PRIORITY: 1, the highest, to 9; null for none.</summary>
    public int? Priority { get; init; }

    /// <summary>STATUS; one that does not belong to the kind is not written.</summary>
    public CalendarStatus? Status { get; init; }

    /// <summary>COMPLETED of a task.</summary>
    public Instant? Completed { get; init; }

    /// <summary>CREATED.</summary>
    public Instant? Created { get; init; }

    /// <summary>LAST-MODIFIED, and DTSTAMP: the file does not change while the thing does not.</summary>
    public Instant? LastModified { get; init; }

    /// <summary>SEQUENCE: how often it was changed in a way that people should hear of.</summary>
    public int Sequence { get; init; }

    /// <summary>The series that the rule makes; null without a rule. Moved occurrences are entries of their own (<see cref="RecurrenceId"/>).</summary>
    /// <param name="viewer">The zone for whole days and floating times.</param>
    public Series? ToSeries(DateTimeZone viewer)
    {
        if (Rule is null || (Start ?? End) is not { } start)
        {
            return null;
        }
        var zone = start.Zone ?? viewer;
        var series = start.IsDate ? Series.OfDays(start.Local.Date, Rule, viewer) : Series.OfTimes(start.Local, zone, Rule);
        return series with
        {
            Excluded = [.. Excluded.Select(time => time.In(zone))],
            Added = [.. Added.Select(time => time.In(zone))],
        };
    }
}
