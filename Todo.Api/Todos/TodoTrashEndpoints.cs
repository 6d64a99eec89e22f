using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Paging;
using Todo.Api.Versions;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

/// <summary>What was deleted and is not purged yet.</summary>
internal static class TodoTrashEndpoints
{
    public static void MapTodoTrash(this RouteGroupBuilder todos)
    {
        todos.MapGet("/trash", ListAsync).RequirePermission(Permission.TodosRead).WithName("ListDeletedTodos").WithSummary("List the deleted todos that one may restore")
            .WithDescription("Without the parts that were deleted with them, which come back with them. Todos of deleted lists are not here: they come back with their list.");
        TodoEndpoints.Describe(todos.MapPost("/{id:guid}/restore", RestoreAsync)).WithName("RestoreTodo").WithSummary("Restore a deleted todo and the parts that were deleted with it")
            .WithDescription("If what it was a part of is deleted too, it is a part of nothing. One that is not deleted stays as it is. Honours If-Match.");
    }

    private static async Task<PageResult<TodoResponse>> ListAsync(
        HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var after = cursor?.After ?? Guid.Empty;
        var rows = await ListAccess.AlsoDeletedTodos(tenant, identity.UserId, ListRight.Write)
            .Where(todo => todo.DeletedAt != null && todo.Id > after && !tenant.Todos.Any(whole => whole.Id == todo.ParentId && whole.DeletedAt == todo.DeletedAt))
            .OrderBy(todo => todo.Id).Take(limit + 1).AsNoTracking().ToListAsync(cancellationToken);
        return Page.Of(rows.ConvertAll(TodoResponse.Of), limit, todo => todo.Id, ApiJson.Default.PageTodoResponse, context);
    }

    private static async Task<Ok<TodoResponse>> RestoreAsync(
        Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var isRestored = await TodoStatements.RestoreAsync(tenant, identity.UserId, id, EntityTag.Versions(context), clock.GetTimestamptz(), cancellationToken);
        var todo = await ListAccess.Todos(tenant, identity.UserId, ListRight.Write).AsNoTracking().SingleOrDefaultAsync(one => one.Id == id, cancellationToken)
            ?? throw await TodoEndpoints.ExplainAsync(id, context, identity, tenant, cancellationToken, alsoDeleted: true);
        if (!isRestored)
        {
            EntityTag.Check(context, EntityTag.Of(todo.Version));
        }

        return TypedResults.Ok(TodoEndpoints.Show(context, todo));
    }
}
