using Microsoft.EntityFrameworkCore;
using NodaTime;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Occurrences;
using Todo.Api.Todos;
using Todo.Data.Tenants;
using Todo.Scheduling.Recurrence;

namespace Todo.Api.Calendar;

/// <summary>Reads what is in a time, in one statement, and expands what repeats. How much of that there may be is bounded, whatever rules people have made.</summary>
internal sealed class CalendarReading(TenantDbContext tenant, RequestIdentity identity)
{
    /// <summary>The longest time that is looked at.</summary>
    public const int MaxDays = 366;

    /// <summary>The most entries.</summary>
    public const int MaxEntries = 5_000;

    // For all series together: a second of work, about.
    private const int MaxSteps = 4_000_000;

    // As far as days of two zones are apart, and a day.
    private static readonly TimeSpan Margin = TimeSpan.FromHours(52);

    /// <summary>What is in a time, by when it is.</summary>
    /// <exception cref="RefusedException">400: it is too much.</exception>
    public async Task<IReadOnlyList<CalendarEntry>> ReadAsync(CalendarWindow window, TodoFilter filter, CancellationToken cancellationToken)
    {
        var (from, to) = (window.From - Margin, window.To + Margin);
        var (first, last) = (DateTime.SpecifyKind(from.UtcDateTime, DateTimeKind.Unspecified), DateTime.SpecifyKind(to.UtcDateTime, DateTimeKind.Unspecified));
        var rows = await filter.Apply(ListAccess.Todos(tenant, identity.UserId, ListRight.Read))
            .Where(todo => (todo.DueAt >= from && todo.DueAt < to) || (todo.StartAt >= from && todo.StartAt < to) || (todo.StartAt < from && todo.DueAt >= to) || todo.RecurrenceRule != null)
            .OrderBy(todo => todo.Id)
            .Take(MaxEntries + 1)
            .Select(todo => new
            {
                // Without notes, of which there may be much.
                Todo = new TodoItem
                {
                    Id = todo.Id,
                    ListId = todo.ListId,
                    Title = todo.Title,
                    Priority = todo.Priority,
                    Colour = todo.Colour,
                    StartAt = todo.StartAt,
                    DueAt = todo.DueAt,
                    IsAllDay = todo.IsAllDay,
                    TimeZone = todo.TimeZone,
                    RecurrenceRule = todo.RecurrenceRule,
                    RecurrenceMode = todo.RecurrenceMode,
                    RecurrenceFrom = todo.RecurrenceFrom,
                    Occurrence = todo.Occurrence,
                    AssigneeIds = todo.AssigneeIds,
                    TagIds = todo.TagIds,
                    CreatedBy = todo.CreatedBy,
                    CreatedAt = todo.CreatedAt,
                    UpdatedAt = todo.UpdatedAt,
                    CompletedAt = todo.CompletedAt,
                    CompletedBy = todo.CompletedBy,
                },
                Changed = tenant.Occurrences
                    .Where(one => todo.RecurrenceRule != null && one.TodoId == todo.Id
                        && ((one.Original >= first && one.Original < last) || (one.MovedTo >= first && one.MovedTo < last) || one.Original == todo.Occurrence))
                    .Select(one => new TodoOccurrence
                    {
                        TodoId = one.TodoId,
                        Original = one.Original,
                        MovedTo = one.MovedTo,
                        Title = one.Title,
                        IsCancelled = one.IsCancelled,
                        CompletedAt = one.CompletedAt,
                        CompletedBy = one.CompletedBy,
                    })
                    .ToList(),
            })
            .AsNoTracking().ToListAsync(cancellationToken);
        if (rows.Count > MaxEntries)
        {
            throw TooMany();
        }

        var entries = new List<CalendarEntry>();
        var steps = MaxSteps;
        foreach (var row in rows)
        {
            foreach (var entry in Expand(row.Todo, row.Changed, window, ref steps))
            {
                if (window.Has(entry.Start, entry.Due, entry.TimeZone))
                {
                    entries.Add(entry);
                }
            }

            if (entries.Count > MaxEntries)
            {
                throw TooMany();
            }
        }

        return [.. entries.OrderBy(entry => (entry.Start ?? entry.Due)!.Value.In(entry.TimeZone)).ThenBy(entry => entry.TodoId)];
    }

    private static List<CalendarEntry> Expand(TodoItem todo, List<TodoOccurrence> changed, CalendarWindow window, ref int steps)
    {
        var rows = changed.ToDictionary(row => row.Original);
        var entries = new List<CalendarEntry> { Entries.Of(todo, todo.Occurrence is { } current ? rows.GetValueOrDefault(current) : null) };
        if (todo.RecurrenceRule is null)
        {
            return entries;
        }

        entries.AddRange(changed.Where(row => row.CompletedAt is not null && row.Original != todo.Occurrence).Select(row => Entries.Of(todo, row)));
        if (todo.CompletedAt is not null || todo.RecurrenceMode == RecurrenceMode.Completion)
        {
            return entries;
        }

        // What has passed and was not done is gone; open is what comes after that which it is at.
        var length = todo.StartAt is { } start && todo.DueAt is { } due ? due - start : TimeSpan.Zero;
        var at = Repetition.AnchorOf(todo)!.Value;
        var from = Latest(at, window.From - length - Margin);
        if (from >= window.To + Margin)
        {
            return entries;
        }

        var limits = new SearchLimits(MaxEntries + 1, Math.Min(SearchLimits.Default.Steps, steps));
        var found = Repetition.SeriesOf(todo, changed).Expand(Instant.FromDateTimeOffset(from), Instant.FromDateTimeOffset(window.To + Margin), limits);
        steps -= found.Steps;
        if (steps <= 0 || found.End == ExpansionEnd.TooMany)
        {
            throw TooMany();
        }

        entries.AddRange(found.Occurrences.Select(one => (Original: one.Original.ToDateTimeUnspecified(), Begins: one.Start.ToDateTimeUnspecified())).Where(one => one.Original != todo.Occurrence)
            .Select(one => Entries.Of(todo, one.Original, one.Begins, rows.GetValueOrDefault(one.Original))));
        return entries;
    }

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static RefusedException TooMany() => RefusedException.Invalid($"There are more than {MaxEntries:N0} entries in this window. Ask for a shorter one, or for one list.");
}
