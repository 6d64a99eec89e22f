using Todo.Data.Tenants;

namespace Todo.Api.Work;

/// <summary>What the rules ask about a todo.</summary>
/// <param name="State">How far the work is.</param>
/// <param name="Assignees">Who is to do it.</param>
/// <param name="Working">Who is at it.</param>
/// <param name="Worked">Who was, or is.</param>
public sealed record WorkSituation(WorkState State, IReadOnlyCollection<Guid> Assignees, IReadOnlyCollection<Guid> Working, IReadOnlyCollection<Guid> Worked);

/// <summary>
/// What can be done with a todo, and how far the work is then: a table. That somebody is at it, that it is somebody's, and that it is completed follow
/// from the rest of what is known, and a state says no other than that.
/// </summary>
public static class WorkRules
{
    private static readonly WorkState[] NotBegun = [WorkState.New, WorkState.Accepted, WorkState.Assigned, WorkState.Declined];

    private static readonly Move[] Moves =
    [
        new([WorkState.New, WorkState.Assigned, WorkState.Rejected], WorkAction.Accept, WorkState.Accepted),
        new([WorkState.New, WorkState.Assigned, WorkState.Accepted], WorkAction.Reject, WorkState.Rejected),
        new([.. NotBegun, WorkState.Rejected], WorkAction.Assign, WorkState.Assigned, Needs.NotAssigned),
        new([WorkState.InProgress], WorkAction.Assign, WorkState.InProgress, Needs.NotAssigned),
        new([WorkState.Paused], WorkAction.Assign, WorkState.Paused, Needs.NotAssigned),
        new([WorkState.Assigned, WorkState.Rejected], WorkAction.Unassign, WorkState.New, Needs.Assigned) { IfOthersAssigned = WorkState.Assigned },
        new([WorkState.Accepted], WorkAction.Unassign, WorkState.New, Needs.Assigned) { IfOthersAssigned = WorkState.Accepted },
        new([WorkState.InProgress], WorkAction.Unassign, WorkState.InProgress, Needs.Assigned),
        new([WorkState.Paused], WorkAction.Unassign, WorkState.Paused, Needs.Assigned),
        new([WorkState.Declined], WorkAction.Unassign, WorkState.Declined, Needs.Assigned),
        new(NotBegun, WorkAction.Start, WorkState.InProgress),
        new([WorkState.InProgress, WorkState.Paused], WorkAction.Start, WorkState.InProgress, Needs.NeverWorked),
        new([WorkState.InProgress], WorkAction.Pause, WorkState.Paused, Needs.Working) { IfOthersWork = WorkState.InProgress },
        new([WorkState.InProgress, WorkState.Paused], WorkAction.Resume, WorkState.InProgress, Needs.Stopped),
        new([.. NotBegun, WorkState.Rejected, WorkState.InProgress, WorkState.Paused], WorkAction.Complete, WorkState.Done),
        new([WorkState.Done], WorkAction.Approve, WorkState.Approved),
        new([WorkState.Done], WorkAction.Decline, WorkState.Declined),
        new([WorkState.Rejected, WorkState.Declined, WorkState.Done, WorkState.Approved], WorkAction.Reopen, WorkState.New) { IfOthersAssigned = WorkState.Assigned },
    ];

    private enum Needs
    {
        Nothing,
        Working,
        Stopped,
        NeverWorked,
        Assigned,
        NotAssigned,
    }

    /// <summary>How far the work is after an action; null: it is not possible now.</summary>
    /// <param name="situation">As it is before.</param>
    /// <param name="action">What is to be done.</param>
    /// <param name="person">Who does it; of assigning and unassigning: whom.</param>
    public static WorkState? After(WorkSituation situation, WorkAction action, Guid person)
    {
        if (Array.Find(Moves, move => move.Action == action && move.From.Contains(situation.State) && IsMet(move.Needs, situation, person)) is not { } found)
        {
            return null;
        }

        var others = action == WorkAction.Unassign ? situation.Assignees.Where(assignee => assignee != person) : situation.Assignees;
        return found.IfOthersAssigned is { } assigned && others.Any() ? assigned
            : found.IfOthersWork is { } working && situation.Working.Any(one => one != person) ? working
            : found.To;
    }

    /// <summary>What somebody can do now; assigning and unassigning if there is anybody for it.</summary>
    public static IReadOnlyList<WorkAction> Possible(WorkSituation situation, Guid me) =>
    [
        .. Enum.GetValues<WorkAction>().Where(action => action switch
        {
            WorkAction.Assign => After(situation, action, Guid.Empty) is not null,
            WorkAction.Unassign => situation.Assignees.Any(assignee => After(situation, action, assignee) is not null),
            _ => After(situation, action, me) is not null,
        }),
    ];

    private static bool IsMet(Needs needs, WorkSituation situation, Guid person) => needs switch
    {
        Needs.Working => situation.Working.Contains(person),
        Needs.Stopped => situation.Worked.Contains(person) && !situation.Working.Contains(person),
        Needs.NeverWorked => !situation.Worked.Contains(person),
        Needs.Assigned => situation.Assignees.Contains(person),
        Needs.NotAssigned => !situation.Assignees.Contains(person),
        _ => true,
    };

    private sealed record Move(WorkState[] From, WorkAction Action, WorkState To, Needs Needs = Needs.Nothing)
    {
        public WorkState? IfOthersAssigned { get; init; }

        public WorkState? IfOthersWork { get; init; }
    }
}
