using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Api.Versions;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Lists;

internal static class ListEndpoints
{
    public static void MapLists(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/lists").WithTags("Lists").ExplainRefusals();
        group.MapGet("/", ListAsync).RequirePermission(Permission.TodosRead).WithName("ListLists").WithSummary("List the lists that one may see")
            .WithDescription("In their order. Without those in the archive, unless archived=true, which shows only them; favourites=true shows only those.");
        group.MapPost("/", CreateAsync).RequirePermission(Permission.TodosWrite).WithName("CreateList").WithSummary("Make a list")
            .WithDescription("It is the caller's own.").ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapPost("/inbox", OpenInboxAsync).RequirePermission(Permission.TodosWrite).WithName("OpenInbox").WithSummary("Show one's inbox, and make it if there is none yet")
            .WithDescription("Its id is the person's. Everybody has one at most, which can't be shared, archived or deleted.");
        group.MapGet("/trash", TrashAsync).RequirePermission(Permission.TodosRead).WithName("ListDeletedLists").WithSummary("List the deleted lists that one may restore");
        group.MapGet("/{id:guid}", GetAsync).RequirePermission(Permission.TodosRead).WithName("GetList").WithSummary("Show one list").ProducesProblem(StatusCodes.Status404NotFound);
        Describe(group.MapPatch("/{id:guid}", ChangeAsync)).AcceptsMergePatch<ListChange>().WithName("ChangeList").WithSummary("Change a list")
            .WithDescription("A JSON merge patch: fields that are absent stay as they are; null clears colour and icon. Moves it with position. Honours If-Match.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        Describe(group.MapDelete("/{id:guid}", DeleteAsync)).WithName("DeleteList").WithSummary("Delete a list and its todos")
            .WithDescription("Needs If-Match. The list goes to the trash, whence it can be restored until it is purged; with force=true it is gone for good, at once.")
            .ProducesProblem(StatusCodes.Status412PreconditionFailed).ProducesProblem(StatusCodes.Status428PreconditionRequired);
        Describe(group.MapPost("/{id:guid}/restore", RestoreAsync)).WithName("RestoreList").WithSummary("Restore a deleted list and its todos").WithDescription("One that is not deleted stays as it is.");
        group.MapPut("/{id:guid}/favourite", AddFavouriteAsync).RequirePermission(Permission.TodosWrite).WithName("AddFavouriteList").WithSummary("Have a list at hand")
            .WithDescription("For oneself; others don't see it.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapDelete("/{id:guid}/favourite", RemoveFavouriteAsync).RequirePermission(Permission.TodosWrite).WithName("RemoveFavouriteList").WithSummary("Not have a list at hand any more")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint.RequirePermission(Permission.TodosWrite)
        .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    /// <summary>The version of a list as somebody sees it.</summary>
    private static string Tag(ListResponse list) => EntityTag.Of(list.Id, list.Version, list.Access, list.IsFavourite);

    private static ListResponse Show(HttpContext context, ListResponse list)
    {
        EntityTag.Show(context, Tag(list));
        return list;
    }

    private static async Task<PageResult<ListResponse>> ListAsync(
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        CancellationToken cancellationToken,
        bool archived = false,
        bool favourites = false,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        OrderedCursor? cursor = null)
    {
        var lists = ListAccess.Reached(tenant, identity.UserId).Where(reached => reached.List.DeletedAt == null && (reached.List.ArchivedAt != null) == archived);
        if (favourites)
        {
            lists = lists.Where(reached => reached.IsFavourite);
        }

        if (cursor is { } after)
        {
            lists = lists.Where(reached => EF.Functions.GreaterThan(ValueTuple.Create(reached.List.Position, reached.List.Id), ValueTuple.Create(after.Value ?? "", after.Id)));
        }

        var rows = await lists.OrderBy(reached => reached.List.Position).ThenBy(reached => reached.List.Id).Take(limit + 1).AsNoTracking().ToListAsync(cancellationToken);
        return Page.Of(rows.ConvertAll(ListResponse.Of), limit, list => OrderedCursor.Encode(list.Position, list.Id), ApiJson.Default.PageListResponse, context);
    }

    private static async Task<Created<ListResponse>> CreateAsync(
        NewList request, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        var list = new TodoList
        {
            Id = SortableId.At(now),
            Name = request.Name,
            OwnerId = identity.UserId,
            Colour = request.Colour?.ToLowerInvariant(),
            Icon = request.Icon,
            Position = OrderKey.AtEnd(now),
            Visibility = request.Visibility,
            CreatedAt = now,
        };
        list.Position = request.Position is { } position ? await ListOrder.PlaceAsync(tenant, identity.UserId, list.Id, position, now, cancellationToken) : list.Position;
        tenant.Lists.Add(list);
        await tenant.SaveChangesAsync(cancellationToken);
        return TypedResults.Created($"/lists/{list.Id}", Show(context, ListResponse.Of(list, ListRight.Manage, isFavourite: false)));
    }

    private static async Task<Ok<ListResponse>> OpenInboxAsync(HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var me = identity.UserId;
        var inbox = await ListAccess.Reached(tenant, me).SingleOrDefaultAsync(reached => reached.List.Id == me, cancellationToken);
        if (inbox is null)
        {
            await Inbox.EnsureAsync(tenant, me, clock.GetTimestamptz(), cancellationToken);
            inbox = await ListAccess.FindAsync(tenant, me, me, ListRight.Manage, cancellationToken);
        }

        return TypedResults.Ok(Show(context, ListResponse.Of(inbox)));
    }

    private static async Task<PageResult<ListResponse>> TrashAsync(
        HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var after = cursor?.After ?? Guid.Empty;
        var rows = await ListAccess.Reached(tenant, identity.UserId)
            .Where(reached => reached.List.DeletedAt != null && reached.Right == ListRight.Manage && reached.List.Id > after)
            .OrderBy(reached => reached.List.Id).Take(limit + 1).AsNoTracking().ToListAsync(cancellationToken);
        return Page.Of(rows.ConvertAll(ListResponse.Of), limit, list => list.Id, ApiJson.Default.PageListResponse, context);
    }

    private static async Task<Ok<ListResponse>> GetAsync(Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken) =>
        TypedResults.Ok(Show(context, ListResponse.Of(await ListAccess.FindAsync(tenant, identity.UserId, id, ListRight.Read, cancellationToken))));

    private static Task<Ok<ListResponse>> ChangeAsync(
        Guid id, ListChange change, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken) =>
        SaveAsync(id, context, identity, tenant, alsoDeleted: false, cancellationToken: cancellationToken, change: async list =>
        {
            var now = clock.GetTimestamptz();
            if (list.IsInbox && ((change.Has(nameof(change.Visibility)) && change.Visibility != list.Visibility) || (change.Has(nameof(change.IsArchived)) && change.IsArchived)))
            {
                throw RefusedException.Conflict("An inbox is its owner's alone: it can't be shown to others or archived.");
            }

            list.Name = change.Has(nameof(change.Name)) ? change.Name : list.Name;
            list.Colour = change.Has(nameof(change.Colour)) ? change.Colour?.ToLowerInvariant() : list.Colour;
            list.Icon = change.Has(nameof(change.Icon)) ? change.Icon : list.Icon;
            list.Visibility = change.Has(nameof(change.Visibility)) ? change.Visibility : list.Visibility;
            list.ArchivedAt = !change.Has(nameof(change.IsArchived)) ? list.ArchivedAt : change.IsArchived ? list.ArchivedAt ?? now : null;
            if (change.Has(nameof(change.Position)))
            {
                list.Position = await ListOrder.PlaceAsync(tenant, identity.UserId, list.Id, change.Position, now, cancellationToken);
            }
        });

    private static async Task<NoContent> DeleteAsync(
        Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken, bool force = false)
    {
        EntityTag.Require(context);
        await SaveAsync(
            id,
            context,
            identity,
            tenant,
            async list =>
            {
                if (list.IsInbox)
                {
                    throw RefusedException.Conflict("An inbox can't be deleted.");
                }

                var now = clock.GetTimestamptz();
                if (!force)
                {
                    list.DeletedAt ??= now;
                }
                else if (!await ListStatements.PurgeAsync(tenant, list, now, cancellationToken))
                {
                    throw new DbUpdateConcurrencyException("Somebody else was faster.");
                }
            },
            alsoDeleted: force,
            cancellationToken);
        context.Response.Headers.ETag = default;
        return TypedResults.NoContent();
    }

    private static Task<Ok<ListResponse>> RestoreAsync(Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken) =>
        SaveAsync(
            id,
            context,
            identity,
            tenant,
            list =>
            {
                list.DeletedAt = null;
                return Task.CompletedTask;
            },
            alsoDeleted: true,
            cancellationToken);

    private static async Task<NoContent> AddFavouriteAsync(Guid id, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var me = identity.UserId;
        await ListAccess.FindAsync(tenant, me, id, ListRight.Read, cancellationToken);
        await tenant.Database.ExecuteSqlAsync(
            $"""INSERT INTO "<tenant>".list_favourites (user_id, list_id) SELECT {me}, id FROM "<tenant>".todo_lists WHERE id = {id} ON CONFLICT DO NOTHING""", cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> RemoveFavouriteAsync(Guid id, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var me = identity.UserId;
        await ListAccess.FindAsync(tenant, me, id, ListRight.Read, cancellationToken);
        await tenant.ListFavourites.Where(favourite => favourite.UserId == me && favourite.ListId == id).ExecuteDeleteAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    private static Task<Ok<ListResponse>> SaveAsync(
        Guid id,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        Func<TodoList, Task> change,
        bool alsoDeleted,
        CancellationToken cancellationToken) => VersionedChange.RepeatAsync(tenant, "list", async () =>
        {
            var found = await ListAccess.FindAsync(tenant, identity.UserId, id, ListRight.Manage, cancellationToken, alsoDeleted);
            EntityTag.Check(context, Tag(ListResponse.Of(found)));
            await change(found.List);
            if (tenant.ChangeTracker.HasChanges())
            {
                found.List.Version++;
                await tenant.SaveChangesAsync(cancellationToken);
            }

            return TypedResults.Ok(Show(context, ListResponse.Of(found)));
        });
}
