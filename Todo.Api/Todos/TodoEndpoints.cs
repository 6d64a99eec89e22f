using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

internal static class TodoEndpoints
{
    private static readonly Func<TenantDbContext, Guid, int, IAsyncEnumerable<TodoResponse>> Rows = EF.CompileAsyncQuery(
        (TenantDbContext tenant, Guid after, int count) => tenant.Todos
            .Where(todo => todo.Id > after)
            .OrderBy(todo => todo.Id)
            .Select(todo => new TodoResponse(
                todo.Id, todo.Title, todo.Notes, todo.ListId, todo.CreatedBy, todo.CreatedAt, todo.UpdatedAt, todo.CompletedAt, todo.CompletedBy))
            .Take(count));

    public static void MapTodos(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/todos").WithTags("Todos");
        group.MapGet("/", ListAsync).RequirePermission(Permission.TodosRead).WithName("ListTodos").WithSummary("List todos").WithDescription("Oldest first.");
        group.MapPost("/", CreateAsync).RequirePermission(Permission.TodosWrite).WithName("CreateTodo").WithSummary("Make a todo");
        group.MapGet("/{id:guid}", GetAsync).RequirePermission(Permission.TodosRead).WithName("GetTodo").WithSummary("Show one todo");
        group.MapPatch("/{id:guid}", ChangeAsync).RequirePermission(Permission.TodosWrite).WithName("ChangeTodo").WithSummary("Change a todo")
            .WithDescription("Fields that are absent stay as they are; null clears notes and listId.");
        group.MapPost("/{id:guid}/complete", CompleteAsync).RequirePermission(Permission.TodosWrite).WithName("CompleteTodo").WithSummary("Complete a todo")
            .WithDescription("Completing it again changes nothing.");
        group.MapDelete("/{id:guid}", DeleteAsync).RequirePermission(Permission.TodosWrite).WithName("DeleteTodo").WithSummary("Delete a todo");
    }

    private static async Task<PageResult<TodoResponse>> ListAsync(
        HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var rows = await Rows(tenant, cursor?.After ?? Guid.Empty, limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, todo => todo.Id, ApiJson.Default.PageTodoResponse, context);
    }

    private static async Task<Results<Created<TodoResponse>, ProblemHttpResult>> CreateAsync(
        NewTodo request, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        var todo = new TodoItem
        {
            Id = SortableId.At(now),
            ListId = request.ListId,
            Title = request.Title,
            Notes = request.Notes,
            CreatedBy = identity.UserId,
            CreatedAt = now,
            UpdatedAt = now,
        };
        tenant.Todos.Add(todo);
        return await TrySaveAsync(tenant, cancellationToken)
            ? TypedResults.Created($"/todos/{todo.Id}", TodoResponse.Of(todo))
            : NoSuchList();
    }

    private static async Task<Results<Ok<TodoResponse>, ProblemHttpResult>> GetAsync(Guid id, TenantDbContext tenant, CancellationToken cancellationToken) =>
        await tenant.Todos.AsNoTracking().SingleOrDefaultAsync(todo => todo.Id == id, cancellationToken) is { } todo
            ? TypedResults.Ok(TodoResponse.Of(todo))
            : NoSuchTodo();

    private static async Task<Results<Ok<TodoResponse>, ProblemHttpResult>> ChangeAsync(
        Guid id, TodoChange change, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await tenant.Todos.SingleOrDefaultAsync(todo => todo.Id == id, cancellationToken) is not { } todo)
        {
            return NoSuchTodo();
        }

        todo.Title = change.HasTitle ? change.Title : todo.Title;
        todo.Notes = change.HasNotes ? change.Notes : todo.Notes;
        todo.ListId = change.HasListId ? change.ListId : todo.ListId;
        todo.UpdatedAt = clock.GetTimestamptz();
        return await TrySaveAsync(tenant, cancellationToken) ? TypedResults.Ok(TodoResponse.Of(todo)) : NoSuchList();
    }

    private static async Task<Results<Ok<TodoResponse>, ProblemHttpResult>> CompleteAsync(
        Guid id, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        var person = identity.UserId;
        // In one statement, so that of two people who complete it at once only the first is recorded.
        await tenant.Todos.Where(todo => todo.Id == id && todo.CompletedAt == null).ExecuteUpdateAsync(
            todo => todo.SetProperty(t => t.CompletedAt, now).SetProperty(t => t.CompletedBy, person).SetProperty(t => t.UpdatedAt, now), cancellationToken);
        return await GetAsync(id, tenant, cancellationToken);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(Guid id, TenantDbContext tenant, CancellationToken cancellationToken) =>
        await tenant.Todos.Where(todo => todo.Id == id).ExecuteDeleteAsync(cancellationToken) == 1 ? TypedResults.NoContent() : NoSuchTodo();

    private static async Task<bool> TrySaveAsync(TenantDbContext tenant, CancellationToken cancellationToken)
    {
        try
        {
            await tenant.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { ConstraintName: "todos_list_id_fkey" })
        {
            return false;
        }
    }

    private static ProblemHttpResult NoSuchTodo() => TypedResults.Problem("There is no such todo.", statusCode: StatusCodes.Status404NotFound);

    private static ProblemHttpResult NoSuchList() => TypedResults.Problem("There is no list with this listId.", statusCode: StatusCodes.Status400BadRequest);
}
