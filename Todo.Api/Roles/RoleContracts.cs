using System.ComponentModel.DataAnnotations;

namespace Todo.Api.Roles;

/// <summary>Permissions about one thing.</summary>
/// <param name="Name">What they are about, such as <c>users</c>.</param>
/// <param name="Permissions">What there is to hold.</param>
public sealed record PermissionGroup(string Name, IReadOnlyList<PermissionResponse> Permissions);

/// <summary>Something that a role can allow.</summary>
/// <param name="Name">Such as <c>users.read</c>.</param>
/// <param name="Description">For people.</param>
public sealed record PermissionResponse(string Name, string Description);

/// <summary>A role.</summary>
/// <param name="Id">The role.</param>
/// <param name="Name">Unique in the tenant.</param>
/// <param name="IsBuiltIn">Built-in roles can't be changed.</param>
/// <param name="Permissions">What it allows.</param>
/// <param name="People">How many have it, deleted ones too.</param>
public sealed record RoleResponse(Guid Id, string Name, bool IsBuiltIn, IReadOnlyList<string> Permissions, int People);

/// <summary>A role to be made.</summary>
/// <param name="Name">Unique in the tenant.</param>
/// <param name="Permissions">What it allows; nothing if absent.</param>
public sealed record NewRole([Required, StringLength(100, MinimumLength = 1)] string Name, IReadOnlyList<string>? Permissions = null);

/// <summary>A change to a role. What is absent stays as it is.</summary>
/// <param name="Name">Unique in the tenant.</param>
/// <param name="Permissions">All that it allows from then on.</param>
public sealed record RoleChange(
    [StringLength(100), RegularExpression(@"(?s).*\S.*", ErrorMessage = "The Name field needs more than white space.")] string? Name = null,
    IReadOnlyList<string>? Permissions = null);
