using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Import;
using Todo.Api.Lists;
using Todo.Api.Occurrences;
using Todo.Api.Paging;
using Todo.Api.QuickAdd;
using Todo.Api.Versions;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

internal static class TodoEndpoints
{
    // What is asked for most. Its length is said, and no parameter: see Page.First.
    private static readonly Func<TenantDbContext, Guid, Guid, IAsyncEnumerable<TodoItem>> UsualPage = EF.CompileAsyncQuery(ListAccess.OverReadableTodos(
        (TenantDbContext tenant, Guid me, Guid after, IQueryable<TodoItem> todos) => todos.Where(todo => todo.Id > after).OrderBy(todo => todo.Id).Take(Page.DefaultLimit + 1).AsNoTracking()));

    public static void MapTodos(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/todos").WithTags("Todos").ExplainRefusals();
        group.MapGet("/", ListAsync).RequirePermission(Permission.TodosRead).WithName("ListTodos").WithSummary("List todos")
            .WithDescription($"Those in lists that one may see, oldest first. {TodoQuery.Explanation}; {TodoSort.Rule}")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapPost("/", CreateAsync).RequirePermission(Permission.TodosWrite).WithName("CreateTodo").WithSummary("Make a todo")
            .WithDescription("In the caller's inbox, unless it names a list or what it is a part of.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapPost("/bulk", CreateManyAsync).RequirePermission(Permission.TodosWrite).WithName("CreateTodos").WithSummary("Make many todos")
            .WithDescription($"All or none of them, {NewTodos.MaxItems} at most. If any can't be made, errors says which and why, as items[2].title.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapGet("/{id:guid}", GetAsync).RequirePermission(Permission.TodosRead).WithName("GetTodo").WithSummary("Show one todo").ProducesProblem(StatusCodes.Status404NotFound);
        Describe(group.MapPatch("/{id:guid}", ChangeAsync)).AcceptsMergePatch<TodoChange>().WithName("ChangeTodo").WithSummary("Change a todo, or move it")
            .WithDescription("A JSON merge patch: fields that are absent stay as they are; null clears what may be empty, and listId null means the caller's inbox. It moves with its parts. Honours If-Match.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        Describe(group.MapPost("/{id:guid}/complete", CompleteAsync)).WithName("CompleteTodo").WithSummary("Complete a todo").WithDescription("Completing it again changes nothing; one that repeats goes on to its next occurrence, until there is none. Honours If-Match.");
        Describe(group.MapPost("/{id:guid}/reopen", ReopenAsync)).WithName("ReopenTodo").WithSummary("Open a completed todo again").WithDescription("One that is open stays so. Honours If-Match.");
        Describe(group.MapDelete("/{id:guid}", DeleteAsync)).WithName("DeleteTodo").WithSummary("Delete a todo and its parts")
            .WithDescription("They go to the trash, whence they can be restored until they are purged; with force=true they are gone for good, at once. Honours If-Match.");
        group.MapTodoTrash();
        group.MapTodoCopies();
        group.MapQuickAdd();
        group.MapTodoImport();
        group.MapOccurrences();
    }

    /// <summary>What every change of one todo may answer.</summary>
    public static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint.RequirePermission(Permission.TodosWrite)
        .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status412PreconditionFailed);

    /// <summary>A todo, and its version in the answer's header.</summary>
    public static TodoResponse Show(HttpContext context, TodoItem todo)
    {
        EntityTag.Show(context, EntityTag.Of(todo.Version));
        return TodoResponse.Of(todo);
    }

    /// <summary>Why a todo could not be changed.</summary>
    /// <returns>404, 403, 409 or 412; if nothing is in the way any more, that one should try again.</returns>
    public static async Task<RefusedException> ExplainAsync(
        Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken, bool alsoDeleted = false)
    {
        var readable = alsoDeleted ? ListAccess.AlsoDeletedTodos(tenant, identity.UserId, ListRight.Read) : ListAccess.Todos(tenant, identity.UserId, ListRight.Read);
        if (await readable.Where(todo => todo.Id == id).Select(todo => new { todo.ListId, todo.Version }).SingleOrDefaultAsync(cancellationToken) is not { } found)
        {
            return NoSuchTodo();
        }

        if (found.ListId is { } list)
        {
            await ListAccess.RequireWritableAsync(tenant, identity.UserId, [list], cancellationToken);
        }

        EntityTag.Check(context, EntityTag.Of(found.Version));
        return RefusedException.Conflict("Others change this todo at this moment. Try again.");
    }

    public static RefusedException NoSuchTodo() => RefusedException.NotFound("There is no such todo.");

    private static async Task<PageResult<TodoResponse>> ListAsync(
        [AsParameters] TodoQuery query,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        TimeProvider clock,
        CancellationToken cancellationToken,
        TodoSort? sort = null,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        OrderedCursor? cursor = null)
    {
        var filter = query.For(identity.Caller, clock.GetUtcNow());
        return await PageAsync(filter, sort ?? default, limit, cursor, context, identity, tenant, cancellationToken);
    }

    /// <summary>A page of the todos that the caller may see and that fit.</summary>
    /// <exception cref="RefusedException">400: the cursor is of a page in another order.</exception>
    public static async Task<PageResult<TodoResponse>> PageAsync(
        TodoFilter filter, TodoSort order, int limit, OrderedCursor? cursor, HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        if (order.IsDefault && filter.IsEmpty && limit == Page.DefaultLimit && cursor?.Value is null)
        {
            return Paged(await UsualPage(tenant, identity.UserId, cursor?.Id ?? Guid.Empty).ToListAsync(cancellationToken));
        }

        var todos = order.Take(filter.Apply(ListAccess.Todos(tenant, identity.UserId, ListRight.Read)), cursor, limit + 1) ?? throw RefusedException.Invalid("The cursor is of a page in another order.");
        return Paged(await todos.AsNoTracking().ToListAsync(cancellationToken));

        PageResult<TodoResponse> Paged(List<TodoItem> rows) => Page.Of(rows.ConvertAll(TodoResponse.Of), limit, order.Cursor, ApiJson.Default.PageTodoResponse, context);
    }

    private static async Task<Created<TodoResponse>> CreateAsync(
        NewTodo request, HttpContext context, TodoMaking making, CancellationToken cancellationToken)
    {
        var todo = (await making.MakeAsync([request], path: null, cancellationToken)).Single();
        return TypedResults.Created($"/todos/{todo.Id}", Show(context, todo));
    }

    private static async Task<Created<TodosCreated>> CreateManyAsync(NewTodos request, TodoMaking making, CancellationToken cancellationToken)
    {
        var todos = await making.MakeAsync(request.Items, path: "items", cancellationToken);
        return TypedResults.Created((string?)null, new TodosCreated([.. todos.Select(TodoResponse.Of)]));
    }

    private static async Task<Ok<TodoResponse>> GetAsync(Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken) =>
        TypedResults.Ok(Show(
            context,
            await ListAccess.Todos(tenant, identity.UserId, ListRight.Read).AsNoTracking().SingleOrDefaultAsync(todo => todo.Id == id, cancellationToken) ?? throw NoSuchTodo()));

    private static async Task<Ok<TodoResponse>> ChangeAsync(Guid id, TodoChange change, HttpContext context, TodoChanging changing, CancellationToken cancellationToken) =>
        TypedResults.Ok(Show(context, await changing.ChangeAsync(id, change, context, cancellationToken)));

    private static async Task<Ok<TodoResponse>> CompleteAsync(
        Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken) => TypedResults.Ok(Show(
            context,
            await TodoStatements.CompleteAsync(tenant, identity.UserId, identity.UserId, id, EntityTag.Versions(context), clock.GetTimestamptz(), cancellationToken)
                ?? throw await ExplainAsync(id, context, identity, tenant, cancellationToken)));

    private static async Task<Ok<TodoResponse>> ReopenAsync(
        Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken) => TypedResults.Ok(Show(
            context,
            await TodoStatements.ReopenAsync(tenant, identity.UserId, id, EntityTag.Versions(context), clock.GetTimestamptz(), cancellationToken)
                ?? throw await ExplainAsync(id, context, identity, tenant, cancellationToken)));

    private static async Task<NoContent> DeleteAsync(
        Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken, bool force = false)
    {
        var versions = EntityTag.Versions(context);
        var isDone = force
            ? await TodoStatements.PurgeAsync(tenant, identity.UserId, id, versions, clock.GetTimestamptz(), cancellationToken)
            : await TodoStatements.DeleteAsync(tenant, identity.UserId, id, versions, clock.GetTimestamptz(), cancellationToken);
        return isDone ? TypedResults.NoContent() : throw await ExplainAsync(id, context, identity, tenant, cancellationToken, alsoDeleted: force);
    }
}
