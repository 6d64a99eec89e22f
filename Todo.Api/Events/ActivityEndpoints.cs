using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Paging;
using Todo.Api.Todos;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Events;

/// <summary>What happened to a todo, or in a list, for those who may see both it and where it happened.</summary>
internal static class ActivityEndpoints
{
    public static void MapActivity(this IEndpointRouteBuilder app)
    {
        Describe(app.MapGet("/todos/{id:guid}/activity", OfTodoAsync)).WithName("ListTodoActivity").WithSummary("List what happened to a todo")
            .WithDescription("Newest first, also to one in the trash. What happened while it was in a list that one does not see is left out.");
        Describe(app.MapGet("/lists/{id:guid}/activity", OfListAsync)).WithName("ListListActivity").WithSummary("List what happened in a list").WithDescription("Newest first, also in one in the trash.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint.WithTags("Activity").ExplainRefusals().RequirePermission(Permission.TodosRead)
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<PageResult<EventResponse>> OfTodoAsync(
        Guid id,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        CancellationToken cancellationToken,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        OrderedCursor? cursor = null)
    {
        var todos = ListAccess.AlsoDeletedTodos(tenant, identity.UserId, ListRight.Read);
        var lists = ListAccess.AlsoDeleted(tenant, identity.UserId, ListRight.Read);
        var events = tenant.Events.Where(one => one.TodoId == id && one.Kind != EventKind.TodoLeft && todos.Any(todo => todo.Id == id)
            && (one.ListId == null || lists.Any(list => list.Id == one.ListId)));
        var page = await PageAsync(events, limit, cursor, context, cancellationToken);
        return page.Page.Items.Count > 0 || await todos.AnyAsync(todo => todo.Id == id, cancellationToken) ? page : throw TodoEndpoints.NoSuchTodo();
    }

    private static async Task<PageResult<EventResponse>> OfListAsync(
        Guid id,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        CancellationToken cancellationToken,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        OrderedCursor? cursor = null)
    {
        var lists = ListAccess.AlsoDeleted(tenant, identity.UserId, ListRight.Read);
        var page = await PageAsync(tenant.Events.Where(one => one.ListId == id && lists.Any(list => list.Id == id)), limit, cursor, context, cancellationToken);
        return page.Page.Items.Count > 0 || await lists.AnyAsync(list => list.Id == id, cancellationToken) ? page : throw ListAccess.NoSuchList();
    }

    private static async Task<PageResult<EventResponse>> PageAsync(IQueryable<TenantEvent> events, int limit, OrderedCursor? cursor, HttpContext context, CancellationToken cancellationToken)
    {
        if (cursor is { } after)
        {
            var before = long.TryParse(after.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw RefusedException.Invalid("The cursor is of a page of something else.");
            events = events.Where(one => one.Id < before);
        }

        var rows = await events.OrderByDescending(one => one.Id).Take(limit + 1).AsNoTracking().ToListAsync(cancellationToken);
        return Page.Of(rows.ConvertAll(EventResponse.Of), limit, one => OrderedCursor.Encode(one.Id.ToString(CultureInfo.InvariantCulture), Guid.Empty), ApiJson.Default.PageEventResponse, context);
    }
}
