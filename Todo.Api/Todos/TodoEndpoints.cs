using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Paging;
using Todo.Api.Versions;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

internal static class TodoEndpoints
{
    private static readonly Func<TenantDbContext, Guid, Guid, int, IAsyncEnumerable<TodoResponse>> Rows = EF.CompileAsyncQuery(ListAccess.OverReadableTodos(
        (TenantDbContext tenant, Guid me, Guid after, int count, IQueryable<TodoItem> todos) => todos
            .Where(todo => todo.Id > after)
            .OrderBy(todo => todo.Id)
            .Select(todo => new TodoResponse(
                todo.Id, todo.Title, todo.Notes, todo.ListId, todo.CreatedBy, todo.CreatedAt, todo.UpdatedAt, todo.CompletedAt, todo.CompletedBy))
            .Take(count)));

    public static void MapTodos(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/todos").WithTags("Todos").ExplainRefusals();
        group.MapGet("/", ListAsync).RequirePermission(Permission.TodosRead).WithName("ListTodos").WithSummary("List todos").WithDescription("Those in lists that one may see, oldest first.");
        group.MapPost("/", CreateAsync).RequirePermission(Permission.TodosWrite).WithName("CreateTodo").WithSummary("Make a todo")
            .WithDescription("In the caller's inbox, unless it names a list.").ProducesProblem(StatusCodes.Status403Forbidden);
        group.MapGet("/{id:guid}", GetAsync).RequirePermission(Permission.TodosRead).WithName("GetTodo").WithSummary("Show one todo");
        group.MapPatch("/{id:guid}", ChangeAsync).AcceptsMergePatch<TodoChange>().RequirePermission(Permission.TodosWrite).WithName("ChangeTodo").WithSummary("Change a todo")
            .WithDescription("Fields that are absent stay as they are; null clears notes, and listId null means the caller's inbox.");
        group.MapPost("/{id:guid}/complete", CompleteAsync).RequirePermission(Permission.TodosWrite).WithName("CompleteTodo").WithSummary("Complete a todo")
            .WithDescription("Completing it again changes nothing.");
        group.MapDelete("/{id:guid}", DeleteAsync).RequirePermission(Permission.TodosWrite).WithName("DeleteTodo").WithSummary("Delete a todo");
    }

    private static async Task<PageResult<TodoResponse>> ListAsync(
        HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var rows = await Rows(tenant, identity.UserId, cursor?.After ?? Guid.Empty, limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, todo => todo.Id, ApiJson.Default.PageTodoResponse, context);
    }

    private static async Task<Results<Created<TodoResponse>, ProblemHttpResult>> CreateAsync(
        NewTodo request, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        if (request.ListId is { } list)
        {
            await RequireWritableAsync(list, identity, tenant, cancellationToken);
        }

        var todo = new TodoItem
        {
            Id = SortableId.At(now),
            ListId = request.ListId ?? identity.UserId,
            Title = request.Title,
            Notes = request.Notes,
            CreatedBy = identity.UserId,
            CreatedAt = now,
            UpdatedAt = now,
        };
        tenant.Todos.Add(todo);
        return await TrySaveAsync(tenant, todo, identity, now, cancellationToken)
            ? TypedResults.Created($"/todos/{todo.Id}", TodoResponse.Of(todo))
            : NoSuchList();
    }

    private static async Task<Results<Ok<TodoResponse>, ProblemHttpResult>> GetAsync(Guid id, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken) =>
        await ListAccess.Todos(tenant, identity.UserId, ListRight.Read).AsNoTracking().SingleOrDefaultAsync(todo => todo.Id == id, cancellationToken) is { } todo
            ? TypedResults.Ok(TodoResponse.Of(todo))
            : NoSuchTodo();

    private static async Task<Results<Ok<TodoResponse>, ProblemHttpResult>> ChangeAsync(
        Guid id, TodoChange change, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await ListAccess.Todos(tenant, identity.UserId, ListRight.Write).SingleOrDefaultAsync(todo => todo.Id == id, cancellationToken) is not { } todo)
        {
            return await ExplainAsync(id, identity, tenant, cancellationToken);
        }

