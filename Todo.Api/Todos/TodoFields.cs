using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Occurrences;
using Todo.Api.Paging;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

/// <summary>A field that can't be as it was asked for: its name in JSON, and why.</summary>
internal readonly record struct FieldError(string Field, string Rule);

/// <summary>Puts what was asked for into todos, and says which fields don't go together.</summary>
internal static class TodoFields
{
    /// <summary>A new todo without its place.</summary>
    public static TodoItem Make(NewTodo request, Caller caller, DateTimeOffset now, List<FieldError> errors, TodoSource? source = null)
    {
        var todo = new TodoItem
        {
            Id = SortableId.At(now),
            ListId = request.ListId ?? caller.UserId,
            ParentId = request.ParentId,
            Position = OrderKey.AtEnd(now),
            Title = request.Title,
            Notes = request.Notes,
            Priority = request.Priority,
            Colour = request.Colour?.ToLowerInvariant(),
            EstimateMinutes = request.EstimateMinutes,
            AssigneeIds = [.. (request.AssigneeIds ?? []).Distinct()],
            TagIds = [.. (request.TagIds ?? []).Distinct()],
            Source = source ?? SourceOf(caller),
            CreatedBy = caller.UserId,
            CreatedAt = now,
            UpdatedAt = now,
        };
        SetTimes(todo, request.Start, request.Due, request.TimeZone, request.Reminders ?? [], errors);
        if (request.Recurrence is { } recurrence && errors.Count == 0)
        {
            Repetition.Set(todo, recurrence, errors);
        }

        return todo;
    }

    /// <summary>Changes all but where it is.</summary>
    /// <returns>Whether a series begins anew in place of one that was.</returns>
    public static bool Apply(TodoItem todo, TodoChange change, List<FieldError> errors)
    {
        var before = (todo.RecurrenceRule, Repetition.AnchorOf(todo), todo.IsAllDay, todo.TimeZone);
        todo.Title = change.Has(nameof(change.Title)) ? change.Title : todo.Title;
        todo.Notes = change.Has(nameof(change.Notes)) ? change.Notes : todo.Notes;
        todo.Priority = change.Has(nameof(change.Priority)) ? change.Priority : todo.Priority;
        todo.Colour = change.Has(nameof(change.Colour)) ? change.Colour?.ToLowerInvariant() : todo.Colour;
        todo.EstimateMinutes = change.Has(nameof(change.EstimateMinutes)) ? change.EstimateMinutes : todo.EstimateMinutes;
        todo.AssigneeIds = change.Has(nameof(change.AssigneeIds)) ? [.. (change.AssigneeIds ?? []).Distinct()] : todo.AssigneeIds;
        todo.TagIds = change.Has(nameof(change.TagIds)) ? [.. (change.TagIds ?? []).Distinct()] : todo.TagIds;
        SetTimes(
            todo,
            change.Has(nameof(change.Start)) ? change.Start : DayOrTime.Of(todo.StartAt, todo.IsAllDay, todo.TimeZone),
            change.Has(nameof(change.Due)) ? change.Due : DayOrTime.Of(todo.DueAt, todo.IsAllDay, todo.TimeZone),
            change.Has(nameof(change.TimeZone)) ? change.TimeZone : todo.TimeZone,
            change.Has(nameof(change.Reminders)) ? change.Reminders ?? [] : todo.Reminders,
            errors);
        return errors.Count == 0 && Repeat(todo, change, before, errors);
    }

    // It is where it was, unless what the series is made of is another.
    private static bool Repeat(TodoItem todo, TodoChange change, (string? Rule, DateTimeOffset? At, bool IsAllDay, string? Zone) before, List<FieldError> errors)
    {
        var recurrence = change.Has(nameof(change.Recurrence)) ? change.Recurrence
            : todo.RecurrenceRule is { } rule ? new NewRecurrence(rule, todo.RecurrenceMode!.Value) : null;
        if (recurrence is null)
        {
            Repetition.Clear(todo);
        }
        else if (change.Has(nameof(change.Recurrence)) || before != (todo.RecurrenceRule, Repetition.AnchorOf(todo), todo.IsAllDay, todo.TimeZone))
        {
            return Repetition.Set(todo, recurrence, errors) && before.Rule is not null;
        }

        return false;
    }

    /// <summary>Which of these are no people of the tenant.</summary>
    public static async Task<IReadOnlyCollection<Guid>> FindStrangersAsync(TenantDbContext tenant, IReadOnlyCollection<Guid> people, CancellationToken cancellationToken)
    {
        if (people.Count == 0)
        {
            return [];
        }

        var known = await tenant.Users.Where(user => people.Contains(user.Id) && user.DeletedAt == null).Select(user => user.Id).ToListAsync(cancellationToken);
        return [.. people.Except(known)];
    }

    /// <summary>The refusal of what has one error.</summary>
    public static RefusedException Refused(FieldError error) => RefusedException.InvalidField(error.Field, error.Rule);

    /// <summary>Refuses what has errors.</summary>
    public static void Require(List<FieldError> errors)
    {
        if (errors.Count > 0)
        {
            throw RefusedException.Invalid(errors.GroupBy(error => error.Field).ToDictionary(group => group.Key, group => group.Select(error => error.Rule).ToArray()));
        }
    }

    /// <summary>What is to be a part names something else that somebody can't see.</summary>
    public static readonly FieldError NoSuchWhole = new("parentId", "There is no todo with this id.");

    /// <summary>What is to be a part names something else that is in no list.</summary>
    public static readonly FieldError WholeInNoList = new("parentId", "That todo is in no list, and only todos of a list have parts. Move it to one first.");

    /// <summary>What is to be a part names a list, too, and another one.</summary>
    public static readonly FieldError OtherListThanWhole = new("listId", "A part is in the list of what it is a part of.");

    /// <summary>That a person is none of the tenant's.</summary>
    public static FieldError NoSuchPerson(Guid id) => new("assigneeIds", $"There is no person {id}.");

    /// <summary>That a tag is none of the tenant's.</summary>
    public static FieldError NoSuchTag(Guid id) => new("tagIds", $"There is no tag {id}.");

    private static TodoSource SourceOf(Caller caller) => caller.Kind switch
    {
        ActorKind.ApiKey => TodoSource.ApiKey,
        ActorKind.Guest => TodoSource.Guest,
        _ => TodoSource.User,
    };

    private static void SetTimes(TodoItem todo, DayOrTime? start, DayOrTime? due, string? zone, int[] reminders, List<FieldError> errors)
    {
        if (start is { } one && due is { } other && one.IsDay != other.IsDay)
        {
            errors.Add(new("due", "Start and due are both days or both moments."));
            return;
        }

        (todo.TimeZone, todo.IsAllDay) = (zone, (start ?? due)?.IsDay ?? false);
        (todo.StartAt, todo.DueAt) = (start?.In(zone), due?.In(zone));
        if (!reminders.SequenceEqual(todo.Reminders))
        {
            todo.Reminders = [.. reminders.Distinct().Order()];
        }

        if (todo.StartAt > todo.DueAt)
        {
            errors.Add(new("due", "It can't be due before it starts."));
        }

        if (todo.Reminders.Any(minutes => minutes is < 0 or > TodoItem.MaxReminderMinutes))
        {
            errors.Add(new("reminders", $"A reminder comes 0 to {TodoItem.MaxReminderMinutes} minutes before."));
        }

        if (todo is { Reminders.Length: > 0, StartAt: null, DueAt: null })
        {
            errors.Add(new("reminders", "What has neither start nor due has no time to remind of."));
        }
    }
}
