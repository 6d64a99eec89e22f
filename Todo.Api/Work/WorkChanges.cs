using Todo.Api.Paging;
using Todo.Data.Tenants;

namespace Todo.Api.Work;

/// <summary>What other changes of a todo mean for its work: whoever assigns it, completes it or opens it again in whatever way is in the log.</summary>
internal static class WorkChanges
{
    /// <summary>Sets the state of a todo that was changed, and says what is to be written down.</summary>
    /// <param name="todo">As it is now.</param>
    /// <param name="state">How far its work was before.</param>
    /// <param name="assignees">Who was to do it before.</param>
    /// <param name="wasCompleted">Whether it was completed before.</param>
    /// <param name="me">Who did it.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<WorkEntry> Follow(TodoItem todo, WorkState state, Guid[] assignees, bool wasCompleted, Guid me, DateTimeOffset now)
    {
        var entries = new List<WorkEntry>();
        var holders = assignees.ToList();
        foreach (var person in assignees.Except(todo.AssigneeIds))
        {
            Add(WorkAction.Unassign, person);
            holders.Remove(person);
        }

        foreach (var person in todo.AssigneeIds.Except(assignees))
        {
            Add(WorkAction.Assign, person);
            holders.Add(person);
        }

        if (todo.CompletedAt is not null != wasCompleted)
        {
            Add(wasCompleted ? WorkAction.Reopen : WorkAction.Complete, null);
        }

        if (entries.Count > 0)
        {
            todo.WorkState = state;
        }

        return entries;

        void Add(WorkAction action, Guid? person)
        {
            // Who is to do what is completed may change, too; that is not in the log.
            if (WorkRules.After(new WorkSituation(state, holders, [], []), action, person ?? me) is { } after)
            {
                var at = now.AddMicroseconds(entries.Count);
                entries.Add(new WorkEntry { Id = SortableId.At(at), TodoId = todo.Id, ActorId = me, PersonId = person, Action = action, FromState = state, ToState = after, At = at });
                state = after;
            }
        }
    }
}
