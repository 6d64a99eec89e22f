using System.ComponentModel.DataAnnotations;

namespace Todo.Api.Groups;

/// <summary>Some of the tenant's people under one name.</summary>
/// <param name="Id">The group.</param>
/// <param name="Name">Unique in the tenant.</param>
/// <param name="Description">What it is for.</param>
/// <param name="SupervisorId">Who looks after it.</param>
/// <param name="Members">How many are in it.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record GroupResponse(Guid Id, string Name, string? Description, Guid? SupervisorId, int Members, DateTimeOffset CreatedAt);

/// <summary>Somebody in a group.</summary>
/// <param name="Id">The person.</param>
/// <param name="Name">For people.</param>
/// <param name="Email">For signing in.</param>
public sealed record GroupMemberResponse(Guid Id, string Name, string Email);

/// <summary>A group to be made, or all that one is to be from now on.</summary>
/// <param name="Name">Unique in the tenant.</param>
/// <param name="Description">What it is for.</param>
/// <param name="SupervisorId">Who looks after it; need not be in it.</param>
public sealed record GroupContent(
    [Required, StringLength(100, MinimumLength = 1)] string Name,
    [StringLength(1_000)] string? Description = null,
    Guid? SupervisorId = null);
