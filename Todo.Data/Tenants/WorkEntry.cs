namespace Todo.Data.Tenants;

/// <summary>How far the work at a todo is.</summary>
public enum WorkState : short
{
    /// <summary>Nobody has said anything.</summary>
    New,

    /// <summary>Somebody will do it.</summary>
    Accepted,

    /// <summary>Somebody won't.</summary>
    Rejected,

    /// <summary>It is somebody's to do.</summary>
    Assigned,

    /// <summary>Somebody is at it.</summary>
    InProgress,

    /// <summary>Somebody was, and is not at this moment.</summary>
    Paused,

    /// <summary>It is completed.</summary>
    Done,

    /// <summary>It is completed, and somebody found it good.</summary>
    Approved,

    /// <summary>It was completed, and somebody found that it is not.</summary>
    Declined,
}

/// <summary>What somebody does with a todo.</summary>
public enum WorkAction : short
{
    /// <summary>Says that they will do it.</summary>
    Accept,

    /// <summary>Says that they won't.</summary>
    Reject,

    /// <summary>Gives it to somebody.</summary>
    Assign,

    /// <summary>Takes it from somebody.</summary>
    Unassign,

    /// <summary>Begins to work at it.</summary>
    Start,

    /// <summary>Stops for a while.</summary>
    Pause,

    /// <summary>Goes on.</summary>
    Resume,

    /// <summary>Completes it; everybody stops.</summary>
    Complete,

    /// <summary>Finds what was done good.</summary>
    Approve,

    /// <summary>Finds that it is not done.</summary>
    Decline,

    /// <summary>Begins anew.</summary>
    Reopen,
}

/// <summary>That somebody did something with a todo. Never changed.</summary>
public sealed class WorkEntry : IOfTodo
{
    /// <summary>The longest comment, in UTF-16 code units.</summary>
    public const int MaxCommentLength = 1_000;

    /// <summary>UUID version 7: the order of ids is that of time.</summary>
    public required Guid Id { get; init; }

    /// <summary>The todo.</summary>
    public required Guid TodoId { get; init; }

    /// <summary>Who did it; null: a guest, or somebody who was deleted for good.</summary>
    public Guid? ActorId { get; init; }

    /// <summary>To whom it was given, or from whom it was taken; null: it is about nobody else.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>What it was.</summary>
    public required WorkAction Action { get; init; }

    /// <summary>How far the work was before.</summary>
    public required WorkState FromState { get; init; }

    /// <summary>How far it was after.</summary>
    public required WorkState ToState { get; init; }

    /// <summary>Why; null: nobody said.</summary>
    public string? Comment { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>That somebody works, or worked, at a todo without a pause.</summary>
public sealed class WorkSpan
{
    /// <summary>That of the action that began it.</summary>
    public required Guid Id { get; init; }

    /// <summary>The todo.</summary>
    public required Guid TodoId { get; init; }

    /// <summary>Who; null: somebody who was deleted for good. Nobody has two without an end at one todo.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>UTC, not before the start; null: not yet.</summary>
    public DateTimeOffset? EndedAt { get; set; }
}
