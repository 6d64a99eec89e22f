using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Api.Todos;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Work;

/// <summary>What people do with todos, and how long they work at them.</summary>
internal static class WorkEndpoints
{
    public static void MapWork(this IEndpointRouteBuilder app)
    {
        var todo = app.MapGroup("/todos/{id:guid}").WithTags("Work").ExplainRefusals();
        TodoEndpoints.Describe(todo.MapPost("/actions", ActAsync)).WithName("ActOnTodo").WithSummary("Accept, reject, assign, start, pause, complete, approve … a todo")
            .WithDescription("Assign and unassign name a person; everything else one does oneself. Completing ends everybody's work. What is not possible now is 409, and possible says what is. Honours If-Match.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        todo.MapGet("/actions", ListAsync).RequirePermission(Permission.TodosRead).WithName("ListTodoActions").WithSummary("List who did what with a todo").WithDescription("Oldest first.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        todo.MapGet("/work", ShowAsync).RequirePermission(Permission.TodosRead).WithName("ShowTodoWork").WithSummary("Show how far a todo is, and how long who worked at it")
            .ProducesProblem(StatusCodes.Status404NotFound);
        var work = app.MapGroup("").WithTags("Work").ExplainRefusals();
        work.MapGet("/me/work", ShowMineAsync).RequirePermission(Permission.TodosRead).WithName("ShowMyWork").WithSummary("Show how long one worked at what").WithDescription(TimeWindow.Rule + " What is not over counts until now.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        work.MapGet("/work", ShowAllAsync).RequirePermission(Permission.WorkRead).WithName("ShowWork").WithSummary("Show how long people worked").WithDescription("Everybody, or the one whom person names. " + TimeWindow.Rule)
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<Created<WorkEntryResponse>> ActAsync(Guid id, NewWorkEntry request, HttpContext context, WorkLog log, CancellationToken cancellationToken) =>
        TypedResults.Created((string?)null, WorkEntryResponse.Of(await log.ActAsync(id, request, context, cancellationToken)));

    private static async Task<PageResult<WorkEntryResponse>> ListAsync(
        Guid id,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        CancellationToken cancellationToken,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        Cursor? cursor = null)
    {
        var rows = await OfTodo.PageAsync<WorkEntry>(tenant, identity.UserId, id, cursor, limit, cancellationToken);
        return Page.Of(rows.ConvertAll(WorkEntryResponse.Of), limit, entry => entry.Id, ApiJson.Default.PageWorkEntryResponse, context);
    }

    private static async Task<Ok<TodoWorkResponse>> ShowAsync(Guid id, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var me = identity.UserId;
        var held = await WorkStatements.ReadAsync(tenant, me, id, cancellationToken) ?? throw TodoEndpoints.NoSuchTodo();
        var people = await WorkTimes.OfTodoAsync(tenant, id, clock.GetTimestamptz(), cancellationToken);
        return TypedResults.Ok(new TodoWorkResponse(held.State, held.Since, people.Sum(person => person.Seconds), people, WorkRules.Possible(held.ToSituation(), me)));
    }

    private static async Task<Ok<MyWorkResponse>> ShowMineAsync(
        RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken, DayOrTime? from = null, DayOrTime? to = null)
    {
        var (me, now) = (identity.UserId, clock.GetTimestamptz());
        var window = TimeWindow.Between(from, to, identity.Caller, now);
        var todos = await WorkTimes.OfPersonAsync(tenant, me, window.From, window.To, now, cancellationToken);
        return TypedResults.Ok(new MyWorkResponse(window.From, window.To, todos.Sum(todo => todo.Seconds), todos));
    }

    private static async Task<Ok<PeopleWorkResponse>> ShowAllAsync(
        RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken, DayOrTime? from = null, DayOrTime? to = null, Guid? person = null)
    {
        var now = clock.GetTimestamptz();
        var window = TimeWindow.Between(from, to, identity.Caller, now);
        return TypedResults.Ok(new PeopleWorkResponse(window.From, window.To, await WorkTimes.OfPeopleAsync(tenant, person, viewer: null, window.From, window.To, now, cancellationToken)));
    }
}
