using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Todo.Api.Errors;
using Todo.Api.Tenants;
using Todo.Data;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Inspection;
using Todo.Tenancy.Provisioning;

namespace Todo.Api.Fleet;

/// <summary>Sets right what is on record about schemas, without running a migration.</summary>
internal static class LedgerEndpoints
{
    public static void MapLedger(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/cc/fleet").WithTags("Fleet").RequireOperator().ExplainFleetProblems().ExplainTenantProblems()
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapPost("/repair", RepairAsync).WithName("RepairLedgers").WithSummary("Set wrong ledgers from the schemas' own histories")
            .WithDescription("Verifies first. What a ledger has no part in is listed under 'remaining'; a ledger whose history can't be trusted stays as it is.");
        group.MapPost("/baseline", BaselineAsync).WithName("BaselineTenant").WithSummary("Say at which migration a schema is, without running any")
            .WithDescription("With 'adopt' an existing schema becomes a new tenant's.");
    }

    private static async Task<Ok<LedgerRepairReport>> RepairAsync(SelectionRequest request, FleetVerifier verifier, CancellationToken cancellationToken)
    {
        var found = await verifier.VerifyAsync(request.Among(TenantSelection.Inspectable), progress: null, cancellationToken);
        return TypedResults.Ok(await verifier.RepairLedgersAsync(found, progress: null, cancellationToken));
    }

    private static async Task<Ok<TenantResponse>> BaselineAsync(
        BaselineRequest request, TenantBaseline baseline, TenantDirectory directory, CancellationToken cancellationToken)
    {
        var version = request.MigrationId;
        var tenant = request.Adopt is { } schema
            ? await baseline.AdoptAsync(schema, request.Tenant, request.Name ?? request.Tenant, version, request.Force, cancellationToken)
            : await baseline.BaselineAsync(request.Tenant, version, request.Force, cancellationToken);
        await directory.ForgetAsync(tenant.Id, tenant.Slug);
        return TypedResults.Ok(TenantResponse.Of(tenant));
    }
}

/// <summary>What is to be put on record about a tenant.</summary>
/// <param name="Tenant">The tenant's slug; with <paramref name="Adopt"/> the new one's.</param>
/// <param name="Version">The migration that the schema is at: its id, or its name.</param>
/// <param name="Force">Whether to believe it although tables are missing.</param>
/// <param name="Adopt">An existing schema that becomes the tenant's, and is renamed.</param>
/// <param name="Name">Of a tenant that is made in this way, for people; the slug if absent.</param>
public sealed record BaselineRequest(
    [Required, StringLength(TenantSlug.MaxLength, MinimumLength = 2)] string Tenant,
    [Required] string Version,
    bool Force = false,
    [StringLength(63, MinimumLength = 1)] string? Adopt = null,
    [StringLength(200, MinimumLength = 1)] string? Name = null) : IValidatableObject
{
    /// <exception cref="RequestRuleException">There is no such migration.</exception>
    internal string MigrationId => RequestRuleException.Read(
        () => MigrationTarget.Parse(Version, MigrationLines.Tenant).Version ?? throw new ArgumentException("'version' is a migration's id or name."));

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Adopt is not null && !TenantSlug.IsValid(Tenant))
        {
            yield return new ValidationResult($"A slug is {TenantSlug.Rule}.", [nameof(Tenant)]);
        }

        if (Adopt is null && Name is not null)
        {
            yield return new ValidationResult("A name is for a tenant that is made of a schema to adopt.", [nameof(Name)]);
        }
    }
}
