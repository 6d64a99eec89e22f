using System.Diagnostics;
using System.Text.Json.Nodes;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Data;
using Todo.Data.Tenants;

namespace Todo.Api.Audit;

/// <summary>
/// Writes down who did what. An entry is added to the same context as the change it tells of, so that both are saved or neither is;
/// nothing here, and nothing else, changes or deletes one.
/// </summary>
public sealed class AuditLog(RequestIdentity identity, IHttpContextAccessor accessor, TimeProvider clock)
{
    /// <summary>Adds an entry, which the context's next <c>SaveChanges</c> stores.</summary>
    /// <param name="tenant">The context that makes the change.</param>
    /// <param name="action">What was done, such as <c>user.deactivated</c>.</param>
    /// <param name="subject">What it was done to.</param>
    /// <param name="details">What changed; never a secret.</param>
    /// <param name="actor">Who did it; null: whoever makes the request.</param>
    /// <exception cref="InvalidOperationException">Nobody is signed in, and no actor is given.</exception>
    public void Add(TenantDbContext tenant, string action, AuditSubject subject, JsonObject? details = null, AuditActor? actor = null)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(subject);
        actor ??= new AuditActor(identity.Caller.Kind, identity.Caller.Id, identity.Caller.Name);
        var now = clock.GetTimestamptz();
        tenant.AuditEntries.Add(new AuditEntry
        {
            Id = SortableId.At(now),
            At = now,
            ActorKind = actor.Kind,
            ActorId = actor.Id,
            ActorName = actor.Name,
            Action = action,
            SubjectKind = subject.Kind,
            SubjectId = subject.Id,
            SubjectName = subject.Name,
            Details = details?.ToJsonString(),
            Address = accessor.HttpContext?.Connection.RemoteIpAddress?.ToString(),
            TraceId = Activity.Current?.TraceId.ToHexString(),
        });
    }
}
