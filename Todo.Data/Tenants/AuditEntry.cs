using Todo.Data.Access;

namespace Todo.Data.Tenants;

/// <summary>That somebody did something. Never changed, and independent of what becomes of the people and things it names.</summary>
public sealed class AuditEntry
{
    /// <summary>UUID version 7, so that the order of ids is that of time.</summary>
    public required Guid Id { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What kind of caller it was.</summary>
    public required ActorKind ActorKind { get; init; }

    /// <summary>The person, key or link; null for operators and the system.</summary>
    public Guid? ActorId { get; init; }

    /// <summary>The actor's name at the time.</summary>
    public required string ActorName { get; init; }

    /// <summary>What was done, such as <c>user.deactivated</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What kind of thing it was done to, such as <c>user</c>.</summary>
    public required string SubjectKind { get; init; }

    /// <summary>That thing; null if it has no id.</summary>
    public Guid? SubjectId { get; init; }

    /// <summary>Its name at the time.</summary>
    public string? SubjectName { get; init; }

    /// <summary>JSON; what changed, and never a secret.</summary>
    public string? Details { get; init; }

    /// <summary>The network address of the caller; null if there is none.</summary>
    public string? Address { get; init; }

    /// <summary>The trace of the request, 32 hexadecimal digits.</summary>
    public string? TraceId { get; init; }
}
