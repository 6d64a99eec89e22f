using NodaTime;
using Todo.Api.Settings;
using Todo.Api.Todos;
using Todo.Data.Tenants;
using Todo.Scheduling.Recurrence;

namespace Todo.Api.Occurrences;

/// <summary>
/// What it means that a todo repeats. Its start and due are those of one occurrence, the first that is open; what was done to single occurrences is kept
/// beside it (<see cref="TodoOccurrence"/>). The rule counts from the start or, without one, from when it is due; the other keeps its distance, on the
/// clocks of the todo's zone.
/// </summary>
internal static class Repetition
{
    // Beyond it nobody plans, and no zone leads out of what calendars can count.
    private const int LastYear = 9_990;

    /// <summary>What the rule counts from.</summary>
    public static DateTimeOffset? AnchorOf(TodoItem todo) => todo.StartAt ?? todo.DueAt;

    /// <summary>Lets a todo repeat, from where it is or, if the rule has nothing there, from the first time behind it.</summary>
    /// <returns>Whether it can; otherwise there is an error.</returns>
    public static bool Set(TodoItem todo, NewRecurrence recurrence, List<FieldError> errors)
    {
        if (AnchorOf(todo) is not { } anchor)
        {
            errors.Add(new("recurrence", "What repeats needs a start or has to be due."));
        }
        else if (Read(recurrence, todo.IsAllDay, out var rule) is { } error)
        {
            errors.Add(new("recurrence.rule", error));
        }
        else
        {
            (todo.RecurrenceRule, todo.RecurrenceMode) = (rule!.ToString(), recurrence.Mode);
            var first = LocalOf(todo, anchor);
            (todo.RecurrenceFrom, todo.Occurrence) = (first, first);
            if (first.Year >= LastYear)
            {
                errors.Add(new("recurrence", $"What repeats begins before the year {LastYear}."));
            }
            else if (recurrence.Mode == RecurrenceMode.Schedule)
            {
                var series = SeriesOf(todo, []);
                var (found, warning) = series.Next(InstantOf(todo, first) - Duration.Epsilon);
                if (found is { } occurrence && occurrence.Start.Year < LastYear)
                {
                    if (occurrence.Original.ToDateTimeUnspecified() is var original && original != first)
                    {
                        Place(todo, occurrence);
                        todo.RecurrenceFrom = original;
                    }
                }
                else
                {
                    errors.Add(new("recurrence.rule", warning ?? $"{rule} has no time from {OccurrenceKey.Of(first, todo.IsAllDay)} on."));
                }
            }
        }

        return errors.Count == 0;
    }

    /// <summary>Lets a todo repeat no more.</summary>
    public static void Clear(TodoItem todo) => (todo.RecurrenceRule, todo.RecurrenceMode, todo.RecurrenceFrom, todo.Occurrence) = (null, null, null, null);

    /// <summary>Takes a todo to its next open occurrence that has not passed already: that of today, or a later one.</summary>
    /// <param name="todo">Whose occurrence is done or left out.</param>
    /// <param name="changed">What there is of its occurrences, from now on.</param>
    /// <param name="now">Now.</param>
    /// <returns>False: there is none, and it stays where it is.</returns>
    public static bool TryAdvance(TodoItem todo, IEnumerable<TodoOccurrence> changed, DateTimeOffset now)
    {
        var (zone, moment) = (TimeZones.Find(todo.TimeZone), Instant.FromDateTimeOffset(now));
        if (todo.RecurrenceMode == RecurrenceMode.Completion)
        {
            AfterCompletion.TryOf(RecurrenceRule.Parse(todo.RecurrenceRule!), out var after, out _);
            var from = LocalDateTime.FromDateTime(todo.RecurrenceFrom!.Value);
            var next = todo.IsAllDay ? after!.NextDate(moment, zone).AtMidnight() : after!.NextTime(moment, zone, from.TimeOfDay);
            if (next.Year < LastYear)
            {
                Place(todo, new Occurrence(next, next, default));
                return true;
            }

            return false;
        }

        var current = todo.Occurrence!.Value;
        if (Next(todo, changed.Where(one => one.Original != current).Append(new TodoOccurrence { TodoId = todo.Id, Original = current, IsCancelled = true }), now) is not { } found)
        {
            return false;
        }

        Place(todo, found);
        return true;
    }

    /// <summary>The first open occurrence that has not passed.</summary>
    public static Occurrence? Next(TodoItem todo, IEnumerable<TodoOccurrence> changed, DateTimeOffset now)
    {
        var (zone, moment) = (TimeZones.Find(todo.TimeZone), Instant.FromDateTimeOffset(now));
        var from = todo.IsAllDay ? zone.AtStartOfDay(moment.InZone(zone).Date).ToInstant() : moment;
        return SeriesOf(todo, changed).Next(from - Duration.Epsilon).Occurrence is { } found && found.Start.Year < LastYear ? found : null;
    }

