using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Audit;

internal static class AuditEndpoints
{
    public static void AddAudit(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddScoped<AuditLog>();
    }

    public static void MapAudit(this IEndpointRouteBuilder app)
    {
        app.MapGet("/audit", ListAsync).RequirePermission(Permission.AuditRead).WithTags("Audit").WithName("ListAudit").WithSummary("List who did what")
            .WithDescription("Newest first. subject and actor are ids, action is such as user.deactivated, or user. for all that was done to people.");
        app.MapGet("/users/{id:guid}/sign-ins", SignInsAsync).RequireSignIn().ExplainRefusals().WithTags("Audit").WithName("ListSignIns").WithSummary("List a person's sign-ins")
            .WithDescription("Newest first, also those that failed. One's own, or anybody's with the permission audit.read.");
    }

    private static async Task<PageResult<AuditResponse>> ListAsync(
        HttpContext context,
        TenantDbContext tenant,
        CancellationToken cancellationToken,
        Guid? subject = null,
        Guid? actor = null,
        [StringLength(100)] string? action = null,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        Cursor? cursor = null)
    {
        var entries = tenant.AuditEntries.AsNoTracking();
        entries = subject is null ? entries : entries.Where(entry => entry.SubjectId == subject);
        entries = actor is null ? entries : entries.Where(entry => entry.ActorId == actor);
        entries = action is null ? entries
            : action.EndsWith('.') ? entries.Where(entry => entry.Action.StartsWith(action))
            : entries.Where(entry => entry.Action == action);
        entries = cursor is { After: var before } ? entries.Where(entry => entry.Id < before) : entries;
        var rows = await entries.OrderByDescending(entry => entry.Id).Take(limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows.ConvertAll(AuditResponse.Of), limit, entry => entry.Id, ApiJson.Default.PageAuditResponse, context);
    }

    private static async Task<PageResult<SignInResponse>> SignInsAsync(
        Guid id,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        CancellationToken cancellationToken,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        Cursor? cursor = null)
    {
        if (id != identity.UserId)
        {
            identity.Require(Permission.AuditRead);
        }

        var entries = tenant.SignInEntries.Where(entry => entry.UserId == id);
        entries = cursor is { After: var before } ? entries.Where(entry => entry.Id < before) : entries;
        var rows = await entries.OrderByDescending(entry => entry.Id).Take(limit + 1).Select(SignInResponse.Columns).ToListAsync(cancellationToken);
        if (rows.Count == 0 && !await tenant.Users.AnyAsync(user => user.Id == id, cancellationToken))
        {
            throw RefusedException.NotFound("There is no such person.");
        }

        return Page.Of(rows, limit, entry => entry.Id, ApiJson.Default.PageSignInResponse, context);
    }
}
