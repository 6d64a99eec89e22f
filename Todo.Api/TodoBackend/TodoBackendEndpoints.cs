using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Todos;
using Todo.Api.Versions;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.TodoBackend;

/// <summary>
/// The contract that many sample clients speak (todobackend.com): a plain array, and todos of title, completed, order and url. The collection is the
/// caller's inbox, so emptying it takes nothing of others; each todo is found by its url wherever it is.
/// </summary>
internal static class TodoBackendEndpoints
{
    public const string Path = "/todo-backend/todos";

    // The contract knows no pages.
    private const int MaxTodos = 1_000;

    public static void MapTodoBackend(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup(Path).WithTags("Todo-Backend").ExplainRefusals();
        group.MapGet("/", ListAsync).RequirePermission(Permission.TodosRead).WithName("ListBackendTodos").WithSummary("List the todos of one's inbox")
            .WithDescription($"By order, as a plain array; the first {MaxTodos:N0}.");
        group.MapPost("/", CreateAsync).RequirePermission(Permission.TodosWrite).WithName("CreateBackendTodo").WithSummary("Make a todo in one's inbox").ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapDelete("/", EmptyAsync).RequirePermission(Permission.TodosWrite).WithName("DeleteBackendTodos").WithSummary("Delete all todos of one's inbox").WithDescription("They go to the trash.");
        group.MapGet("/{id:guid}", GetAsync).RequirePermission(Permission.TodosRead).WithName("GetBackendTodo").WithSummary("Show one todo by its url").ProducesProblem(StatusCodes.Status404NotFound);
        TodoEndpoints.Describe(group.MapPatch("/{id:guid}", ChangeAsync)).AcceptsMergePatch<BackendTodoChange>().WithName("ChangeBackendTodo").WithSummary("Change title, completed or order")
            .WithDescription("Honours If-Match.").ProducesProblem(StatusCodes.Status400BadRequest);
        TodoEndpoints.Describe(group.MapDelete("/{id:guid}", DeleteAsync)).WithName("DeleteBackendTodo").WithSummary("Delete one todo").WithDescription("It goes to the trash. Honours If-Match.");
    }

    private static BackendTodo Show(HttpContext context, TodoItem todo)
    {
        EntityTag.Show(context, EntityTag.Of(todo.Version));
        return BackendTodo.Of(todo, context.Request);
    }

    private static async Task<Ok<List<BackendTodo>>> ListAsync(HttpRequest request, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var me = identity.UserId;
        var todos = await ListAccess.Todos(tenant, me, ListRight.Read).Where(todo => todo.ListId == me)
            .OrderBy(todo => todo.Position).ThenBy(todo => todo.Id).Take(MaxTodos).AsNoTracking().ToListAsync(cancellationToken);
        return TypedResults.Ok(todos.ConvertAll(todo => BackendTodo.Of(todo, request)));
    }

    private static async Task<Created<BackendTodo>> CreateAsync(
        NewBackendTodo request, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TodoMaking making, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        var todo = TodoFields.Make(new NewTodo(request.Title), identity.Caller, now, []);
        todo.Position = request.Order is { } order ? OrderKey.Numbered(order) : todo.Position;
        await making.InsertAsync(todo, cancellationToken);
        if (request.Completed)
        {
            todo = await TodoStatements.CompleteAsync(tenant, identity.UserId, identity.UserId, todo.Id, versions: null, now, cancellationToken) ?? todo;
        }

        var shown = Show(context, todo);
        return TypedResults.Created(shown.Url, shown);
    }

    private static async Task<NoContent> EmptyAsync(RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        await TodoStatements.EmptyInboxAsync(tenant, identity.UserId, clock.GetTimestamptz(), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<BackendTodo>> GetAsync(Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken) =>
        TypedResults.Ok(Show(
            context,
            await ListAccess.Todos(tenant, identity.UserId, ListRight.Read).AsNoTracking().SingleOrDefaultAsync(todo => todo.Id == id, cancellationToken) ?? throw TodoEndpoints.NoSuchTodo()));

    private static async Task<Ok<BackendTodo>> ChangeAsync(
        Guid id, BackendTodoChange change, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TodoChanging changing, TimeProvider clock, CancellationToken cancellationToken)
    {
        var me = identity.UserId;
        var todo = await changing.EditAsync(id, context, Edit, change.Has(nameof(change.Completed)), cancellationToken);
        if (change is { Completed: true } && todo is { RecurrenceRule: not null, CompletedAt: null })
        {
            tenant.ChangeTracker.Clear();
            todo = await TodoStatements.CompleteAsync(tenant, me, me, id, versions: null, clock.GetTimestamptz(), cancellationToken) ?? todo;
        }

        return TypedResults.Ok(Show(context, todo));

        void Edit(TodoItem todo, DateTimeOffset now)
        {
            todo.Title = change.Has(nameof(change.Title)) ? change.Title : todo.Title;
            todo.Position = change.Has(nameof(change.Order)) ? OrderKey.Numbered(change.Order) : todo.Position;
            var isCompleted = todo.CompletedAt is not null;
            if (change.Has(nameof(change.Completed)) && change.Completed != isCompleted && (todo.RecurrenceRule is null || isCompleted))
            {
                (todo.CompletedAt, todo.CompletedBy) = change.Completed ? ((DateTimeOffset?)now, (Guid?)me) : (null, null);
            }
        }
    }

    private static async Task<NoContent> DeleteAsync(
        Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken) =>
        await TodoStatements.DeleteAsync(tenant, identity.UserId, id, EntityTag.Versions(context), clock.GetTimestamptz(), cancellationToken)
            ? TypedResults.NoContent()
            : throw await TodoEndpoints.ExplainAsync(id, context, identity, tenant, cancellationToken);
}
