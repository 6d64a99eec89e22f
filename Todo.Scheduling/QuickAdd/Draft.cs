using NodaTime;
using Todo.Scheduling.Recurrence;

namespace Todo.Scheduling.QuickAdd;

/// <summary>What has been understood so far.</summary>
internal sealed class Draft(ZonedDateTime now, QuickAddNames names)
{
    public QuickAddNames Names { get; } = names;

    public ZonedDateTime Now { get; } = now;

    public LocalDate Today => Now.Date;

    public LocalDate? Date { get; set; }

    public LocalTime? Time { get; set; }

    public RecurrenceRule? Rule { get; set; }

    public AfterCompletion? AfterDone { get; set; }

    public string? List { get; set; }

    public List<string> Tags { get; } = [];

    public List<string> People { get; } = [];

    public int? Priority { get; set; }

    public int? EstimateMinutes { get; set; }

    public bool Repeats => Rule is not null || AfterDone is not null;

    /// <summary>When it is (first) due.</summary>
    public QuickAddDue? Due()
    {
        if (Rule is { Frequency: Frequency.Hourly })
        {
            var next = Now.LocalDateTime.With(TimeAdjusters.TruncateToHour).PlusHours(1);
            return new QuickAddDue(Date ?? next.Date, Time ?? (Date is null ? next.TimeOfDay : LocalTime.Midnight));
        }
        var date = Rule is not null ? First(Rule) : Date ?? (Repeats || Time is not null ? FirstDay() : null);
        return date is { } day ? new QuickAddDue(day, Time) : null;
    }

    // Today, unless the time has passed.
    private LocalDate FirstDay() => IsPast(Today) ? Today.PlusDays(1) : Today;

    private bool IsPast(LocalDate date) => Time is { } time && date + time <= Now.LocalDateTime;

    private LocalDate? First(RecurrenceRule rule)
    {
        var from = Date ?? FirstDay();
        // "Every other Friday" starts on the next Friday, not on that of the week after it.
        var found = Series.OfDays(from, rule.Every(1), DateTimeZone.Utc).Expand(Instant.MinValue, Instant.MaxValue, new(1)).Occurrences;
        return found.Count > 0 ? found[0].Start.Date : null;
    }
}
