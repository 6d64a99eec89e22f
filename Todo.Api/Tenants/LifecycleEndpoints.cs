using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Provisioning;

namespace Todo.Api.Tenants;

/// <summary>What becomes of a tenant after it was made. Whatever is changed here is refused or served by every replica within about a second.</summary>
internal static class LifecycleEndpoints
{
    // Each takes a lock on itself, its indexes and its TOAST table; the server's lock table is shared by everybody.
    private const int PurgeBatch = 50;

    public static void MapTenantLifecycle(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/cc/tenants/{slug}").WithTags("Control centre").RequireOperator().ExplainTenantProblems().ProducesProblem(StatusCodes.Status401Unauthorized);
        group.MapPatch("", RenameAsync).WithName("RenameTenant").WithSummary("Give a tenant another slug or name").WithDescription("Its schema stays.");
        group.MapPut("/host", SetHostAsync).WithName("SetTenantHost").WithSummary("Give a tenant a host of its own")
            .WithDescription("Requests to that host are for this tenant and need no 'tenant' header. Null takes it away.");
        group.MapPost("/suspend", SuspendAsync).WithName("SuspendTenant").WithSummary("Refuse a tenant's people").WithDescription("It is migrated on, so that resuming it is instant.");
        group.MapPost("/resume", ResumeAsync).WithName("ResumeTenant").WithSummary("Serve a suspended tenant again");
        group.MapDelete("", DeleteAsync).WithName("DeleteTenant").WithSummary("Delete a tenant, recoverably").WithDescription("Its data stays until it is purged.");
        group.MapPost("/restore", RestoreAsync).WithName("RestoreTenant").WithSummary("Take a deletion back");
        group.MapPost("/purge", PurgeAsync).WithName("PurgeTenant").WithSummary("Drop a deleted tenant's schema, for ever")
            .WithDescription("Repeat the slug in 'confirm'. Interrupted, it goes on when asked again.");
    }

    private static async Task<Ok<TenantStateResponse>> RenameAsync(string slug, TenantChange request, TenantLifecycle lifecycle, TenantDirectory directory, CancellationToken cancellationToken)
    {
        var tenant = await lifecycle.RenameAsync(slug, request.Slug, request.Name, cancellationToken);
        await directory.ForgetAsync(tenant.Id, slug);
        return await AnswerAsync(tenant, directory);
    }

    private static async Task<Ok<TenantStateResponse>> SetHostAsync(string slug, TenantHostChange request, TenantLifecycle lifecycle, TenantDirectory directory, CancellationToken cancellationToken) =>
        await AnswerAsync(await lifecycle.SetHostAsync(slug, request.Host, cancellationToken), directory);

    private static async Task<Ok<TenantStateResponse>> SuspendAsync(string slug, TenantLifecycle lifecycle, TenantDirectory directory, CancellationToken cancellationToken) =>
        await AnswerAsync(await lifecycle.SuspendAsync(slug, cancellationToken), directory);

    private static async Task<Ok<TenantStateResponse>> ResumeAsync(string slug, TenantLifecycle lifecycle, TenantDirectory directory, CancellationToken cancellationToken) =>
        await AnswerAsync(await lifecycle.ResumeAsync(slug, cancellationToken), directory);

    private static async Task<Ok<TenantStateResponse>> DeleteAsync(string slug, TenantLifecycle lifecycle, TenantDirectory directory, CancellationToken cancellationToken) =>
        await AnswerAsync(await lifecycle.DeleteAsync(slug, cancellationToken), directory);

    private static async Task<Ok<TenantStateResponse>> RestoreAsync(
        string slug, TenantLifecycle lifecycle, TenantDirectory directory, CancellationToken cancellationToken, bool suspended = false) =>
        await AnswerAsync(await lifecycle.RestoreAsync(slug, suspended, cancellationToken), directory);

    private static async Task<Results<NoContent, ProblemHttpResult>> PurgeAsync(string slug, string confirm, TenantLifecycle lifecycle, CancellationToken cancellationToken)
    {
        if (confirm != slug)
        {
            return TypedResults.Problem("Repeat the tenant's slug in 'confirm': what is purged is gone.", statusCode: StatusCodes.Status400BadRequest);
        }

        await lifecycle.PurgeAsync(slug, PurgeBatch, progress: null, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<TenantStateResponse>> AnswerAsync(Tenant tenant, TenantDirectory directory)
    {
        await directory.ForgetAsync(tenant.Id, tenant.Slug, tenant.Host);
        return TypedResults.Ok(new TenantStateResponse(tenant.Id, tenant.Slug, tenant.Name, tenant.Status, tenant.Host));
    }
}

/// <summary>What to change of a tenant's names.</summary>
/// <param name="Slug">The new slug; the old one is free at once. Absent: as it was.</param>
/// <param name="Name">The new name for people. Absent: as it was.</param>
public sealed record TenantChange(
    [StringLength(TenantSlug.MaxLength, MinimumLength = 2)] string? Slug = null,
    [StringLength(200, MinimumLength = 1)] string? Name = null) : IValidatableObject
{
    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Slug is null && Name is null)
        {
            yield return new ValidationResult("Give a new slug, a new name, or both.", [nameof(Name)]);
        }

        if (Slug is not null && !TenantSlug.IsValid(Slug))
        {
            yield return new ValidationResult($"A slug is {TenantSlug.Rule}.", [nameof(Slug)]);
        }
    }
}

/// <summary>The host that a tenant is to have for itself.</summary>
/// <param name="Host">A DNS name in lower case, without port; null: none.</param>
public sealed record TenantHostChange([StringLength(TenantHost.MaxLength)] string? Host) : IValidatableObject
{
    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Host is not null && !TenantHost.IsValid(Host))
        {
            yield return new ValidationResult($"A host is {TenantHost.Rule}.", [nameof(Host)]);
        }
    }
}

/// <summary>A tenant after a change of its life.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its slug.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Where it is in its life.</param>
/// <param name="Host">The host that is this tenant's own; null: none.</param>
public sealed record TenantStateResponse(Guid Id, string Slug, string Name, TenantStatus Status, string? Host);
