namespace Todo.Data.Tenants;

/// <summary>What somebody is told of. Each is a setting of its name, which says who wants to hear of it.</summary>
public enum NotificationKind
{
    /// <summary>A todo was assigned to the person.</summary>
    TodoAssigned,

    /// <summary>A todo that the person made, or is to do, was completed.</summary>
    TodoCompleted,

    /// <summary>A comment mentions the person.</summary>
    Mentioned,

    /// <summary>Somebody commented on a todo that the person made, or is to do.</summary>
    Commented,

    /// <summary>A list was shared with the person, or with a group that the person is in.</summary>
    ListShared,
}

/// <summary>That somebody is told of something that somebody else did. Of one act everybody's has the same id.</summary>
public sealed class Notification
{
    /// <summary>Who is told.</summary>
    public required Guid PersonId { get; init; }

    /// <summary>UUID version 7: the order of ids is the order of what happened. Unique for the person.</summary>
    public required Guid Id { get; init; }

    /// <summary>What happened.</summary>
    public required NotificationKind Kind { get; init; }

    /// <summary>Who did it; null: a guest, or somebody who was deleted for good.</summary>
    public Guid? ActorId { get; init; }

    /// <summary>The todo; null: it is about a list.</summary>
    public Guid? TodoId { get; init; }

    /// <summary>The comment, which may be gone since; null: it is about none.</summary>
    public Guid? CommentId { get; init; }

    /// <summary>The list; null: it is about a todo.</summary>
    public Guid? ListId { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC; null: not yet.</summary>
    public DateTimeOffset? ReadAt { get; set; }
}
