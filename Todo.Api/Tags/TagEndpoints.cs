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

namespace Todo.Api.Tags;

/// <summary>The tenant's tags. Whoever may see todos sees them and whoever may change a todo puts them on it; what concerns them all needs a permission of its own.</summary>
internal static class TagEndpoints
{
    public static void MapTags(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/tags").WithTags("Tags").ExplainRefusals();
        group.MapGet("/", ListAsync).RequirePermission(Permission.TodosRead).WithName("ListTags").WithSummary("List tags")
            .WithDescription("By name. hidden=false leaves out those that are not to be offered any more, hidden=true shows only them.");
        group.MapPost("/", CreateAsync).RequirePermission(Permission.TagsWrite).WithName("CreateTag").WithSummary("Make a tag")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapGet("/{id:guid}", GetAsync).RequirePermission(Permission.TodosRead).WithName("GetTag").WithSummary("Show one tag").ProducesProblem(StatusCodes.Status404NotFound);
        Describe(group.MapPatch("/{id:guid}", ChangeAsync)).AcceptsMergePatch<TagChange>().WithName("ChangeTag").WithSummary("Change a tag")
            .WithDescription("A JSON merge patch: fields that are absent stay as they are; null clears the colour. Honours If-Match.");
        Describe(group.MapPost("/{id:guid}/merge", MergeAsync)).WithName("MergeTag").WithSummary("Merge a tag into another one")
            .WithDescription("All todos that have it get the other one in its place, whoever may see them, and it is deleted. Answers with the one that is left. Honours If-Match.");
        Describe(group.MapDelete("/{id:guid}", DeleteAsync)).WithName("DeleteTag").WithSummary("Delete a tag")
            .WithDescription("One that todos have (those in the trash don't count) is deleted only with replaceWith, another tag that they get in its place. Honours If-Match.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint.RequirePermission(Permission.TagsWrite).ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status412PreconditionFailed);

    private static TagResponse Show(HttpContext context, Tag tag)
    {
        EntityTag.Show(context, EntityTag.Of(tag.Version));
        return TagResponse.Of(tag);
    }

    private static async Task<PageResult<TagResponse>> ListAsync(
        HttpContext context,
        TenantDbContext tenant,
        CancellationToken cancellationToken,
        bool? hidden = null,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        OrderedCursor? cursor = null)
    {
        var tags = hidden is { } isHidden ? tenant.Tags.Where(tag => tag.IsHidden == isHidden) : tenant.Tags;
        if (cursor is { } after)
        {
            tags = tags.Where(tag => EF.Functions.GreaterThan(ValueTuple.Create(tag.NameKey, tag.Id), ValueTuple.Create(after.Value ?? "", after.Id)));
        }

        var rows = await tags.OrderBy(tag => tag.NameKey).ThenBy(tag => tag.Id).Take(limit + 1).AsNoTracking().ToListAsync(cancellationToken);
        return Page.Of(rows.ConvertAll(TagResponse.Of), limit, tag => OrderedCursor.Encode(Tag.KeyOf(tag.Name), tag.Id), ApiJson.Default.PageTagResponse, context);
    }

    private static async Task<Created<TagResponse>> CreateAsync(NewTag request, HttpContext context, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        var tag = new Tag { Id = SortableId.At(now), Name = request.Name.Trim(), Colour = request.Colour?.ToLowerInvariant(), IsHidden = request.IsHidden, CreatedAt = now };
        tenant.Tags.Add(tag);
        await SaveAsync(tenant, cancellationToken);
        return TypedResults.Created($"/tags/{tag.Id}", Show(context, tag));
    }

    private static async Task<Ok<TagResponse>> GetAsync(Guid id, HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken) =>
        TypedResults.Ok(Show(context, await tenant.Tags.AsNoTracking().SingleOrDefaultAsync(tag => tag.Id == id, cancellationToken) ?? throw NoSuchTag()));

    private static Task<Ok<TagResponse>> ChangeAsync(Guid id, TagChange change, HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken) =>
        VersionedChange.RepeatAsync(tenant, "tag", async () =>
        {
            var tag = await tenant.Tags.SingleOrDefaultAsync(one => one.Id == id, cancellationToken) ?? throw NoSuchTag();
            EntityTag.Check(context, EntityTag.Of(tag.Version));
            tag.Name = change.Has(nameof(change.Name)) ? change.Name.Trim() : tag.Name;
            tag.Colour = change.Has(nameof(change.Colour)) ? change.Colour?.ToLowerInvariant() : tag.Colour;
            tag.IsHidden = change.Has(nameof(change.IsHidden)) ? change.IsHidden : tag.IsHidden;
            if (tenant.ChangeTracker.HasChanges())
            {
                tag.Version++;
                await SaveAsync(tenant, cancellationToken);
            }

            return TypedResults.Ok(Show(context, tag));
        });

    private static async Task<Ok<TagResponse>> MergeAsync(Guid id, TagMerge request, HttpContext context, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        await ReplaceAsync(id, request.IntoId, "intoId", context, tenant, clock, cancellationToken);
        return await GetAsync(request.IntoId, context, tenant, cancellationToken);
    }

    private static async Task<NoContent> DeleteAsync(
        Guid id, HttpContext context, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken, Guid? replaceWith = null)
    {
        if (replaceWith is { } other)
        {
            await ReplaceAsync(id, other, "replaceWith", context, tenant, clock, cancellationToken);
        }
        else if (!await TagStatements.DeleteUnusedAsync(tenant, id, EntityTag.Versions(context), clock.GetTimestamptz(), cancellationToken))
        {
            await RequireAsync(id, context, tenant, cancellationToken);
            throw RefusedException.Conflict("Todos have this tag. Delete it with replaceWith, another tag that they get in its place, or hide it.");
        }

        return TypedResults.NoContent();
    }

    private static async Task ReplaceAsync(Guid id, Guid into, string field, HttpContext context, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (into == id)
        {
            throw RefusedException.InvalidField(field, "It is the tag itself.");
        }

        if (!await TagStatements.MergeAsync(tenant, id, into, EntityTag.Versions(context), clock.GetTimestamptz(), cancellationToken))
        {
            await RequireAsync(id, context, tenant, cancellationToken);
            throw RefusedException.InvalidField(field, "There is no tag with this id.");
        }
    }

    // It is there, at a version that the caller accepts.
    private static async Task RequireAsync(Guid id, HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var version = await tenant.Tags.Where(tag => tag.Id == id).Select(tag => (int?)tag.Version).SingleOrDefaultAsync(cancellationToken) ?? throw NoSuchTag();
        EntityTag.Check(context, EntityTag.Of(version));
    }

    private static Task SaveAsync(TenantDbContext tenant, CancellationToken cancellationToken) => UniqueName.SaveAsync(tenant, "tags_name_key_key", "There is a tag with this name.", cancellationToken);

    private static RefusedException NoSuchTag() => RefusedException.NotFound("There is no such tag.");
}
