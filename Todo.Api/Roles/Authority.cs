using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Roles;

/// <summary>
/// How far somebody's word reaches: nobody gives what they don't hold, and nobody acts on somebody who holds more. What concerns owners is
/// for owners.
/// </summary>
internal sealed class Authority
{
    private readonly bool _isOwner;
    private readonly HashSet<string> _permissions;

    private Authority(bool isOwner, HashSet<string> permissions) => (_isOwner, _permissions) = (isOwner, permissions);

    /// <summary>The caller's, as it stands in the database now: what the cache holds may be a second old.</summary>
    /// <exception cref="RefusedException">The caller is no longer there.</exception>
    public static async Task<Authority> OfCallerAsync(TenantDbContext tenant, RequestIdentity identity, CancellationToken cancellationToken)
    {
        var id = identity.UserId;
        var caller = await tenant.Users.Where(user => user.Id == id && user.IsActive && user.DeletedAt == null)
            .Select(user => new { user.RoleId, Permissions = tenant.RolePermissions.Where(link => link.RoleId == user.RoleId).Select(link => link.Permission).ToList() })
            .SingleOrDefaultAsync(cancellationToken) ?? throw RefusedException.Forbidden("Your account was deactivated or deleted.");

        // A key may hold less than the person who made it.
        return new Authority(caller.RoleId == BuiltInRole.Owner, [.. caller.Permissions.Where(identity.Has)]);
    }

    /// <summary>Checks that the caller still holds a permission.</summary>
    public void Require(string permission)
    {
        if (!_permissions.Contains(permission))
        {
            throw RefusedException.Forbidden($"This needs the permission '{permission}'.");
        }
    }

    /// <summary>Checks that the caller may give, take or act on this role.</summary>
    /// <exception cref="RefusedException">It reaches further than the caller.</exception>
    public async Task RequireReachAsync(TenantDbContext tenant, Guid roleId, CancellationToken cancellationToken)
    {
        if (roleId == BuiltInRole.Owner && !_isOwner)
        {
            throw RefusedException.Forbidden("Only an owner decides about owners.");
        }

        RequireHeld(await tenant.RolePermissions.Where(link => link.RoleId == roleId).Select(link => link.Permission).ToListAsync(cancellationToken));
    }

    /// <summary>Checks that the caller holds all of these.</summary>
    /// <exception cref="RefusedException">Which of them the caller does not.</exception>
    public void RequireHeld(IEnumerable<string> permissions)
    {
        var missing = permissions.Where(permission => !_permissions.Contains(permission)).Order(StringComparer.Ordinal).ToArray();
        if (missing.Length > 0)
        {
            throw RefusedException.Forbidden($"Only somebody who holds them decides about the permissions {string.Join(", ", missing.Select(name => $"'{name}'"))}.");
        }
    }
}
