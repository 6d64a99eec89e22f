using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Api.Errors;
using Todo.Api.Paging;
using Todo.Api.Tenants;
using Todo.Data.Catalog;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;

namespace Todo.Api.Fleet;

/// <summary>Migration of the fleet: look, plan, start, watch, stop.</summary>
internal static class FleetEndpoints
{
    // Who works on runs that are started here.
    public const string Executor = "api";

    private const string Person = "operator";
    private const string EventStream = "text/event-stream";

    // At most two events a second of a run, one of the fleet.
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FleetInterval = TimeSpan.FromSeconds(1);

    // Proxies cut a stream on which nothing is said for a minute; and whoever watches has to prove again who they are.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestWatch = TimeSpan.FromMinutes(10);

    public static void AddFleet(this IServiceCollection services)
    {
        services.AddSingleton<RunHost>();
        services.AddHostedService(provider => provider.GetRequiredService<RunHost>());
        services.AddHostedService<FleetMetrics>();
    }

    public static void MapFleet(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/cc").WithTags("Fleet").RequireOperator().ExplainFleetProblems().ProducesProblem(StatusCodes.Status401Unauthorized);
        group.MapGet("/fleet", StatusAsync).WithName("GetFleet").WithSummary("Show how many tenants are at which version, and the open run, or watch them")
            .WithDescription("With 'Accept: text/event-stream' an event for every change, at most one a second and at least one every 15 seconds, for ten minutes.");
        group.MapGet("/fleet/tenants", GroupAsync).WithName("ListFleetTenants").WithSummary("List the tenants of one status or version")
            .WithDescription("Oldest first. 'version' is a migration's id, or 'none' for empty schemas.").ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapPost("/fleet/plan", PlanAsync).WithName("PlanRun").WithSummary("Show what a run would do, with its SQL")
            .WithDescription("Changes nothing.").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("/runs", StartAsync).WithName("StartRun").WithSummary("Start a run")
            .WithDescription("Answers 202 at once and works on it in the background; 200 with the plan if there is nothing to do. Of several replicas, any goes on with it if this one dies.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapGet("/runs", ListAsync).WithName("ListRuns").WithSummary("List runs").WithDescription("Newest first.");
        group.MapGet("/runs/{id:guid}", GetAsync).WithName("GetRun").WithSummary("Show one run, or watch it")
            .WithDescription("With 'Accept: text/event-stream' an event for every change, at most two a second, until the run has ended.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/runs/{id:guid}/tenants", TenantsAsync).WithName("ListRunTenants").WithSummary("List the tenants of a run")
            .WithDescription("Oldest tenant first; 'position' is the order of the run.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("/runs/{id:guid}/pause", PauseAsync).WithName("PauseRun").WithSummary("Stop a run after the tenants in hand")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapPost("/runs/{id:guid}/resume", ResumeAsync).WithName("ResumeRun").WithSummary("Go on with a run")
            .WithDescription("One that is paused, planned, or ended with failures: those are tried again. 'confirm' is the id that confirms a loss of data.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapPost("/runs/{id:guid}/cancel", CancelAsync).WithName("CancelRun").WithSummary("End a run where it is")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<FleetStatus>, ServerSentEventsResult<FleetStatus>>> StatusAsync(
        HttpContext context, NpgsqlDataSource dataSource, RunStore runs, FleetPlanner planner, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        var now = await ReadAsync(cancellationToken);
        return WantsEvents(context.Request)
            ? TypedResults.ServerSentEvents(WatchFleetAsync(now, ReadAsync, lifetime.ApplicationStopping, cancellationToken), "fleet")
            : TypedResults.Ok(now);

        Task<FleetStatus> ReadAsync(CancellationToken cancellation) => FleetStatus.ReadAsync(dataSource, runs, planner.Line, cancellation);
    }

    // Schemas of the pool have no name and are shown all the same: they are migrated like the others.
    private static async Task<PageResult<TenantResponse>> GroupAsync(
        HttpContext context,
        CatalogDbContext catalog,
        CancellationToken cancellationToken,
        string? status = null,
        string? version = null,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        Cursor? cursor = null)
    {
        var after = cursor?.After ?? Guid.Empty;
        var query = catalog.Tenants.Where(tenant => tenant.Id > after);
        if (status is not null)
        {
            var wanted = MemberOf<TenantStatus>("status", status);
            query = query.Where(tenant => tenant.Status == wanted);
        }

        if (version is not null)
        {
            var wanted = version == "none" ? null : version;
            query = query.Where(tenant => tenant.SchemaVersion == wanted);
        }

        var rows = await query.OrderBy(tenant => tenant.Id).Select(TenantResponse.Columns).Take(limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, tenant => tenant.Id, ApiJson.Default.PageTenantResponse, context);
    }

    private static async Task<Ok<PlanResponse>> PlanAsync(PlanRequest request, FleetPlanner planner, CancellationToken cancellationToken) =>
        TypedResults.Ok(PlanResponse.Of(await request.PlanAsync(planner, cancellationToken)));

    private static async Task<Results<Accepted<RunResponse>, Ok<PlanResponse>, ProblemHttpResult>> StartAsync(
        NewRun request, FleetPlanner planner, FleetMigration fleet, RunStore runs, RunHost host, CancellationToken cancellationToken)
    {
        var order = request.Request(Executor, Person);
        var plan = await request.PlanAsync(planner, cancellationToken);
        if (plan.Tenants.Count == 0)
        {
            if (plan.Blocked.Count > 0)
            {
                return TypedResults.Problem(
                    $"{plan.Blocked.Count} tenants can't be moved, and no other has to be.", statusCode: StatusCodes.Status409Conflict, extensions: new Dictionary<string, object?> { ["blocked"] = plan.Blocked });
            }

            await fleet.RememberAsync(plan, cancellationToken);
            return TypedResults.Ok(PlanResponse.Of(plan));
        }

        var run = await runs.StartAsync(plan, order, cancellationToken);
        host.Begin(run.Id);
        return TypedResults.Accepted($"/cc/runs/{run.Id}", await RunResponse.ReadAsync(runs, run.Id, cancellationToken));
    }

    private static async Task<PageResult<MigrationRun>> ListAsync(
        HttpContext context, CatalogDbContext catalog, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var query = catalog.MigrationRuns.AsNoTracking();
        if (cursor is { After: var before })
        {
            query = query.Where(run => run.Id < before);
        }

        var rows = await query.OrderByDescending(run => run.Id).Take(limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, run => run.Id, ApiJson.Default.PageMigrationRun, context);
    }

    private static async Task<Results<Ok<RunResponse>, ServerSentEventsResult<RunResponse>>> GetAsync(
        Guid id, HttpContext context, RunStore runs, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        var now = await RunResponse.ReadAsync(runs, id, cancellationToken);
        return WantsEvents(context.Request)
            ? TypedResults.ServerSentEvents(WatchAsync(now, runs, lifetime.ApplicationStopping, cancellationToken), "run")
            : TypedResults.Ok(now);
    }

    private static async Task<PageResult<MigrationRunTenant>> TenantsAsync(
        Guid id,
        HttpContext context,
        RunStore runs,
        CatalogDbContext catalog,
        CancellationToken cancellationToken,
        string? state = null,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        Cursor? cursor = null)
    {
        await runs.GetAsync(id, cancellationToken);
        var after = cursor?.After ?? Guid.Empty;
        var query = catalog.MigrationRunTenants.AsNoTracking().Where(tenant => tenant.RunId == id && tenant.TenantId > after);
        if (state is not null)
        {
            var wanted = MemberOf<RunTenantState>("state", state);
            query = query.Where(tenant => tenant.State == wanted);
        }

        var rows = await query.OrderBy(tenant => tenant.TenantId).Take(limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, tenant => tenant.TenantId, ApiJson.Default.PageMigrationRunTenant, context);
    }

    private static bool WantsEvents(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType.Equals(EventStream, StringComparison.OrdinalIgnoreCase));

    // Spelt as in the answers, which is not how the framework reads an enum from a query.
    private static TEnum MemberOf<TEnum>(string name, string text)
        where TEnum : struct, Enum
    {
        var members = Enum.GetValues<TEnum>();
        var index = Array.FindIndex(members, member => EnumText.Of(member) == text);
        return index >= 0 ? members[index] : throw new RequestRuleException($"'{name}' is one of {string.Join(", ", members.Select(EnumText.Of))}.");
    }

    private static async Task<Ok<RunResponse>> PauseAsync(Guid id, RunStore runs, CancellationToken cancellationToken)
    {
        await runs.PauseAsync(id, MigrationRun.PausedByPerson + Person, cancellationToken);
        return TypedResults.Ok(await RunResponse.ReadAsync(runs, id, cancellationToken));
    }

    // Whoever started it, it is this process that was asked to go on with it.
    private static async Task<Accepted<RunResponse>> ResumeAsync(
        Guid id, RunStore runs, FleetPlanner planner, RunHost host, CancellationToken cancellationToken, Guid? confirm = null)
    {
        await runs.ResumeAsync(id, confirm, planner.Line, cancellationToken);
        host.Begin(id);
        return TypedResults.Accepted($"/cc/runs/{id}", await RunResponse.ReadAsync(runs, id, cancellationToken));
    }

    private static async Task<Ok<RunResponse>> CancelAsync(Guid id, RunStore runs, CancellationToken cancellationToken)
    {
        await runs.CancelAsync(id, "cancelled by " + Person, cancellationToken);
        return TypedResults.Ok(await RunResponse.ReadAsync(runs, id, cancellationToken));
    }

    private static async IAsyncEnumerable<FleetStatus> WatchFleetAsync(
        FleetStatus last, Func<CancellationToken, Task<FleetStatus>> readAsync, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        ended.CancelAfter(LongestWatch);
        yield return last;
        var said = Stopwatch.StartNew();
        while (await LookAgainAsync(last, FleetInterval, readAsync, ended.Token) is { } now)
        {
            if (!now.IsSameAs(last) || said.Elapsed >= Silence)
            {
                yield return now;
                said.Restart();
            }

            last = now;
        }
    }

    private static async IAsyncEnumerable<RunResponse> WatchAsync(
        RunResponse last, RunStore runs, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A server that stops would wait for whoever watches.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        yield return last;
        while (!last.HasEnded && await LookAgainAsync(last, WatchInterval, token => RunResponse.ReadAsync(runs, last.Run.Id, token), ended.Token) is { } now)
        {
            if (!now.IsSameAs(last))
            {
                yield return now;
            }

            last = now;
        }
    }

    // Null: nobody wants to know any more. With the database away nothing is new.
    private static async Task<T?> LookAgainAsync<T>(T last, TimeSpan interval, Func<CancellationToken, Task<T>> readAsync, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            await Task.Delay(interval, cancellationToken);
            return await readAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is RunNotFoundException || cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (NpgsqlException)
        {
            return last;
        }
    }
}
