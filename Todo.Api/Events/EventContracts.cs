using System.Text.Json;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Events;

/// <summary>That something happened.</summary>
/// <param name="Id">Its id.</param>
/// <param name="At">UTC.</param>
/// <param name="Kind">What happened, such as <c>todo.completed</c>.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="ListId">The list in which it happened; null: in none.</param>
/// <param name="TodoId">The todo that it happened to, or to whose comment.</param>
/// <param name="SubjectId">The comment or tag, or the person or group with whom the list is shared.</param>
/// <param name="Changes">Fields that changed, each with what it was (from) and is (to), as far as that is short and known.</param>
public sealed record EventResponse(long Id, DateTimeOffset At, string Kind, EventActorResponse Actor, Guid? ListId, Guid? TodoId, Guid? SubjectId, JsonElement? Changes)
{
    internal static EventResponse Of(TenantEvent one) => new(
        one.Id, one.At, one.Kind, new EventActorResponse(one.ActorKind, one.ActorId), one.ListId, one.TodoId, one.SubjectId, one.Changes is null ? null : JsonElement.Parse(one.Changes));
}

/// <summary>Who did something.</summary>
/// <param name="Kind">What kind of caller.</param>
/// <param name="Id">The person, key or guest's link; null for the service itself.</param>
public sealed record EventActorResponse(ActorKind Kind, Guid? Id);
