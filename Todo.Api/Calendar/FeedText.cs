using Microsoft.EntityFrameworkCore;
using NodaTime;
using Todo.Api.Lists;
using Todo.Api.Occurrences;
using Todo.Api.Settings;
using Todo.Api.Todos;
using Todo.Data.Tenants;
using Todo.Scheduling.Calendars;
using Todo.Scheduling.Recurrence;

namespace Todo.Api.Calendar;

/// <summary>
/// A person's todos as a calendar. As events, which every program shows, and which make nobody busy. What repeats goes out as a rule with its exceptions;
/// the text stays the same while its todos do.
/// </summary>
internal static class FeedText
{
    public const string ContentType = "text/calendar";

    private const int MaxTodos = 5_000;
    private const int MaxChanged = 200;
    private const int RefreshMinutes = 60;
    private static readonly TimeSpan Past = TimeSpan.FromDays(366);

    /// <summary>The text, of one statement: the newest of the todos of the last year and of all time to come.</summary>
    public static async Task<string> WriteAsync(TenantDbContext tenant, FeedEntry feed, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (me, from) = (feed.CreatedBy, now - Past);
        var todos = ListAccess.Todos(tenant, me, ListRight.Read).Where(todo => todo.DueAt >= from || todo.StartAt >= from || todo.RecurrenceRule != null);
        todos = feed.AssignedOnly ? TodoFilter.OfPerson(todos, me) : todos;
        var rows = await todos.OrderByDescending(todo => todo.Id).Take(MaxTodos).Select(todo => new
        {
            Todo = todo,
            Changed = tenant.Occurrences.Where(one => todo.RecurrenceRule != null && one.TodoId == todo.Id && (one.IsCancelled || one.MovedTo != null || one.Title != null || one.Notes != null))
                .OrderByDescending(one => one.Original).Take(MaxChanged).ToList(),
        }).AsNoTracking().ToListAsync(cancellationToken);

        // Zones are described from there on; a text that is as old as its todos must not change by itself.
        var year = Instant.FromUtc(now.Year, 1, 1, 0, 0);
        return CalendarWriter.Write(new CalendarHeader("-//Todo//Todo//EN", feed.Name, year, RefreshMinutes), [.. rows.SelectMany(row => ItemsOf(row.Todo, row.Changed))]);
    }

    private static IEnumerable<CalendarItem> ItemsOf(TodoItem todo, List<TodoOccurrence> changed)
    {
        var isSeries = todo.RecurrenceMode == RecurrenceMode.Schedule;
        var item = new CalendarItem
        {
            Kind = CalendarItemKind.Event,
            Uid = $"{todo.Id}@todo",
            Title = TitleOf(todo.Title, todo.CompletedAt is not null && !isSeries),
            Notes = todo.Notes,
            Priority = todo.Priority == TodoPriority.None ? null : 9 - (2 * (int)todo.Priority),
            Created = Instant.FromDateTimeOffset(todo.CreatedAt),
            LastModified = Instant.FromDateTimeOffset(todo.UpdatedAt),
            Sequence = todo.Version - 1,
        };
        if (!isSeries)
        {
            yield return At(item, todo, Repetition.LocalOf(todo, Repetition.AnchorOf(todo)!.Value));
            yield break;
        }

        yield return At(item, todo, todo.RecurrenceFrom!.Value) with
        {
            Rule = RecurrenceRule.Parse(todo.RecurrenceRule!),
            Excluded = [.. changed.Where(row => row.IsCancelled).Select(row => TimeOf(todo, row.Original))],
        };
        foreach (var row in changed.Where(row => !row.IsCancelled))
        {
            yield return At(item, todo, row.MovedTo ?? row.Original) with
            {
                RecurrenceId = TimeOf(todo, row.Original),
                Title = TitleOf(row.Title ?? todo.Title, row.CompletedAt is not null),
                Notes = row.Notes ?? todo.Notes,
            };
        }
    }

    // Events are not done or open, but people want to see it.
    private static string TitleOf(string title, bool isDone) => isDone ? "✓ " + title : title;

    private static CalendarItem At(CalendarItem item, TodoItem todo, DateTime begins)
    {
        var (start, due) = Repetition.TimesOf(todo, begins);
        var ends = Repetition.LocalOf(todo, (due ?? start)!.Value);
        return item with
        {
            Start = TimeOf(todo, begins),
            End = todo.IsAllDay ? CalendarTime.On(LocalDate.FromDateTime(ends).PlusDays(1)) : ends > begins ? TimeOf(todo, ends) : null,
        };
    }

    private static CalendarTime TimeOf(TodoItem todo, DateTime local) => todo.IsAllDay ? CalendarTime.On(LocalDate.FromDateTime(local))
        : todo.RecurrenceMode == RecurrenceMode.Schedule ? CalendarTime.At(LocalDateTime.FromDateTime(local), TimeZones.Find(todo.TimeZone))
        : CalendarTime.At(Repetition.InstantOf(todo, local));
}
