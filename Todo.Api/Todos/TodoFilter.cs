using Microsoft.EntityFrameworkCore;
using Todo.Api.Paging;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

/// <summary>Which todos are wanted of those that somebody may see; what is null is no condition.</summary>
internal sealed record TodoFilter
{
    public Guid? Id { get; init; }

    public Guid? List { get; init; }

    public Guid? Parent { get; init; }

    public bool TopLevel { get; init; }

    public Guid? Assignee { get; init; }

    public Guid[]? Tags { get; init; }

    public TodoState? State { get; init; }

    public WorkState? Work { get; init; }

    public TodoPriority? Priority { get; init; }

    public DateTimeOffset? DueFrom { get; init; }

    public DateTimeOffset? DueBefore { get; init; }

    /// <summary>Only what is due at no time.</summary>
    public bool NotDue { get; init; }

    /// <summary>Only what is open and late at this moment. What is due on a day is late when the next one begins, which is when today does.</summary>
    public (DateTimeOffset Now, DateTimeOffset Today)? LateAt { get; init; }

    public string? Text { get; init; }

    public bool IsEmpty => this == new TodoFilter();

    /// <summary>What somebody is to do. It is said as the index has it: only of those that are anybody's, and as a set that holds a set (<c>@&gt;</c>).</summary>
    public static IQueryable<TodoItem> OfPerson(IQueryable<TodoItem> todos, Guid person)
    {
        Guid[] people = [person];
        return todos.Where(todo => todo.AssigneeIds.Length > 0 && people.All(one => todo.AssigneeIds.Contains(one)));
    }

    public IQueryable<TodoItem> Apply(IQueryable<TodoItem> todos)
    {
        var (id, list, parent, assignee, priority, from, before) = (Id, List, Parent, Assignee, Priority, DueFrom, DueBefore);
        todos = id is null ? todos : todos.Where(todo => todo.Id == id);
        todos = list is null ? todos : todos.Where(todo => todo.ListId == list);
        todos = parent is null ? todos : todos.Where(todo => todo.ParentId == parent);
        todos = TopLevel ? todos.Where(todo => todo.ParentId == null) : todos;

        if (assignee is { } person)
        {
            todos = OfPerson(todos, person);
        }

        if (Tags is { } tags)
        {
            todos = todos.Where(todo => todo.TagIds.Length > 0 && tags.All(tag => todo.TagIds.Contains(tag)));
        }

        todos = State is null ? todos : State == TodoState.Open ? todos.Where(todo => todo.CompletedAt == null) : todos.Where(todo => todo.CompletedAt != null);
        todos = Work is { } workState ? At(todos, workState) : todos;
        todos = priority is null ? todos : todos.Where(todo => todo.Priority == priority);
        todos = from is null ? todos : todos.Where(todo => todo.DueAt >= from);
        todos = before is null ? todos : todos.Where(todo => todo.DueAt < before);
        todos = NotDue ? todos.Where(todo => todo.DueAt == null) : todos;
        if (LateAt is { } late)
        {
            // The first bound is one that the index knows; today is no later than now.
            var (now, today) = late;
            todos = todos.Where(todo => todo.CompletedAt == null && todo.DueAt < now && todo.DueAt < (todo.IsAllDay ? today : now));
        }

        if (!string.IsNullOrWhiteSpace(Text))
        {
            var pattern = LikePattern.Containing(Text);
            todos = todos.Where(todo => EF.Functions.ILike(todo.Title, pattern, "\\") || EF.Functions.ILike(todo.Notes!, pattern, "\\"));
        }

        return todos;
    }

    // Of each the same as TodoItem.State says.
    private static IQueryable<TodoItem> At(IQueryable<TodoItem> todos, WorkState state)
    {
        WorkState[] own = [WorkState.Accepted, WorkState.Rejected, WorkState.InProgress, WorkState.Paused, WorkState.Declined];
        return state switch
        {
            WorkState.Done => todos.Where(todo => todo.CompletedAt != null && todo.WorkState != WorkState.Approved),
            WorkState.Approved => todos.Where(todo => todo.CompletedAt != null && todo.WorkState == WorkState.Approved),
            WorkState.Assigned => todos.Where(todo => todo.CompletedAt == null && todo.AssigneeIds.Length > 0 && !own.Contains(todo.WorkState)),
            WorkState.New => todos.Where(todo => todo.CompletedAt == null && todo.AssigneeIds.Length == 0 && !own.Contains(todo.WorkState)),
            _ => todos.Where(todo => todo.CompletedAt == null && todo.WorkState == state),
        };
    }
}
