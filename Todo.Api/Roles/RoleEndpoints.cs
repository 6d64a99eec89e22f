using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Audit;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Versions;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Roles;

internal static class RoleEndpoints
{
    public static void MapRoles(this IEndpointRouteBuilder app)
    {
        app.MapGet("/permissions", PermissionsAsync).RequirePermission(Permission.RolesRead).WithTags("Roles").WithName("ListPermissions").WithSummary("List what roles can allow");
        var group = app.MapGroup("/roles").WithTags("Roles").ExplainRefusals();
        group.MapGet("/", ListAsync).RequirePermission(Permission.RolesRead).WithName("ListRoles").WithSummary("List roles").WithDescription("Built-in ones first, then by name.");
        group.MapGet("/{id:guid}", GetAsync).RequirePermission(Permission.RolesRead).WithName("GetRole").WithSummary("Show one role").ProducesProblem(StatusCodes.Status404NotFound);
        Describe(group.MapPost("/", CreateAsync)).WithName("CreateRole").WithSummary("Make a role").WithDescription("It can allow what one may do oneself.");
        Describe(group.MapPatch("/{id:guid}", ChangeAsync)).WithName("ChangeRole").WithSummary("Change a role")
            .WithDescription("Whoever is signed in with it may do the new, and no longer the old, within a second. Honours If-Match.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        Describe(group.MapDelete("/{id:guid}", DeleteAsync)).WithName("DeleteRole").WithSummary("Delete a role").WithDescription("Only one that nobody has.").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint.RequirePermission(Permission.RolesWrite)
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Ok<IReadOnlyList<PermissionGroup>>> PermissionsAsync(TenantDbContext tenant, CancellationToken cancellationToken)
    {
        // In the order of the code's list; the words are the tenant's rows.
        var descriptions = await tenant.Permissions.ToDictionaryAsync(permission => permission.Name, permission => permission.Description, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<PermissionGroup>>(
        [
            .. Permission.All.Where(descriptions.ContainsKey)
                .GroupBy(name => name[..name.IndexOf('.', StringComparison.Ordinal)])
                .Select(names => new PermissionGroup(names.Key, [.. names.Select(name => new PermissionResponse(name, descriptions[name]))])),
        ]);
    }

    private static async Task<Ok<List<RoleResponse>>> ListAsync(TenantDbContext tenant, CancellationToken cancellationToken) =>
        TypedResults.Ok(await Shown(tenant, tenant.Roles.OrderByDescending(role => role.IsBuiltIn).ThenBy(role => role.Name)).ToListAsync(cancellationToken));

    private static async Task<Ok<RoleResponse>> GetAsync(Guid id, HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken) =>
        TypedResults.Ok(await ShowAsync(id, context, tenant, cancellationToken));

    private static async Task<Created<RoleResponse>> CreateAsync(
        NewRole request, HttpContext context, RequestIdentity identity, TenantDbContext tenant, AuditLog audit, CancellationToken cancellationToken)
    {
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        await PeopleLock.TakeAsync(tenant, cancellationToken);
        var caller = await Authority.OfCallerAsync(tenant, identity, cancellationToken);
        caller.Require(Permission.RolesWrite);
        var role = new Role { Id = Guid.CreateVersion7(), Name = request.Name, IsBuiltIn = false };
        var permissions = Known(request.Permissions ?? []);
        caller.RequireHeld(permissions);

        // First by itself: the model knows no foreign keys that would put the two in order.
        tenant.Roles.Add(role);
        await SaveAsync(tenant, cancellationToken);
        tenant.RolePermissions.AddRange(permissions.Select(permission => new RolePermission { RoleId = role.Id, Permission = permission }));
        audit.Add(tenant, "role.created", AuditSubject.Of(role), new JsonObject { ["permissions"] = Json(permissions) });
        await SaveAsync(tenant, cancellationToken);
        var shown = await ShowAsync(role.Id, context, tenant, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Created($"/roles/{role.Id}", shown);
    }

    private static async Task<Ok<RoleResponse>> ChangeAsync(
        Guid id, RoleChange request, HttpContext context, RequestIdentity identity, TenantDbContext tenant, AuditLog audit, OpenSessions sessions, CancellationToken cancellationToken)
    {
        RoleResponse shown;
        await using (var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken))
        {
            var role = await FindAsync(id, identity, tenant, cancellationToken);
            var before = (await Shown(tenant, tenant.Roles.Where(one => one.Id == id)).SingleAsync(cancellationToken));
            EntityTag.Check(context, Tag(before));
            role.Name = request.Name ?? role.Name;
            if (request.Permissions is not null)
            {
                var wanted = Known(request.Permissions);
                (await Authority.OfCallerAsync(tenant, identity, cancellationToken)).RequireHeld(wanted);
                tenant.RolePermissions.RemoveRange(await tenant.RolePermissions.Where(link => link.RoleId == id && !wanted.Contains(link.Permission)).ToListAsync(cancellationToken));
                tenant.RolePermissions.AddRange(wanted.Except(before.Permissions).Select(permission => new RolePermission { RoleId = id, Permission = permission }));
            }

            await SaveAsync(tenant, cancellationToken);
            shown = await ShowAsync(id, context, tenant, cancellationToken);
            audit.Add(tenant, "role.changed", AuditSubject.Of(role), new JsonObject
            {
                ["name"] = before.Name == shown.Name ? null : new JsonObject { ["from"] = before.Name, ["to"] = shown.Name },
                ["granted"] = Json(shown.Permissions.Except(before.Permissions)),
                ["withdrawn"] = Json(before.Permissions.Except(shown.Permissions)),
            });
            await tenant.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await sessions.RefreshAsync(identity.Schema, user => user.RoleId == id);
        return TypedResults.Ok(shown);
    }

    private static async Task<NoContent> DeleteAsync(
        Guid id, RequestIdentity identity, TenantDbContext tenant, AuditLog audit, CancellationToken cancellationToken)
    {
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        var role = await FindAsync(id, identity, tenant, cancellationToken);
        var people = await tenant.Users.CountAsync(user => user.RoleId == id, cancellationToken);
        if (people > 0)
        {
            // Nobody comes to have it meanwhile: who gives a role holds the same lock.
            throw RefusedException.Conflict($"{people} people have the role '{role.Name}', deleted ones included. Give them another first.", new Dictionary<string, object?> { ["people"] = people });
        }

        audit.Add(tenant, "role.deleted", AuditSubject.Of(role));
        tenant.Roles.Remove(role);
        await tenant.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    // A role that the caller may change, under the lock.
    private static async Task<Role> FindAsync(Guid id, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        await PeopleLock.TakeAsync(tenant, cancellationToken);
        var caller = await Authority.OfCallerAsync(tenant, identity, cancellationToken);
        caller.Require(Permission.RolesWrite);
        var role = await tenant.Roles.SingleOrDefaultAsync(one => one.Id == id, cancellationToken) ?? throw NoSuchRole();
        await caller.RequireReachAsync(tenant, id, cancellationToken);
        return role.IsBuiltIn ? throw RefusedException.Conflict($"'{role.Name}' is built in and stays as it is. Make a role of your own.") : role;
    }

    private static async Task<RoleResponse> ShowAsync(Guid id, HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var role = await Shown(tenant, tenant.Roles.Where(one => one.Id == id)).SingleOrDefaultAsync(cancellationToken) ?? throw NoSuchRole();
        EntityTag.Show(context, Tag(role));
        return role;
    }

    private static IQueryable<RoleResponse> Shown(TenantDbContext tenant, IQueryable<Role> roles) => roles.Select(role => new RoleResponse(
        role.Id,
        role.Name,
        role.IsBuiltIn,
        tenant.RolePermissions.Where(link => link.RoleId == role.Id).OrderBy(link => link.Permission).Select(link => link.Permission).ToList(),
        tenant.Users.Count(user => user.RoleId == role.Id)));

    private static string Tag(RoleResponse role) => EntityTag.Of([role.Name, .. role.Permissions]);

    private static string[] Known(IEnumerable<string> permissions)
    {
        string[] asked = [.. permissions.Distinct(StringComparer.Ordinal)];
        return asked.Except(Permission.All).ToArray() is { Length: > 0 } unknown
            ? throw RefusedException.Invalid($"There is no permission {string.Join(", ", unknown.Take(5).Select(name => $"'{name}'"))}. GET /permissions lists all.")
            : asked;
    }

    private static Task SaveAsync(TenantDbContext tenant, CancellationToken cancellationToken) => UniqueName.SaveAsync(tenant, "roles_name_key", "There is a role with this name.", cancellationToken);

    private static JsonArray Json(IEnumerable<string> names) => [.. names.Select(name => (JsonNode)name)];

    private static RefusedException NoSuchRole() => RefusedException.NotFound("There is no such role.");
}
