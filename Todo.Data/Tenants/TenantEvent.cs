using Todo.Data.Access;

namespace Todo.Data.Tenants;

/// <summary>
/// That something happened to a todo, a list, a comment or a tag: written by the statement or in the transaction that did it, and independent of what
/// becomes of what it names.
/// </summary>
public sealed class TenantEvent
{
    /// <summary>
    /// In the order in which they were written, not in that in which they were committed. What is written after waiting for somebody's lock has a higher
    /// one than what that one has written.
    /// </summary>
    public long Id { get; init; }

    /// <summary>Its place in the order in which others are told, given after the commit; null: nobody has asked yet. Positions have no gaps.</summary>
    public long? Position { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What happened: one of <see cref="EventKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>What kind of caller did it.</summary>
    public required ActorKind ActorKind { get; init; }

    /// <summary>The person, key or link; null for the system.</summary>
    public Guid? ActorId { get; init; }

    /// <summary>The list in which it happened; null: in none, so everybody may know.</summary>
    public Guid? ListId { get; init; }

    /// <summary>The todo that it happened to, or to whose comment.</summary>
    public Guid? TodoId { get; init; }

    /// <summary>The comment or tag, or the person or group with whom the list is shared.</summary>
    public Guid? SubjectId { get; init; }

    /// <summary>JSON: fields, each with what it was (<c>from</c>) and is (<c>to</c>), as far as that is short and known.</summary>
    public string? Changes { get; init; }

    /// <summary>Who may know beside those who see the list: who saw it until then.</summary>
    public Guid[]? Audience { get; init; }
}

/// <summary>How far the tenant's events have positions. It has one row, and who gives positions holds it.</summary>
public sealed class EventHead
{
    /// <summary>Of the one row.</summary>
    public const short Only = 1;

    /// <summary><see cref="Only"/>.</summary>
    public required short Id { get; init; }

    /// <summary>The last one that was given.</summary>
    public required long Position { get; init; }
}
