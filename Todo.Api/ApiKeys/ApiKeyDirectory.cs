using Microsoft.EntityFrameworkCore;
using Todo.Api.Caching;
using Todo.Api.Identity;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.ApiKeys;

/// <summary>A key that is good now, and what it may do: of what it was made for, what whoever made it may still do.</summary>
public sealed record ApiKeyEntry(Guid Id, string Name, Guid CreatedBy, DateTimeOffset ExpiresAt, IReadOnlyList<string> Permissions);

/// <summary>Finds keys by their hash, through the cache.</summary>
public sealed class ApiKeyDirectory(LookupCache cache, IDbContextFactory<TenantDbContext> contexts, TimeProvider clock)
{
    /// <summary>The key; null if the tenant has none with this hash, it has expired or was revoked, or whoever made it may not sign in.</summary>
    /// <remarks>The caller has made sure that the tenant exists.</remarks>
    public async ValueTask<ApiKeyEntry?> FindAsync(AccessToken token, CancellationToken cancellationToken)
    {
        var key = await cache.GetAsync(Key(token.TenantId, token.Hash), ApiJson.Default.ApiKeyEntry, (contexts, token), static (state, cancellation) =>
            LoadAsync(state.contexts, state.token, cancellation), cancellationToken);
        return key is not null && key.ExpiresAt > clock.GetUtcNow() ? key : null;
    }

    /// <summary>Forgets a key that was revoked, on every replica.</summary>
    public Task ForgetAsync(Guid tenantId, byte[] hash) => cache.RemoveAsync(Key(tenantId, hash));

    private static string Key(Guid tenantId, byte[] hash) => $"key:{tenantId:N}:{Convert.ToHexStringLower(hash)}";

    private static async Task<ApiKeyEntry?> LoadAsync(IDbContextFactory<TenantDbContext> contexts, AccessToken token, CancellationToken cancellationToken)
    {
        await using var tenant = await contexts.CreateDbContextAsync(cancellationToken);
        tenant.Enter(TenantSchema.Of(token.TenantId));
        var hash = token.Hash;
        var found = await (
            from key in tenant.ApiKeys
            join user in tenant.Users.Where(User.MaySignIn) on key.CreatedBy equals user.Id
            where key.Hash == hash && key.RevokedAt == null
            select new
            {
                key.Id,
                key.Name,
                key.CreatedBy,
                key.ExpiresAt,
                Permissions = tenant.RolePermissions.Where(link => link.RoleId == user.RoleId && key.Permissions.Contains(link.Permission)).Select(link => link.Permission).ToList(),
            }).SingleOrDefaultAsync(cancellationToken);
        return found is null ? null : new ApiKeyEntry(found.Id, found.Name, found.CreatedBy, found.ExpiresAt, found.Permissions);
    }
}
