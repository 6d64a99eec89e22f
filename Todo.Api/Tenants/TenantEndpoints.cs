using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Todo.Api.Paging;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;

namespace Todo.Api.Tenants;

internal static class TenantEndpoints
{
    private const int MigrationParallelism = 4;

    public static void AddTenantDirectory(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<TenantOptions>(builder.Configuration.GetSection(TenantOptions.Section));
        builder.Services.AddSingleton(provider =>
        {
            var tenants = provider.GetRequiredService<IOptions<TenantOptions>>().Value;
            return ServedVersions.Between(tenants.LowestServedVersion, tenants.HighestServedVersion);
        });
        builder.Services.AddSingleton<TenantDirectory>();
        builder.Services.AddHostedService<TenantChangeFeed>();
        builder.Services.AddHostedService<SchemaPoolKeeper>();
    }

    public static void MapTenants(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/cc").WithTags("Control centre").RequireOperator().ProducesProblem(StatusCodes.Status401Unauthorized);
        group.MapPost("/tenants", CreateAsync).WithName("CreateTenant").WithSummary("Make a tenant")
            .WithDescription("Catalog row, schema, all migrations, roles and the owner: all of it or, on any error, nothing.")
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapGet("/tenants", ListAsync).WithName("ListTenants").WithSummary("List tenants").WithDescription("Oldest first, whatever their status.");
        group.MapGet("/tenants/{slug}", GetAsync).WithName("GetTenant").WithSummary("Show one tenant");
        group.MapPost("/tenants/{slug}/migrate", MigrateOneAsync).WithName("MigrateTenant").WithSummary("Bring one tenant to the newest version")
            .ProducesProblem(StatusCodes.Status409Conflict);
        group.MapPost("/migrate", MigrateAllAsync).WithName("MigrateTenants").WithSummary("Bring the catalog and every tenant to the newest version")
            .WithDescription("Tenants that fail are left as they were and named in the answer (409); the others are done.")
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Created<TenantResponse>, ProblemHttpResult>> CreateAsync(
        NewTenant request, TenantProvisioner provisioner, TenantDirectory directory, CancellationToken cancellationToken)
    {
        var owner = request.Owner is { } person ? new NewPerson(person.Email, person.Name, PersonPassword.Hash(person.Password), BuiltInRole.Owner) : null;
        try
        {
            var tenant = await provisioner.ProvisionAsync(
                request.Slug,
                request.Name,
                owner is null ? null : (transaction, schema, token) => TenantPeople.AddAsync(transaction, schema, [owner], token),
                cancellationToken);
            await directory.ForgetAsync(tenant.Id, tenant.Slug);
            return TypedResults.Created($"/cc/tenants/{tenant.Slug}", TenantResponse.Of(tenant));
        }
        catch (TenantExistsException exception)
        {
            return TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status409Conflict);
        }
        catch (UnknownMigrationException exception)
        {
            // A newer build has moved the fleet on; its own replicas can make the tenant.
            return TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    // Schemas of the pool, and what is left of them while they are dropped, have no name: they are nobody yet.
    private static async Task<PageResult<TenantResponse>> ListAsync(
        HttpContext context, CatalogDbContext catalog, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var after = cursor?.After ?? Guid.Empty;
        var rows = await catalog.Tenants.Where(tenant => tenant.Id > after && tenant.Name != "").OrderBy(tenant => tenant.Id).Select(TenantResponse.Columns).Take(limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, tenant => tenant.Id, ApiJson.Default.PageTenantResponse, context);
    }

    private static async Task<Results<Ok<TenantResponse>, ProblemHttpResult>> GetAsync(string slug, CatalogDbContext catalog, CancellationToken cancellationToken) =>
        await catalog.Tenants.Where(tenant => tenant.Slug == slug && tenant.Name != "").Select(TenantResponse.Columns).SingleOrDefaultAsync(cancellationToken) is { } tenant
            ? TypedResults.Ok(tenant)
            : NoSuchTenant(slug);

    private static async Task<Results<Ok<FleetResponse>, ProblemHttpResult>> MigrateOneAsync(
        string slug, FleetMigration fleet, CatalogDbContext catalog, TenantDirectory directory, CancellationToken cancellationToken)
    {
        var id = await catalog.Tenants.Where(tenant => tenant.Slug == slug).Select(tenant => (Guid?)tenant.Id).SingleOrDefaultAsync(cancellationToken);
        if (id is null)
        {
            return NoSuchTenant(slug);
        }

        var outcome = await ApplyAsync(fleet, new TenantSelection { Slugs = [slug] }, cancellationToken);
        await directory.ForgetAsync(id.Value, slug);
        return outcome;
    }

    private static async Task<Results<Ok<FleetResponse>, ProblemHttpResult>> MigrateAllAsync(
        CatalogMigrator catalog, FleetMigration fleet, CancellationToken cancellationToken)
    {
        await catalog.MigrateAsync(cancellationToken);
        return await ApplyAsync(fleet, TenantSelection.All, cancellationToken);
    }

    private static async Task<Results<Ok<FleetResponse>, ProblemHttpResult>> ApplyAsync(FleetMigration fleet, TenantSelection selection, CancellationToken cancellationToken)
    {
        try
        {
            return Answer(await fleet.ApplyAsync(
                selection, MigrationTarget.To(fleet.Line.Head.Id), new RunRequest("api", "operator"), new RunExecution { Parallelism = MigrationParallelism }, cancellationToken));
        }
        catch (RunOpenException exception)
        {
            return TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status409Conflict);
        }
    }

    private static Results<Ok<FleetResponse>, ProblemHttpResult> Answer(FleetOutcome report) => report.Failures.Count == 0
        ? TypedResults.Ok(new FleetResponse(report.Applied, report.Current, report.Failures))
        : TypedResults.Problem(
            $"{report.Failures.Count} tenants could not be migrated and were left as they were.",
            statusCode: StatusCodes.Status409Conflict,
            extensions: new Dictionary<string, object?>
            {
                ["applied"] = report.Applied,
                ["current"] = report.Current,
                ["failures"] = report.Failures,
            });

    private static ProblemHttpResult NoSuchTenant(string slug) =>
        TypedResults.Problem(TenantSlug.IsValid(slug) ? $"There is no tenant '{slug}'." : "There is no such tenant.", statusCode: StatusCodes.Status404NotFound);
}
