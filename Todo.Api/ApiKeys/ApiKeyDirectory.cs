using Microsoft.EntityFrameworkCore;
using Todo.Api.Caching;
using Todo.Api.Identity;
using Todo.Api.Settings;
using Todo.Data.Tenants;

namespace Todo.Api.ApiKeys;

/// <summary>A key that is good now, and what it may do: of what it was made for, what whoever made it may still do.</summary>
public sealed record ApiKeyEntry(Guid Id, string Name, Guid CreatedBy, DateTimeOffset ExpiresAt, IReadOnlyList<string> Permissions, RegionalSettings Regional) : ITokenEntry;

/// <summary>Finds keys by their hash.</summary>
public sealed class ApiKeyDirectory(LookupCache cache, IDbContextFactory<TenantDbContext> contexts, TimeProvider clock)
    : TokenDirectory<ApiKeyEntry>(cache, contexts, clock, "key", ApiJson.Default.ApiKeyEntry)
{
    /// <inheritdoc/>
    protected override async Task<ApiKeyEntry?> LoadAsync(TenantDbContext tenant, byte[] hash, CancellationToken cancellationToken)
    {
        var found = await (
            from key in tenant.ApiKeys
            join user in tenant.Users.Where(User.MaySignIn) on key.CreatedBy equals user.Id
            join regional in RegionalSettings.All(tenant) on user.Id equals regional.UserId
            where key.Hash == hash && key.RevokedAt == null
            select new
            {
                key.Id,
                key.Name,
                key.CreatedBy,
                key.ExpiresAt,
                Permissions = tenant.RolePermissions.Where(link => link.RoleId == user.RoleId && key.Permissions.Contains(link.Permission)).Select(link => link.Permission).ToList(),
                Regional = regional,
            }).SingleOrDefaultAsync(cancellationToken);
        return found is null ? null : new ApiKeyEntry(found.Id, found.Name, found.CreatedBy, found.ExpiresAt, found.Permissions, found.Regional.Read());
    }
}
