using Todo.Data.Access;
using Todo.Tenancy.Catalog;

namespace Todo.Data.Tenants;

/// <summary>Who makes the changes of a context, for the events that tell of them.</summary>
/// <param name="Kind">What kind of caller.</param>
/// <param name="Id">The person, key or link; null for the system.</param>
public sealed record EventActor(ActorKind Kind, Guid? Id)
{
    /// <summary>The service itself.</summary>
    public static readonly EventActor System = new(ActorKind.System, null);

    /// <summary>The kind as it is kept.</summary>
    public string KindText => EnumText.Of(Kind);
}