        var list = change.ListId ?? identity.UserId;
        if (change.Has(nameof(change.ListId)) && list != identity.UserId)
        {
            await RequireWritableAsync(list, identity, tenant, cancellationToken);
        }

        var now = clock.GetTimestamptz();
        todo.Title = change.Has(nameof(change.Title)) ? change.Title : todo.Title;
        todo.Notes = change.Has(nameof(change.Notes)) ? change.Notes : todo.Notes;
        todo.ListId = change.Has(nameof(change.ListId)) ? list : todo.ListId;
        todo.UpdatedAt = now;
        return await TrySaveAsync(tenant, todo, identity, now, cancellationToken) ? TypedResults.Ok(TodoResponse.Of(todo)) : NoSuchList();
    }

    private static async Task<Results<Ok<TodoResponse>, ProblemHttpResult>> CompleteAsync(
        Guid id, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        var person = identity.UserId;
        var writable = ListAccess.Todos(tenant, person, ListRight.Write).Where(todo => todo.Id == id);

        // In one statement, so that of two people who complete it at once only the first is recorded.
        await writable.Where(todo => todo.CompletedAt == null).ExecuteUpdateAsync(
            todo => todo.SetProperty(t => t.CompletedAt, now).SetProperty(t => t.CompletedBy, person).SetProperty(t => t.UpdatedAt, now), cancellationToken);
        return await writable.AsNoTracking().SingleOrDefaultAsync(cancellationToken) is { } todo
            ? TypedResults.Ok(TodoResponse.Of(todo))
            : await ExplainAsync(id, identity, tenant, cancellationToken);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(Guid id, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken) =>
        await ListAccess.Todos(tenant, identity.UserId, ListRight.Write).Where(todo => todo.Id == id).ExecuteDeleteAsync(cancellationToken) == 1
            ? TypedResults.NoContent()
            : await ExplainAsync(id, identity, tenant, cancellationToken);

    // Why there is no such todo that one may change.
    private static async Task<ProblemHttpResult> ExplainAsync(Guid id, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var list = await ListAccess.Todos(tenant, identity.UserId, ListRight.Read).Where(todo => todo.Id == id).Select(todo => todo.ListId).SingleOrDefaultAsync(cancellationToken);
        if (list is not null)
        {
            await RequireWritableAsync(list.Value, identity, tenant, cancellationToken);
        }

        return NoSuchTodo();
    }

    private static async Task RequireWritableAsync(Guid list, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var reached = await ListAccess.Reached(tenant, identity.UserId).AsNoTracking()
            .SingleOrDefaultAsync(one => one.List.Id == list && one.List.DeletedAt == null, cancellationToken);
        if (reached is null)
        {
            // One's own inbox is made when it is needed.
            if (list != identity.UserId)
            {
                throw RefusedException.Invalid("There is no list with this listId.");
            }

            return;
        }

        ListAccess.Require(reached.Right, ListRight.Write);
        if (reached.List.ArchivedAt is not null)
        {
            throw RefusedException.Conflict("The list is in the archive, where its todos don't change. Take it out first.");
        }
    }

    private static async Task<bool> TrySaveAsync(TenantDbContext tenant, TodoItem todo, RequestIdentity identity, DateTimeOffset now, CancellationToken cancellationToken)
    {
        for (var isMade = false; ; isMade = true)
        {
            try
            {
                await tenant.SaveChangesAsync(cancellationToken);
                return true;
            }
            catch (DbUpdateException exception) when (exception.InnerException is PostgresException { ConstraintName: "todos_list_id_fkey" })
            {
                if (isMade || todo.ListId != identity.UserId)
                {
                    return false;
                }

                await Inbox.EnsureAsync(tenant, identity.UserId, now, cancellationToken);
            }
        }
    }

    private static ProblemHttpResult NoSuchTodo() => TypedResults.Problem("There is no such todo.", statusCode: StatusCodes.Status404NotFound);

    private static ProblemHttpResult NoSuchList() => TypedResults.Problem("There is no list with this listId.", statusCode: StatusCodes.Status400BadRequest);
}
