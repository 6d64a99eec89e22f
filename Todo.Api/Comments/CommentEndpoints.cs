using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Paging;
using Todo.Api.Todos;
using Todo.Api.Versions;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Comments;

/// <summary>Comments on todos. Whoever sees a todo may say something about it; what somebody has said only they change.</summary>
internal static class CommentEndpoints
{
    public static void MapComments(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/todos/{id:guid}/comments").WithTags("Comments").ExplainRefusals().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/", ListAsync).RequirePermission(Permission.TodosRead).WithName("ListComments").WithSummary("List what was said about a todo").WithDescription("Oldest first.");
        group.MapPost("/", CreateAsync).RequirePermission(Permission.TodosWrite).WithName("CreateComment").WithSummary("Say something about a todo")
            .WithDescription("<@id> in the text mentions somebody, who must be able to see the todo. Seeing it is enough for commenting on it.").ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapGet("/{commentId:guid}", GetAsync).RequirePermission(Permission.TodosRead).WithName("GetComment").WithSummary("Show one comment");
        Describe(group.MapPatch("/{commentId:guid}", ChangeAsync)).AcceptsMergePatch<CommentChange>().WithName("ChangeComment").WithSummary("Change one's own comment").WithDescription("Honours If-Match.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        Describe(group.MapDelete("/{commentId:guid}", DeleteAsync)).WithName("DeleteComment").WithSummary("Delete one's own comment").WithDescription("For good. Honours If-Match.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint.RequirePermission(Permission.TodosWrite)
        .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status412PreconditionFailed);

    private static CommentResponse Show(HttpContext context, Comment comment)
    {
        EntityTag.Show(context, EntityTag.Of(comment.Version));
        return CommentResponse.Of(comment);
    }

    private static async Task<PageResult<CommentResponse>> ListAsync(
        Guid id,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        CancellationToken cancellationToken,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        Cursor? cursor = null)
    {
        var rows = await OfTodo.PageAsync<Comment>(tenant, identity.UserId, id, cursor, limit, cancellationToken);
        return Page.Of(rows.ConvertAll(CommentResponse.Of), limit, comment => comment.Id, ApiJson.Default.PageCommentResponse, context);
    }

    private static async Task<Created<CommentResponse>> CreateAsync(
        Guid id, NewComment request, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        var comment = new Comment { Id = SortableId.At(now), TodoId = id, AuthorId = identity.UserId, Text = request.Text, MentionIds = MentionsOf(request.Text), CreatedAt = now };
        if (!await CommentStatements.TryInsertAsync(tenant, comment, cancellationToken))
        {
            await RequireReadersAsync(tenant, identity.UserId, id, comment.MentionIds, cancellationToken);
            throw TodoEndpoints.NoSuchTodo();
        }

        return TypedResults.Created($"/todos/{id}/comments/{comment.Id}", Show(context, comment));
    }

    private static async Task<Ok<CommentResponse>> GetAsync(
        Guid id, Guid commentId, HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken) =>
        TypedResults.Ok(Show(context, await FindAsync(id, commentId, identity, tenant, cancellationToken)));

    private static async Task<Ok<CommentResponse>> ChangeAsync(
        Guid id,
        Guid commentId,
        CommentChange change,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (!change.Has(nameof(change.Text)))
        {
            await RequireOwnAsync(id, commentId, context, identity, tenant, cancellationToken);
            return await GetAsync(id, commentId, context, identity, tenant, cancellationToken);
        }

        var mentions = MentionsOf(change.Text);
        var comment = await CommentStatements.EditAsync(tenant, identity.UserId, id, commentId, change.Text, mentions, EntityTag.Versions(context), clock.GetTimestamptz(), cancellationToken);
        if (comment is null)
        {
            await RequireOwnAsync(id, commentId, context, identity, tenant, cancellationToken);
            await RequireReadersAsync(tenant, identity.UserId, id, mentions, cancellationToken);
            throw RefusedException.Conflict("This comment is being changed at this moment. Try again.");
        }

        return TypedResults.Ok(Show(context, comment));
    }

    private static async Task<NoContent> DeleteAsync(
        Guid id, Guid commentId, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!await CommentStatements.DeleteAsync(tenant, identity.UserId, id, commentId, EntityTag.Versions(context), clock.GetTimestamptz(), cancellationToken))
        {
            await RequireOwnAsync(id, commentId, context, identity, tenant, cancellationToken);
            throw RefusedException.Conflict("This comment is being changed at this moment. Try again.");
        }

        return TypedResults.NoContent();
    }

    private static Guid[] MentionsOf(string text) =>
        Mentions.Of(text) is { Length: <= Comment.MaxMentions } mentions ? mentions : throw Invalid($"A comment mentions {Comment.MaxMentions} people at most.");

    private static async Task<Comment> FindAsync(Guid id, Guid commentId, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var todos = ListAccess.Todos(tenant, identity.UserId, ListRight.Read);
        return await tenant.Comments.AsNoTracking().SingleOrDefaultAsync(comment => comment.Id == commentId && comment.TodoId == id && todos.Any(todo => todo.Id == id), cancellationToken)
            ?? throw RefusedException.NotFound("There is no such comment.");
    }

    private static async Task RequireOwnAsync(Guid id, Guid commentId, HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var comment = await FindAsync(id, commentId, identity, tenant, cancellationToken);
        if (comment.AuthorId != identity.UserId)
        {
            throw RefusedException.Forbidden("Only who wrote a comment changes or deletes it.");
        }

        EntityTag.Check(context, EntityTag.Of(comment.Version));
    }

    private static async Task RequireReadersAsync(TenantDbContext tenant, Guid me, Guid todo, Guid[] mentions, CancellationToken cancellationToken)
    {
        if (await CommentStatements.FindStrangersAsync(tenant, me, todo, mentions, cancellationToken) is [_, ..] strangers)
        {
            throw Invalid($"There is nobody who may see this todo with the id {string.Join(", ", strangers)}.");
        }
    }

    private static RefusedException Invalid(string rule) => RefusedException.InvalidField("text", rule);
}
