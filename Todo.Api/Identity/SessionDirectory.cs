using Microsoft.EntityFrameworkCore;
using Todo.Api.Caching;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Identity;

/// <summary>Who is behind a token, and what that person may do.</summary>
public sealed record SessionEntry(Guid UserId, string Name, DateTimeOffset ExpiresAt, IReadOnlyList<string> Permissions);

/// <summary>Finds sessions by their token's hash, through the cache.</summary>
public sealed class SessionDirectory(LookupCache cache, IDbContextFactory<TenantDbContext> contexts, TimeProvider clock)
{
    /// <summary>The session of a token; null if there is none in the token's tenant, it has expired, or the person was deactivated.</summary>
    /// <remarks>The caller has made sure that the tenant exists.</remarks>
    public async ValueTask<SessionEntry?> FindAsync(AccessToken token, CancellationToken cancellationToken)
    {
        var session = await cache.GetAsync(Key(token), ApiJson.Default.SessionEntry, (contexts, token), static (state, cancellation) =>
            LoadAsync(state.contexts, state.token, cancellation), cancellationToken);
        return session is not null && session.ExpiresAt > clock.GetUtcNow() ? session : null;
    }

    /// <summary>Forgets a session that has just ended.</summary>
    public Task ForgetAsync(AccessToken token) => cache.RemoveAsync(Key(token));

    /// <summary>Forgets a session that has just changed or ended, by its token's hash.</summary>
    public Task ForgetAsync(Guid tenantId, byte[] hash) => cache.RemoveAsync(Key(tenantId, hash));

    private static string Key(AccessToken token) => Key(token.TenantId, token.Hash);

    private static string Key(Guid tenantId, byte[] hash) => $"session:{tenantId:N}:{Convert.ToHexStringLower(hash)}";

    private static async Task<SessionEntry?> LoadAsync(IDbContextFactory<TenantDbContext> contexts, AccessToken token, CancellationToken cancellationToken)
    {
        await using var tenant = await contexts.CreateDbContextAsync(cancellationToken);
        tenant.Enter(TenantSchema.Of(token.TenantId));
        var hash = token.Hash;
        var found = await (
            from session in tenant.Sessions
            join user in tenant.Users on session.UserId equals user.Id
            where session.TokenHash == hash && user.IsActive
            select new
            {
                user.Id,
                user.Name,
                session.ExpiresAt,
                Permissions = tenant.RolePermissions.Where(link => link.RoleId == user.RoleId).Select(link => link.Permission).ToList(),
            }).SingleOrDefaultAsync(cancellationToken);
        return found is null ? null : new SessionEntry(found.Id, found.Name, found.ExpiresAt, found.Permissions);
    }
}
