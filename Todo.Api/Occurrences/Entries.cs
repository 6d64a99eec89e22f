using Todo.Api.Todos;
using Todo.Data.Tenants;

namespace Todo.Api.Occurrences;

/// <summary>Todos as entries of a calendar.</summary>
internal static class Entries
{
    /// <summary>A todo as it is: one that does not repeat, or the occurrence that one is at.</summary>
    public static CalendarEntry Of(TodoItem todo, TodoOccurrence? row = null) => row is not null && row.Original != todo.Occurrence
        ? Of(todo, row.Original, row.MovedTo ?? row.Original, row)
        : Of(todo, todo.Occurrence, (todo.StartAt, todo.DueAt), row) with { CompletedAt = todo.CompletedAt, CompletedBy = todo.CompletedBy };

    /// <summary>One occurrence.</summary>
    public static CalendarEntry Of(TodoItem todo, DateTime original, DateTime begins, TodoOccurrence? row) => Of(todo, original, Repetition.TimesOf(todo, begins), row);

    private static CalendarEntry Of(TodoItem todo, DateTime? original, (DateTimeOffset? Start, DateTimeOffset? Due) times, TodoOccurrence? row) => new(
        todo.Id,
        original is { } one ? OccurrenceKey.Of(one, todo.IsAllDay) : null,
        row?.Title ?? todo.Title,
        todo.ListId,
        DayOrTime.Of(times.Start, todo.IsAllDay, todo.TimeZone),
        DayOrTime.Of(times.Due, todo.IsAllDay, todo.TimeZone),
        todo.TimeZone,
        todo.Priority,
        todo.Colour,
        todo.AssigneeIds,
        todo.TagIds,
        row is { CompletedAt: null } and not { MovedTo: null, Title: null, Notes: null },
        row?.IsCancelled ?? false,
        row?.CompletedAt,
        row?.CompletedBy);
}
