using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Data.Catalog;
using Todo.Data.Tenants;

namespace Todo.Api.Users;

/// <summary>The person who is signed in.</summary>
/// <param name="User">The profile.</param>
/// <param name="Permissions">What the person may do with this token.</param>
/// <param name="Groups">The groups the person is in.</param>
/// <param name="Tenant">Where.</param>
public sealed record MeResponse(UserResponse User, IReadOnlyList<string> Permissions, IReadOnlyList<MyGroup> Groups, MyTenant Tenant);

/// <summary>A group that one is in.</summary>
/// <param name="Id">The group.</param>
/// <param name="Name">Its name.</param>
public sealed record MyGroup(Guid Id, string Name);

/// <summary>The tenant that one is signed in to.</summary>
/// <param name="Id">The tenant.</param>
/// <param name="Slug">Goes into the <c>tenant</c> header.</param>
/// <param name="Name">Its name for people.</param>
public sealed record MyTenant(Guid Id, string Slug, string Name);

internal static class MeEndpoints
{
    public static void MapMe(this IEndpointRouteBuilder app) =>
        app.MapGet("/me", ShowAsync).RequireSignIn().ExplainRefusals().WithTags("People").WithName("ShowMe").WithSummary("Show who is signed in")
            .WithDescription("The profile, what one may do, the groups one is in, and the tenant.");

    private static async Task<Ok<MeResponse>> ShowAsync(
        HttpContext context, RequestIdentity identity, TenantDbContext tenant, CatalogDbContext catalog, CancellationToken cancellationToken)
    {
        var (userId, tenantId) = (identity.UserId, identity.Schema.TenantId);
        var user = await UserEndpoints.ShowAsync(context, tenant, userId, cancellationToken);
        var groups = await tenant.GroupMembers.Where(member => member.UserId == userId)
            .Join(tenant.Groups, member => member.GroupId, group => group.Id, (_, group) => group)
            .OrderBy(group => group.Name)
            .Select(group => new MyGroup(group.Id, group.Name))
            .ToListAsync(cancellationToken);
        var place = await catalog.Tenants.Where(one => one.Id == tenantId).Select(one => new MyTenant(one.Id, one.Slug, one.Name)).SingleAsync(cancellationToken);
        return TypedResults.Ok(new MeResponse(user, [.. identity.Caller.Permissions.Order(StringComparer.Ordinal)], groups, place));
    }
}
