using Microsoft.AspNetCore.Http.HttpResults;
using Todo.Api.Tenants;
using Todo.Data;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Inspection;

namespace Todo.Api.Fleet;

/// <summary>Whether the fleet is what the ledger says, and whether tenants at one version are alike.</summary>
internal static class InspectionEndpoints
{
    public static void AddInspection(this IServiceCollection services)
    {
        services.AddSingleton(provider => new FleetVerifier(DataServices.Owner(provider), MigrationLines.Tenant));
        services.AddSingleton(provider => new DriftDetector(DataServices.Owner(provider), MigrationLines.Tenant));
    }

    public static void MapInspection(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/cc/fleet").WithTags("Fleet").RequireOperator().ExplainFleetProblems().ProducesProblem(StatusCodes.Status401Unauthorized);
        group.MapGet("/verify", VerifyAllAsync).WithName("VerifyFleet").WithSummary("Compare the ledger with every schema's own history")
            .WithDescription("Reads only. Each finding says what to do.");
        group.MapPost("/verify", VerifyAsync).WithName("VerifyTenants").WithSummary("Compare the ledger with the histories of some schemas")
            .WithDescription("Reads only. It is a POST because a list of tenants may be longer than an address. Deleted tenants can be chosen too.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/drift", DetectAllAsync).WithName("FindDrift").WithSummary("Find tenants that are not like the others at their version")
            .WithDescription("Reads only: columns, types, defaults, constraints, indexes and the rest, compared by fingerprint, with a readable difference for the odd ones.");
        group.MapPost("/drift", DetectAsync).WithName("FindDriftAmongTenants").WithSummary("Find those of some tenants that are not like the others")
            .WithDescription("Reads only, and compares those that are chosen with each other and with what the migrations make. Deleted tenants can be chosen too.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static Task<Ok<VerifyReport>> VerifyAllAsync(FleetVerifier verifier, CancellationToken cancellationToken) =>
        VerifyAsync(new SelectionRequest(), verifier, cancellationToken);

    private static async Task<Ok<VerifyReport>> VerifyAsync(SelectionRequest request, FleetVerifier verifier, CancellationToken cancellationToken) =>
        TypedResults.Ok(await verifier.VerifyAsync(request.Among(TenantSelection.Inspectable), progress: null, cancellationToken));

    private static Task<Ok<DriftReport>> DetectAllAsync(DriftDetector detector, CancellationToken cancellationToken) =>
        DetectAsync(new SelectionRequest(), detector, cancellationToken);

    private static async Task<Ok<DriftReport>> DetectAsync(SelectionRequest request, DriftDetector detector, CancellationToken cancellationToken) =>
        TypedResults.Ok(await detector.DetectAsync(request.Among(TenantSelection.Inspectable), progress: null, cancellationToken));
}
