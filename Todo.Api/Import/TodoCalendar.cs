using NodaTime;
using Todo.Api.Occurrences;
using Todo.Api.Settings;
using Todo.Api.Todos;
using Todo.Data.Tenants;
using Todo.Scheduling.Calendars;

namespace Todo.Api.Import;

/// <summary>Reads todos from a calendar file (RFC 5545): tasks, and events, which are todos with a start. What was cancelled is none.</summary>
internal static class TodoCalendar
{
    private const string Untitled = "Untitled";

    /// <summary>Reads a file; whatever it holds, there is an answer.</summary>
    /// <param name="content">The file.</param>
    /// <param name="timeZone">The zone of times that have none.</param>
    public static TodoFile Read(string content, string? timeZone)
    {
        var file = new TodoFile();
        var (read, viewer) = (CalendarReader.Read(content), TimeZones.Find(timeZone));
        foreach (var problem in read.Problems)
        {
            file.Require(false, problem.Line, null, problem.Item is null ? problem.Message : $"{problem.Item}: {problem.Message}");
        }

        // What replaces one occurrence belongs to the item of the same name, if that is in the file.
        var masters = read.Entries.Where(entry => entry.Item is { RecurrenceId: null, Rule: not null, Uid.Length: > 0 }).Select(entry => entry.Item.Uid).ToHashSet(StringComparer.Ordinal);
        var changed = read.Entries.Select(entry => entry.Item).Where(item => item.RecurrenceId is not null && masters.Contains(item.Uid)).ToLookup(item => item.Uid, StringComparer.Ordinal);
        foreach (var (item, line) in read.Entries)
        {
            if ((item.RecurrenceId is not null && masters.Contains(item.Uid)) || item.Status == CalendarStatus.Cancelled)
            {
                continue;
            }

            file.Add(Row(item, line, viewer, timeZone) with { Series = item.Rule is null ? null : item, Changed = item.Rule is null ? [] : [.. changed[item.Uid]] });
        }

        return file;
    }

    /// <summary>The title of an item, on one line.</summary>
    public static string TitleOf(CalendarItem item) =>
        string.Concat(item.Title.Select(letter => char.IsControl(letter) && letter != '\0' ? ' ' : letter)).Trim() is { Length: > 0 } title ? title : Untitled;

    private static TodoRow Row(CalendarItem item, int line, DateTimeZone viewer, string? viewerName)
    {
        var zone = item.Start?.Zone ?? item.End?.Zone;
        var (start, due) = (item.Start, item.End);
        if (item.Kind == CalendarItemKind.Event && due is { IsDate: true } end)
        {
            // The end of an event is the day behind it.
            due = CalendarTime.On(LocalDate.Max(end.Local.Date.PlusDays(-1), start!.Value.Local.Date));
        }

        if (due is null || due == start)
        {
            (start, due) = (null, due ?? start);
        }

        var todo = new NewTodo(
            TitleOf(item),
            string.IsNullOrWhiteSpace(item.Notes) ? null : item.Notes,
            Priority: item.Priority switch { null => TodoPriority.None, 1 => TodoPriority.Urgent, < 5 => TodoPriority.High, 5 => TodoPriority.Medium, _ => TodoPriority.Low },
            Start: TimeOf(start, viewer),
            Due: TimeOf(due, viewer),
            TimeZone: start is null && due is null ? null : zone is not null && TimeZones.Contains(zone.Id) ? zone.Id : viewerName,
            Recurrence: item.Rule is { } rule ? new NewRecurrence(rule.ToString()) : null);
        var isDone = item.Status == CalendarStatus.Completed || item.Completed is not null;
        return new TodoRow(line, todo, [.. item.Categories.Take(TodoItem.MaxTags)])
        {
            MayHaveOtherTags = true,
            CompletedAt = isDone ? item.Completed?.ToDateTimeOffset() ?? DateTimeOffset.MinValue : null,
        };
    }

    private static DayOrTime? TimeOf(CalendarTime? time, DateTimeZone viewer) => time is not { } one ? null
        : one.IsDate ? new DayOrTime(one.Local.Date.ToDateOnly()) : new DayOrTime(one.ToInstant(viewer).ToDateTimeOffset());
}
