using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Users;

/// <summary>A person of the tenant.</summary>
/// <param name="Id">The person's id.</param>
/// <param name="Email">For signing in.</param>
/// <param name="Name">For people.</param>
/// <param name="Role">The role's name.</param>
/// <param name="IsActive">False: can't sign in.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record UserResponse(Guid Id, string Email, string Name, string Role, bool IsActive, DateTimeOffset CreatedAt);

internal static class UserEndpoints
{
    private static readonly Func<TenantDbContext, Guid, int, IAsyncEnumerable<UserResponse>> Rows = EF.CompileAsyncQuery(
        (TenantDbContext tenant, Guid after, int count) =>
            (from user in tenant.Users
             join role in tenant.Roles on user.RoleId equals role.Id
             where user.Id > after
             orderby user.Id
             select new UserResponse(user.Id, user.Email, user.Name, role.Name, user.IsActive, user.CreatedAt)).Take(count));

    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/users").WithTags("People");
        group.MapGet("/", ListAsync).RequirePermission(Permission.UsersRead).WithName("ListUsers").WithSummary("List the tenant's people").WithDescription("Oldest first.");
    }

    private static async Task<PageResult<UserResponse>> ListAsync(
        HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var rows = await Rows(tenant, cursor?.After ?? Guid.Empty, limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, user => user.Id, ApiJson.Default.PageUserResponse, context);
    }
}
