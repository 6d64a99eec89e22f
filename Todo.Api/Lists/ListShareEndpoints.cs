using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Lists;

/// <summary>With whom a list is shared, and for what.</summary>
internal static class ListShareEndpoints
{
    public static void MapListShares(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/lists/{id:guid}/shares").WithTags("Lists").ExplainRefusals().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/", ListAsync).RequirePermission(Permission.TodosRead).WithName("ListListShares").WithSummary("List with whom a list is shared").WithDescription("People first, by name.");
        Describe(group.MapPut("/users/{userId:guid}", ShareWithUserAsync)).WithName("ShareListWithUser").WithSummary("Share a list with somebody");
        Describe(group.MapPut("/groups/{groupId:guid}", ShareWithGroupAsync)).WithName("ShareListWithGroup").WithSummary("Share a list with a group of people");
        Describe(group.MapDelete("/users/{userId:guid}", UnshareUserAsync)).WithName("UnshareListWithUser").WithSummary("Not share a list with somebody any more")
            .WithDescription("One's own share may be given up without managing the list.");
        Describe(group.MapDelete("/groups/{groupId:guid}", UnshareGroupAsync)).WithName("UnshareListWithGroup").WithSummary("Not share a list with a group any more");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint.RequirePermission(Permission.TodosWrite)
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Ok<List<ListShareResponse>>> ListAsync(Guid id, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var lists = ListAccess.Lists(tenant, identity.UserId, ListRight.Read);
        var shares = await (
            from share in tenant.ListShares
            where share.ListId == id && lists.Any(list => list.Id == id)
            let user = tenant.Users.FirstOrDefault(one => one.Id == share.UserId)
            let grouped = tenant.Groups.FirstOrDefault(one => one.Id == share.GroupId)
            where user == null || user.DeletedAt == null
            orderby share.GroupId != null, user.Name, grouped.Name, share.SubjectId
            select new ListShareResponse(share.UserId, share.GroupId, user != null ? user.Name : grouped.Name, share.Access)).ToListAsync(cancellationToken);
        return shares.Count > 0 || await lists.AnyAsync(list => list.Id == id, cancellationToken) ? TypedResults.Ok(shares) : throw ListAccess.NoSuchList();
    }

    private static async Task<NoContent> ShareWithUserAsync(
        Guid id, Guid userId, ShareContent request, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var list = await FindAsync(id, identity, tenant, cancellationToken);
        if (list.OwnerId == userId)
        {
            throw RefusedException.Invalid("The list is this person's own.");
        }

        if (!await tenant.Users.AnyAsync(user => user.Id == userId && user.DeletedAt == null, cancellationToken))
        {
            throw RefusedException.Invalid("There is no person with this id.");
        }

        await ShareAsync(tenant, identity.UserId, id, userId, null, request.Access, clock.GetTimestamptz(), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> ShareWithGroupAsync(
        Guid id, Guid groupId, ShareContent request, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        await FindAsync(id, identity, tenant, cancellationToken);
        if (!await tenant.Groups.AnyAsync(group => group.Id == groupId, cancellationToken))
        {
            throw RefusedException.Invalid("There is no group with this id.");
        }

        await ShareAsync(tenant, identity.UserId, id, null, groupId, request.Access, clock.GetTimestamptz(), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> UnshareUserAsync(Guid id, Guid userId, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (userId == identity.UserId)
        {
            await ListAccess.FindAsync(tenant, identity.UserId, id, ListRight.Read, cancellationToken);
        }
        else
        {
            await FindAsync(id, identity, tenant, cancellationToken);
        }

        return await UnshareAsync(tenant, id, userId, clock, cancellationToken);
    }

    private static async Task<NoContent> UnshareGroupAsync(Guid id, Guid groupId, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        await FindAsync(id, identity, tenant, cancellationToken);
        return await UnshareAsync(tenant, id, groupId, clock, cancellationToken);
    }

    private static async Task<TodoList> FindAsync(Guid id, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var list = (await ListAccess.FindAsync(tenant, identity.UserId, id, ListRight.Manage, cancellationToken)).List;
        return list.IsInbox ? throw RefusedException.Conflict("An inbox is its owner's alone: it can't be shared.") : list;
    }

    private static async Task ShareAsync(
        TenantDbContext tenant, Guid me, Guid id, Guid? userId, Guid? groupId, ListRight access, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await ListStatements.ShareAsync(tenant, me, id, userId, groupId, access, now, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw RefusedException.Conflict("Somebody deleted the list, the person or the group meanwhile.");
        }
    }

    private static async Task<NoContent> UnshareAsync(TenantDbContext tenant, Guid id, Guid subject, TimeProvider clock, CancellationToken cancellationToken)
    {
        await ListStatements.UnshareAsync(tenant, id, subject, clock.GetTimestamptz(), cancellationToken);
        return TypedResults.NoContent();
    }
}