    /// <summary>The series of a todo that repeats by the calendar.</summary>
    public static Series SeriesOf(TodoItem todo, IEnumerable<TodoOccurrence> changed)
    {
        var (zone, rule, from) = (TimeZones.Find(todo.TimeZone), RecurrenceRule.Parse(todo.RecurrenceRule!), LocalDateTime.FromDateTime(todo.RecurrenceFrom!.Value));
        var series = todo.IsAllDay ? Series.OfDays(from.Date, rule, zone) : Series.OfTimes(from, zone, rule);
        var rows = changed.ToArray();
        return rows.Length == 0 ? series : series with
        {
            Excluded = [.. rows.Where(row => row.IsCancelled || row.CompletedAt is not null).Select(row => LocalDateTime.FromDateTime(row.Original))],
            Moved = rows.Where(row => row.MovedTo is not null && !row.IsCancelled && row.CompletedAt is null)
                .ToDictionary(row => LocalDateTime.FromDateTime(row.Original), row => LocalDateTime.FromDateTime(row.MovedTo!.Value)),
        };
    }

    /// <summary>Where the rule, and nobody's change, puts an occurrence; null: it has none by that name. A day names the occurrence of a day that has one.</summary>
    /// <exception cref="Errors.RefusedException">400: the day has several.</exception>
    public static Occurrence? Find(TodoItem todo, OccurrenceKey key)
    {
        if (todo.RecurrenceMode == RecurrenceMode.Completion || key.Value.Year >= LastYear || (todo.IsAllDay && !key.IsDay))
        {
            return null;
        }

        var at = InstantOf(todo, key.Value);
        var around = SeriesOf(todo, []).Expand(at - Duration.FromDays(1), at + Duration.FromDays(2)).Occurrences
            .Where(one => key.IsDay ? one.Original.Date == LocalDate.FromDateTime(key.Value) : one.Original == LocalDateTime.FromDateTime(key.Value)).Take(2).ToArray();
        return around.Length > 1
            ? throw Errors.RefusedException.Invalid($"There are several occurrences on {key}. Say the time of the one that you mean, as {OccurrenceKey.Of(around[0].Original.ToDateTimeUnspecified(), false)}.")
            : around.Length == 1 ? around[0] : null;
    }

    /// <summary>Takes a todo to an occurrence.</summary>
    public static void Place(TodoItem todo, Occurrence occurrence)
    {
        (todo.StartAt, todo.DueAt) = TimesOf(todo, occurrence.Start.ToDateTimeUnspecified());
        todo.Occurrence = occurrence.Original.ToDateTimeUnspecified();
    }

    /// <summary>Start and due of an occurrence that begins at a time.</summary>
    public static (DateTimeOffset? Start, DateTimeOffset? Due) TimesOf(TodoItem todo, DateTime begins)
    {
        var anchor = LocalOf(todo, AnchorOf(todo)!.Value);
        return (Shifted(todo.StartAt), Shifted(todo.DueAt));

        DateTimeOffset? Shifted(DateTimeOffset? time) => time is { } one ? InstantOf(todo, begins + (LocalOf(todo, one) - anchor)).ToDateTimeOffset() : null;
    }

    /// <summary>A moment on the clocks of a todo's zone, to the second; midnight if it is about days.</summary>
    public static DateTime LocalOf(TodoItem todo, DateTimeOffset time)
    {
        var local = Instant.FromDateTimeOffset(time).InZone(TimeZones.Find(todo.TimeZone)).LocalDateTime;
        return (todo.IsAllDay ? local.Date.AtMidnight() : local.With(TimeAdjusters.TruncateToSecond)).ToDateTimeUnspecified();
    }

    /// <summary>The moment of a time on the clocks of a todo's zone. One that the clocks skip is taken as before they were put forward, a day begins when it begins.</summary>
    public static Instant InstantOf(TodoItem todo, DateTime local)
    {
        var zone = TimeZones.Find(todo.TimeZone);
        return todo.IsAllDay ? zone.AtStartOfDay(LocalDate.FromDateTime(local)).ToInstant() : zone.AtLeniently(LocalDateTime.FromDateTime(local)).ToInstant();
    }

    private static string? Read(NewRecurrence recurrence, bool isAllDay, out RecurrenceRule? rule)
    {
        if (!RecurrenceRule.TryParse(recurrence.Rule, out rule, out var error))
        {
            return error;
        }

        if (recurrence.Mode == RecurrenceMode.Completion)
        {
            return AfterCompletion.TryOf(rule, out _, out error) ? null : error;
        }

        // Something to do is none more often; and one todo must not fill everybody's calendar.
        return rule.Frequency < Frequency.Hourly ? $"FREQ={rule.Frequency.ToString().ToUpperInvariant()}: a todo repeats once an hour at most."
            : rule.Minutes.Count > 1 ? "BYMINUTE: a todo repeats once an hour at most, so give one minute."
            : rule.Seconds.Count > 1 ? "BYSECOND: a todo repeats once an hour at most, so give one second."
            : isAllDay && rule.HasTimeOfDay ? $"{rule}: what is on days, not at times, can't repeat by the hour, minute or second."
            : null;
    }
}
