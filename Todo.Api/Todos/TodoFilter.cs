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

    public TodoPriority? Priority { get; init; }

    public DateTimeOffset? DueFrom { get; init; }

    public DateTimeOffset? DueBefore { get; init; }

    /// <summary>Only what is due at no time.</summary>
    public bool NotDue { get; init; }

    /// <summary>Only what is open and late at this moment. What is due on a day is late when the next one begins, which is when today does.</summary>
    public (DateTimeOffset Now, DateTimeOffset Today)? LateAt { get; init; }

    public string? Text { get; init; }

    public bool IsEmpty => this == new TodoFilter();

    public IQueryable<TodoItem> Apply(IQueryable<TodoItem> todos)
    {
        var (id, list, parent, assignee, priority, from, before) = (Id, List, Parent, Assignee, Priority, DueFrom, DueBefore);
        todos = id is null ? todos : todos.Where(todo => todo.Id == id);
        todos = list is null ? todos : todos.Where(todo => todo.ListId == list);
        todos = parent is null ? todos : todos.Where(todo => todo.ParentId == parent);
        todos = TopLevel ? todos.Where(todo => todo.ParentId == null) : todos;

        // Said twice, because the index has only those of somebody.
        todos = assignee is null ? todos : todos.Where(todo => todo.AssigneeIds.Length > 0 && todo.AssigneeIds.Contains(assignee.Value));
        foreach (var tag in Tags ?? [])
        {
            todos = todos.Where(todo => todo.TagIds.Length > 0 && todo.TagIds.Contains(tag));
        }

        todos = State is null ? todos : State == TodoState.Open ? todos.Where(todo => todo.CompletedAt == null) : todos.Where(todo => todo.CompletedAt != null);
        todos = priority is null ? todos : todos.Where(todo => todo.Priority == priority);
        todos = from is null ? todos : todos.Where(todo => todo.DueAt >= from);
        todos = before is null ? todos : todos.Where(todo => todo.DueAt < before);
        todos = NotDue ? todos.Where(todo => todo.DueAt == null) : todos;
        if (LateAt is { } late)
        {
            var (now, today) = late;
            todos = todos.Where(todo => todo.CompletedAt == null && todo.DueAt < (todo.IsAllDay ? today : now));
        }

        if (!string.IsNullOrWhiteSpace(Text))
        {
            var pattern = LikePattern.Containing(Text);
            todos = todos.Where(todo => EF.Functions.ILike(todo.Title, pattern, "\\") || EF.Functions.ILike(todo.Notes!, pattern, "\\"));
        }

        return todos;
    }
}
