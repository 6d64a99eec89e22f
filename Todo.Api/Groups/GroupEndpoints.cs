using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Api.Audit;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Api.Versions;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Groups;

internal static class GroupEndpoints
{
    public static void MapGroups(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/groups").WithTags("Groups").ExplainRefusals();
        group.MapGet("/", ListAsync).RequirePermission(Permission.GroupsRead).WithName("ListGroups").WithSummary("List groups").WithDescription("Oldest first.");
        group.MapPost("/", CreateAsync).RequirePermission(Permission.GroupsWrite).WithName("CreateGroup").WithSummary("Make a group")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapGet("/{id:guid}", GetAsync).RequirePermission(Permission.GroupsRead).WithName("GetGroup").WithSummary("Show one group").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPut("/{id:guid}", ReplaceAsync).RequirePermission(Permission.GroupsWrite).WithName("ReplaceGroup").WithSummary("Change a group")
            .WithDescription("Its members stay. Honours If-Match.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        group.MapDelete("/{id:guid}", DeleteAsync).RequirePermission(Permission.GroupsWrite).WithName("DeleteGroup").WithSummary("Delete a group")
            .WithDescription("Its members stay in the tenant.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/{id:guid}/members", MembersAsync).RequirePermission(Permission.GroupsRead).WithName("ListGroupMembers").WithSummary("List who is in a group").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPut("/{id:guid}/members/{userId:guid}", AddMemberAsync).RequirePermission(Permission.GroupsWrite).WithName("AddGroupMember").WithSummary("Put somebody into a group")
            .WithDescription("Who is in it already stays so.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapDelete("/{id:guid}/members/{userId:guid}", RemoveMemberAsync).RequirePermission(Permission.GroupsWrite).WithName("RemoveGroupMember").WithSummary("Take somebody out of a group")
            .ProducesProblem(StatusCodes.Status404NotFound);
        app.MapGet("/users/{id:guid}/groups", OfPersonAsync).RequirePermission(Permission.GroupsRead).ExplainRefusals().WithTags("Groups").WithName("ListGroupsOfUser").WithSummary("List the groups that somebody is in")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<PageResult<GroupResponse>> ListAsync(
        HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var after = cursor?.After ?? Guid.Empty;
        var rows = await tenant.Groups.Where(group => group.Id > after).OrderBy(group => group.Id).Take(limit + 1).Select(Shown(tenant)).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, group => group.Id, ApiJson.Default.PageGroupResponse, context);
    }

    private static async Task<Created<GroupResponse>> CreateAsync(
        GroupContent request, HttpContext context, TenantDbContext tenant, AuditLog audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        await RequireSupervisorAsync(request, tenant, cancellationToken);
        var group = new Group { Id = SortableId.At(now), Name = request.Name, Description = request.Description, SupervisorId = request.SupervisorId, CreatedAt = now };
        tenant.Groups.Add(group);
        audit.Add(tenant, "group.created", AuditSubject.Of(group));
        await SaveAsync(tenant, cancellationToken);
        return TypedResults.Created($"/groups/{group.Id}", await ShowAsync(group.Id, context, tenant, cancellationToken));
    }

    private static async Task<Ok<GroupResponse>> GetAsync(Guid id, HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken) =>
        TypedResults.Ok(await ShowAsync(id, context, tenant, cancellationToken));

    private static async Task<Ok<GroupResponse>> ReplaceAsync(
        Guid id, GroupContent request, HttpContext context, TenantDbContext tenant, AuditLog audit, CancellationToken cancellationToken)
    {
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        var group = await FindAsync(id, tenant, cancellationToken);
        EntityTag.Check(context, Tag(await ShownAsync(id, tenant, cancellationToken)));
        await RequireSupervisorAsync(request, tenant, cancellationToken);
        (group.Name, group.Description, group.SupervisorId) = (request.Name, request.Description, request.SupervisorId);
        audit.Add(tenant, "group.changed", AuditSubject.Of(group));
        await SaveAsync(tenant, cancellationToken);
        var shown = await ShowAsync(id, context, tenant, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(shown);
    }

    private static async Task<NoContent> DeleteAsync(Guid id, TenantDbContext tenant, AuditLog audit, CancellationToken cancellationToken)
    {
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        var group = await FindAsync(id, tenant, cancellationToken);
        tenant.Groups.Remove(group);
        audit.Add(tenant, "group.deleted", AuditSubject.Of(group));
        await tenant.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<PageResult<GroupMemberResponse>> MembersAsync(
        Guid id, HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var after = cursor?.After ?? Guid.Empty;
        var rows = await tenant.GroupMembers.Where(member => member.GroupId == id && member.UserId > after)
            .Join(tenant.Users.Where(user => user.DeletedAt == null), member => member.UserId, user => user.Id, (_, user) => user)
            .OrderBy(user => user.Id)
            .Take(limit + 1)
            .Select(user => new GroupMemberResponse(user.Id, user.Name, user.Email))
            .ToListAsync(cancellationToken);
        if (rows.Count == 0)
        {
            await ShownAsync(id, tenant, cancellationToken);
        }

        return Page.Of(rows, limit, member => member.Id, ApiJson.Default.PageGroupMemberResponse, context);
    }

    private static async Task<NoContent> AddMemberAsync(Guid id, Guid userId, TenantDbContext tenant, AuditLog audit, CancellationToken cancellationToken)
    {
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        var group = await FindAsync(id, tenant, cancellationToken);
        var user = await tenant.Users.AsNoTracking().SingleOrDefaultAsync(person => person.Id == userId && person.DeletedAt == null, cancellationToken) ?? throw NoSuchPerson();
        if (!await tenant.GroupMembers.AnyAsync(member => member.GroupId == id && member.UserId == userId, cancellationToken))
        {
            tenant.GroupMembers.Add(new GroupMember { GroupId = id, UserId = userId });
            audit.Add(tenant, "group.member_added", AuditSubject.Of(group), Person(user));
            await SaveAsync(tenant, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> RemoveMemberAsync(Guid id, Guid userId, TenantDbContext tenant, AuditLog audit, CancellationToken cancellationToken)
    {
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        var group = await FindAsync(id, tenant, cancellationToken);
        var user = await tenant.Users.AsNoTracking().SingleOrDefaultAsync(person => person.Id == userId, cancellationToken) ?? throw NoSuchPerson();
        if (await tenant.GroupMembers.Where(member => member.GroupId == id && member.UserId == userId).ExecuteDeleteAsync(cancellationToken) == 1)
        {
            audit.Add(tenant, "group.member_removed", AuditSubject.Of(group), Person(user));
            await tenant.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<List<GroupResponse>>> OfPersonAsync(Guid id, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var groups = await tenant.Groups
            .Where(group => tenant.GroupMembers.Any(member => member.GroupId == group.Id && member.UserId == id))
            .OrderBy(group => group.Name)
            .Select(Shown(tenant))
            .ToListAsync(cancellationToken);
        return groups.Count > 0 || await tenant.Users.AnyAsync(user => user.Id == id, cancellationToken) ? TypedResults.Ok(groups) : throw NoSuchPerson();
    }

    // Its row is locked, so that of two who change or fill it the second sees what the first did.
    private static async Task<Group> FindAsync(Guid id, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        await tenant.Database.ExecuteSqlAsync($"""SELECT 1 FROM "<tenant>".groups WHERE id = {id} FOR UPDATE""", cancellationToken);
        return await tenant.Groups.SingleOrDefaultAsync(group => group.Id == id, cancellationToken) ?? throw NoSuchGroup();
    }

    private static async Task<GroupResponse> ShowAsync(Guid id, HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var group = await ShownAsync(id, tenant, cancellationToken);
        EntityTag.Show(context, Tag(group));
        return group;
    }

    private static async Task<GroupResponse> ShownAsync(Guid id, TenantDbContext tenant, CancellationToken cancellationToken) =>
        await tenant.Groups.Where(group => group.Id == id).Select(Shown(tenant)).SingleOrDefaultAsync(cancellationToken) ?? throw NoSuchGroup();

    private static Expression<Func<Group, GroupResponse>> Shown(TenantDbContext tenant) => group => new GroupResponse(
        group.Id, group.Name, group.Description, group.SupervisorId, tenant.GroupMembers.Count(member => member.GroupId == group.Id), group.CreatedAt);

    private static string Tag(GroupResponse group) => EntityTag.Of(group.Name, group.Description, group.SupervisorId);

    private static async Task RequireSupervisorAsync(GroupContent request, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        if (request.SupervisorId is { } supervisor && !await tenant.Users.AnyAsync(user => user.Id == supervisor && user.DeletedAt == null, cancellationToken))
        {
            throw RefusedException.Invalid("There is no person with this supervisorId.");
        }
    }

    private static async Task SaveAsync(TenantDbContext tenant, CancellationToken cancellationToken)
    {
        try
        {
            await UniqueName.SaveAsync(tenant, "groups_name_key", "There is a group with this name.", cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation })
        {
            throw RefusedException.Conflict("Somebody deleted the person or the group meanwhile.");
        }
    }

    private static JsonObject Person(User user) => new() { ["userId"] = user.Id, ["name"] = user.Name };

    private static RefusedException NoSuchGroup() => RefusedException.NotFound("There is no such group.");

    private static RefusedException NoSuchPerson() => RefusedException.NotFound("There is no such person.");
}
