using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Pages;
using Todo.Api.Paging;
using Todo.Api.Todos;
using Todo.Api.Traffic;
using Todo.Data;
using Todo.Data.Tenants;

namespace Todo.Api.Guests;

/// <summary>What a guest's link opens: its one list, and in it, if the link says so, adding and completing todos. Every statement names the list, and asks whether the link's maker may still do there what the guest does.</summary>
internal static class GuestEndpoints
{
    public static void AddGuests(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<GuestOptions>(builder.Configuration.GetSection(GuestOptions.Section));
        builder.Services.AddSingleton<GuestLinkDirectory>();
        builder.Services.AddScoped<GuestVisit>();
        builder.Services.AddAuthenticationScheme<GuestAuthenticationHandler>(GuestAuthenticationHandler.SchemeName);
    }

    public static void MapGuests(this IEndpointRouteBuilder app)
    {
        app.MapPage(GuestOptions.OwnPage, "guest");
        var group = app.MapGroup("/guest").WithTags("Guests").LimitRate("guest").ProducesProblem(StatusCodes.Status401Unauthorized);
        group.MapGet("/list", GetListAsync).RequireAuthorization(Guest().Build()).WithName("GetGuestList").WithSummary("Show the list of the link");
        group.MapGet("/todos", ListAsync).RequireAuthorization(Guest().Build()).WithName("ListGuestTodos").WithSummary("List the todos of the link's list").WithDescription("Oldest first.");
        group.MapPost("/todos", CreateAsync).RequireAuthorization(Writer()).WithName("CreateGuestTodo").WithSummary("Add a todo to the link's list")
            .WithDescription("It counts as made by whoever made the link.").ProducesProblem(StatusCodes.Status403Forbidden);
        group.MapPost("/todos/{id:guid}/complete", CompleteAsync).RequireAuthorization(Writer()).WithName("CompleteGuestTodo").WithSummary("Complete a todo of the link's list")
            .WithDescription("Completing it again changes nothing.").ProducesProblem(StatusCodes.Status403Forbidden);
    }

    private static AuthorizationPolicyBuilder Guest() => new AuthorizationPolicyBuilder(GuestAuthenticationHandler.SchemeName).RequireAuthenticatedUser();

    private static AuthorizationPolicy Writer() => Guest().RequireClaim(GuestAuthenticationHandler.MayWriteClaim).Build();

    private static async Task<Results<Ok<GuestList>, ProblemHttpResult>> GetListAsync(GuestVisit visit, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var link = visit.Link;
        return await ListAccess.Lists(tenant, link.CreatedBy, ListRight.Read).Where(list => list.Id == link.ListId).Select(list => list.Name).SingleOrDefaultAsync(cancellationToken) is { } name
            ? TypedResults.Ok(new GuestList(name, link.MayWrite, link.ExpiresAt))
            : NoSuchList();
    }

    private static async Task<PageResult<GuestTodo>> ListAsync(
        HttpContext context, GuestVisit visit, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var (list, after) = (visit.Link.ListId, cursor?.After ?? Guid.Empty);
        var rows = await ListAccess.Todos(tenant, visit.Link.CreatedBy, ListRight.Read).Where(todo => todo.ListId == list && todo.Id > after).OrderBy(todo => todo.Id)
            .Select(todo => new GuestTodo(todo.Id, todo.Title, todo.Notes, todo.CreatedAt, todo.CompletedAt)).Take(limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, todo => todo.Id, ApiJson.Default.PageGuestTodo, context);
    }

    private static async Task<Results<Created<GuestTodo>, ProblemHttpResult>> CreateAsync(
        NewGuestTodo request, GuestVisit visit, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (now, maker) = (clock.GetTimestamptz(), visit.Link.CreatedBy);
        var todo = new TodoItem
        {
            Id = SortableId.At(now),
            ListId = visit.Link.ListId,
            Position = OrderKey.AtEnd(now),
            Title = request.Title,
            Notes = request.Notes,
            Source = TodoSource.Guest,
            CreatedBy = maker,
            CreatedAt = now,
            UpdatedAt = now,
        };
        return await TodoStatements.TryInsertAsync(tenant, maker, todo, cancellationToken)
            ? TypedResults.Created((string?)null, new GuestTodo(todo.Id, todo.Title, todo.Notes, todo.CreatedAt, null))
            : NoSuchList();
    }

    private static async Task<Results<Ok<GuestTodo>, ProblemHttpResult>> CompleteAsync(
        Guid id, GuestVisit visit, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (now, list, person) = (clock.GetTimestamptz(), visit.Link.ListId, visit.Link.CreatedBy);
        await ListAccess.Todos(tenant, person, ListRight.Write).Where(todo => todo.Id == id && todo.ListId == list && todo.CompletedAt == null && todo.RecurrenceRule == null).ExecuteUpdateAsync(
            todo => todo.SetProperty(t => t.CompletedAt, now).SetProperty(t => t.CompletedBy, person).SetProperty(t => t.UpdatedAt, now).SetProperty(t => t.Version, t => t.Version + 1), cancellationToken);
        var found = await ListAccess.Todos(tenant, person, ListRight.Write).AsNoTracking().SingleOrDefaultAsync(todo => todo.Id == id && todo.ListId == list, cancellationToken);
        if (found is { RecurrenceRule: not null, CompletedAt: null })
        {
            found = await TodoStatements.CompleteAsync(tenant, person, id, versions: null, now, cancellationToken);
        }

        return found is { } completed
            ? TypedResults.Ok(new GuestTodo(completed.Id, completed.Title, completed.Notes, completed.CreatedAt, completed.CompletedAt))
            : TypedResults.Problem("The list has no such todo.", statusCode: StatusCodes.Status404NotFound);
    }

    private static ProblemHttpResult NoSuchList() => TypedResults.Problem("The list is gone.", statusCode: StatusCodes.Status404NotFound);
}
