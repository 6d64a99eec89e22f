using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Paging;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Notifications;

/// <summary>What the caller is told of. What one does not see any more is not shown, and not counted.</summary>
internal static class NotificationEndpoints
{
    private const int MostCounted = 999;

    public static void MapNotifications(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/notifications").WithTags("Notifications").ExplainRefusals();
        group.MapGet("/", ListAsync).RequirePermission(Permission.TodosRead).WithName("ListNotifications").WithSummary("List what one is told of")
            .WithDescription("Newest first; with unread=true only what one has not read. What is about something that one does not see any more is left out.");
        group.MapGet("/count", CountAsync).RequirePermission(Permission.TodosRead).WithName("CountNotifications").WithSummary("Count what one has not read").WithDescription($"{MostCounted} at most.");
        group.MapPost("/{id:guid}/read", ReadAsync).RequireSignIn().WithName("ReadNotification").WithSummary("Say that one has read it").WithDescription("Once is enough: saying it again changes nothing.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("/read", ReadAllAsync).RequireSignIn().WithName("ReadNotifications").WithSummary("Say that one has read all of them")
            .WithDescription("through is the id of the newest that one has seen: what came after it stays unread.");
        group.MapDelete("/{id:guid}", DeleteAsync).RequireSignIn().WithName("DeleteNotification").WithSummary("Delete one of them").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<PageResult<NotificationResponse>> ListAsync(
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        CancellationToken cancellationToken,
        bool unread = false,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        Cursor? cursor = null)
    {
        var me = identity.UserId;
        var (todos, lists) = (ListAccess.Todos(tenant, me, ListRight.Read), ListAccess.Lists(tenant, me, ListRight.Read));
        var mine = tenant.Notifications.Where(one => one.PersonId == me);
        mine = unread ? mine.Where(one => one.ReadAt == null) : mine;
        mine = cursor is { After: var before } ? mine.Where(one => one.Id < before) : mine;
        var rows = await (
            from one in mine
            from todo in todos.Where(todo => todo.Id == one.TodoId).DefaultIfEmpty()
            from list in lists.Where(list => list.Id == one.ListId).DefaultIfEmpty()
            from actor in tenant.Users.Where(user => user.Id == one.ActorId).DefaultIfEmpty()
            where todo != null || list != null
            orderby one.Id descending
            select new NotificationResponse(
                one.Id, one.Kind, one.ActorId, actor.Name, one.TodoId, one.CommentId, one.ListId, todo != null ? todo.Title : list!.Name, one.CreatedAt, one.ReadAt))
            .Take(limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, one => one.Id, ApiJson.Default.PageNotificationResponse, context);
    }

    private static async Task<Ok<NotificationCount>> CountAsync(RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var me = identity.UserId;
        var (todos, lists) = (ListAccess.Todos(tenant, me, ListRight.Read), ListAccess.Lists(tenant, me, ListRight.Read));
        var count = await tenant.Notifications
            .Where(one => one.PersonId == me && one.ReadAt == null && (todos.Any(todo => todo.Id == one.TodoId) || lists.Any(list => list.Id == one.ListId)))
            .Take(MostCounted + 1).CountAsync(cancellationToken);
        return TypedResults.Ok(new NotificationCount(Math.Min(count, MostCounted), count > MostCounted));
    }

    private static async Task<NoContent> ReadAsync(Guid id, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (me, now) = (identity.UserId, clock.GetTimestamptz());
        return await tenant.Notifications.Where(one => one.PersonId == me && one.Id == id)
            .ExecuteUpdateAsync(one => one.SetProperty(o => o.ReadAt, o => o.ReadAt ?? now), cancellationToken) > 0 ? TypedResults.NoContent() : throw NoSuchNotification();
    }

    private static async Task<NoContent> ReadAllAsync(RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken, Guid? through = null)
    {
        var (me, now) = (identity.UserId, clock.GetTimestamptz());
        var unread = tenant.Notifications.Where(one => one.PersonId == me && one.ReadAt == null);
        unread = through is { } newest ? unread.Where(one => one.Id <= newest) : unread;
        await unread.ExecuteUpdateAsync(one => one.SetProperty(o => o.ReadAt, now), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> DeleteAsync(Guid id, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var me = identity.UserId;
        return await tenant.Notifications.Where(one => one.PersonId == me && one.Id == id).ExecuteDeleteAsync(cancellationToken) > 0 ? TypedResults.NoContent() : throw NoSuchNotification();
    }

    private static RefusedException NoSuchNotification() => RefusedException.NotFound("There is no such notification.");
}
