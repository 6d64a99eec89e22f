using Todo.Data.Tenants;

namespace Todo.Api.Notifications;

/// <summary>That something happened that concerns the caller.</summary>
/// <param name="Id">The order of ids is that of time.</param>
/// <param name="Kind">What happened.</param>
/// <param name="ActorId">Who did it; null: a guest, or somebody who was deleted for good.</param>
/// <param name="ActorName">That person's name.</param>
/// <param name="TodoId">The todo that it is about.</param>
/// <param name="CommentId">The comment that it is about, which may be gone since.</param>
/// <param name="ListId">The list that it is about.</param>
/// <param name="Title">What the todo, or the list, is called now.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ReadAt">UTC; null: not yet.</param>
public sealed record NotificationResponse(
    Guid Id, NotificationKind Kind, Guid? ActorId, string? ActorName, Guid? TodoId, Guid? CommentId, Guid? ListId, string Title, DateTimeOffset CreatedAt, DateTimeOffset? ReadAt);

/// <summary>How much is unread.</summary>
/// <param name="Unread">As many as there are, or as are counted at most.</param>
/// <param name="IsMore">Whether there are more than are counted.</param>
public sealed record NotificationCount(int Unread, bool IsMore);
