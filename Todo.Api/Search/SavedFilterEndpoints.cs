using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Api.Todos;
using Todo.Api.Versions;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Search;

/// <summary>Filters that people keep for themselves. They are conditions, not results: whoever may see fewer todos tomorrow finds fewer.</summary>
internal static class SavedFilterEndpoints
{
    public static void MapSavedFilters(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/filters").WithTags("Filters").ExplainRefusals();
        group.MapGet("/", ListAsync).RequirePermission(Permission.TodosRead).WithName("ListFilters").WithSummary("List one's saved filters").WithDescription("By name.");
        group.MapPost("/", CreateAsync).RequirePermission(Permission.TodosWrite).WithName("CreateFilter").WithSummary("Save a filter").WithDescription($"Of the conditions, {TodoQuery.Explanation}.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapGet("/{id:guid}", GetAsync).RequirePermission(Permission.TodosRead).WithName("GetFilter").WithSummary("Show a saved filter").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/{id:guid}/todos", FindAsync).RequirePermission(Permission.TodosRead).WithName("ListFilteredTodos").WithSummary("List the todos that fit a saved filter")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPatch("/{id:guid}", ChangeAsync).RequirePermission(Permission.TodosWrite).AcceptsMergePatch<FilterChange>().WithName("ChangeFilter").WithSummary("Change a saved filter")
            .WithDescription("A JSON merge patch: fields that are absent stay as they are; conditions are replaced as a whole. Honours If-Match.").ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        group.MapDelete("/{id:guid}", DeleteAsync).RequirePermission(Permission.TodosWrite).WithName("DeleteFilter").WithSummary("Delete a saved filter").WithDescription("For good; the todos stay. Honours If-Match.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed);
    }

    private static FilterResponse Show(HttpContext context, SavedFilter filter)
    {
        EntityTag.Show(context, EntityTag.Of(filter.Version));
        return FilterResponse.Of(filter);
    }

    private static async Task<PageResult<FilterResponse>> ListAsync(
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        CancellationToken cancellationToken,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        OrderedCursor? cursor = null)
    {
        var after = cursor?.Value ?? "";
        var rows = await Own(tenant, identity).Where(filter => string.Compare(filter.NameKey, after) > 0).OrderBy(filter => filter.NameKey).Take(limit + 1).AsNoTracking().ToListAsync(cancellationToken);
        return Page.Of(rows.ConvertAll(FilterResponse.Of), limit, filter => OrderedCursor.Encode(Tag.KeyOf(filter.Name), filter.Id), ApiJson.Default.PageFilterResponse, context);
    }

    private static async Task<Created<FilterResponse>> CreateAsync(
        NewFilter request, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        var filter = new SavedFilter { Id = SortableId.At(now), UserId = identity.UserId, Name = request.Name.Trim(), Conditions = Text(request.Conditions), Sort = request.Sort, CreatedAt = now };
        tenant.SavedFilters.Add(filter);
        await SaveAsync(tenant, cancellationToken);
        return TypedResults.Created($"/filters/{filter.Id}", Show(context, filter));
    }

    private static async Task<Ok<FilterResponse>> GetAsync(Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken) =>
        TypedResults.Ok(Show(context, await FindOwnAsync(id, identity, tenant, cancellationToken)));

    private static async Task<PageResult<TodoResponse>> FindAsync(
        Guid id,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        TimeProvider clock,
        CancellationToken cancellationToken,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        OrderedCursor? cursor = null)
    {
        var saved = FilterResponse.Of(await FindOwnAsync(id, identity, tenant, cancellationToken));
        var filter = saved.Conditions.For(identity.Caller, clock.GetUtcNow());
        return await TodoEndpoints.PageAsync(filter, saved.Sort is { } sort ? TodoSort.Parse(sort, null) : default, limit, cursor, context, identity, tenant, cancellationToken);
    }

    private static Task<Ok<FilterResponse>> ChangeAsync(
        Guid id, FilterChange change, HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken) =>
        VersionedChange.RepeatAsync(tenant, "filter", async () =>
        {
            var filter = await Own(tenant, identity).SingleOrDefaultAsync(one => one.Id == id, cancellationToken) ?? throw NoSuchFilter();
            EntityTag.Check(context, EntityTag.Of(filter.Version));
            filter.Name = change.Has(nameof(change.Name)) ? change.Name.Trim() : filter.Name;
            filter.Sort = change.Has(nameof(change.Sort)) ? change.Sort : filter.Sort;

            // PostgreSQL writes its JSON in another way than we do, so equal ones are compared as what they mean.
            if (change.Has(nameof(change.Conditions)) && Text(change.Conditions) != Text(FilterResponse.Of(filter).Conditions))
            {
                filter.Conditions = Text(change.Conditions);
            }

            if (tenant.ChangeTracker.HasChanges())
            {
                filter.Version++;
                await SaveAsync(tenant, cancellationToken);
            }

            return TypedResults.Ok(Show(context, filter));
        });

    private static async Task<NoContent> DeleteAsync(Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var versions = EntityTag.Versions(context);
        if (await Own(tenant, identity).Where(filter => filter.Id == id && (versions == null || versions.Contains(filter.Version))).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            EntityTag.Check(context, EntityTag.Of((await FindOwnAsync(id, identity, tenant, cancellationToken)).Version));
            throw RefusedException.Conflict("This filter is being changed at this moment. Try again.");
        }

        return TypedResults.NoContent();
    }

    private static IQueryable<SavedFilter> Own(TenantDbContext tenant, RequestIdentity identity)
    {
        var me = identity.UserId;
        return tenant.SavedFilters.Where(filter => filter.UserId == me);
    }

    private static async Task<SavedFilter> FindOwnAsync(Guid id, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken) =>
        await Own(tenant, identity).AsNoTracking().SingleOrDefaultAsync(filter => filter.Id == id, cancellationToken) ?? throw NoSuchFilter();

    private static string Text(TodoQuery conditions) => JsonSerializer.Serialize(conditions, ApiJson.Default.TodoQuery);

    private static Task SaveAsync(TenantDbContext tenant, CancellationToken cancellationToken) => UniqueName.SaveAsync(tenant, "saved_filters_user_id_name_key_key", "You have a filter with this name.", cancellationToken);

    private static RefusedException NoSuchFilter() => RefusedException.NotFound("There is no such filter.");
}
