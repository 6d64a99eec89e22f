using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Todo.Api.Tenants;
using Todo.Data;
using Todo.Tenancy.Inspection;

namespace Todo.Api.Fleet;

/// <summary>Whether the fleet is what the ledger says, and whether tenants at one version are alike.</summary>
internal static class InspectionEndpoints
{
    public static void AddInspection(this IServiceCollection services)
    {
        services.AddSingleton(provider => new FleetVerifier(provider.GetRequiredService<NpgsqlDataSource>(), MigrationLines.Tenant));
        services.AddSingleton(provider => new DriftDetector(provider.GetRequiredService<NpgsqlDataSource>(), MigrationLines.Tenant));
    }

    public static void MapInspection(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/cc/fleet").WithTags("Control centre").RequireOperator().ProducesProblem(StatusCodes.Status401Unauthorized);
        group.MapGet("/verify", VerifyAsync).WithName("VerifyFleet").WithSummary("Compare the ledger with every schema's own history")
            .WithDescription("Reads only. Each finding says what to do.");
        group.MapGet("/drift", DriftAsync).WithName("FindDrift").WithSummary("Find tenants that are not like the others at their version")
            .WithDescription("Reads only: columns, types, defaults, constraints, indexes and the rest, compared by fingerprint, with a readable difference for the odd ones.");
    }

    private static async Task<Ok<VerifyReport>> VerifyAsync(FleetVerifier verifier, CancellationToken cancellationToken) =>
        TypedResults.Ok(await verifier.VerifyAsync(slugs: null, progress: null, cancellationToken));

    private static async Task<Ok<DriftReport>> DriftAsync(DriftDetector detector, CancellationToken cancellationToken) =>
        TypedResults.Ok(await detector.DetectAsync(slugs: null, progress: null, cancellationToken));
}
