using Todo.Api.Settings;
using Todo.Data.Access;

namespace Todo.Api.Identity;

/// <summary>Who makes a request.</summary>
/// <param name="Kind">A person, a key or a guest.</param>
/// <param name="Id">The person's, key's or guest link's id.</param>
/// <param name="Name">What the person, key or link is called.</param>
/// <param name="UserId">The person, or who made the key or link and answers for it.</param>
/// <param name="Permissions">What the caller may do.</param>
/// <param name="Regional">Where the person lives.</param>
public sealed record Caller(ActorKind Kind, Guid Id, string Name, Guid UserId, IReadOnlyList<string> Permissions, RegionalSettings Regional);
