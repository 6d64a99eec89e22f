using Microsoft.EntityFrameworkCore;
using Todo.Api.Caching;
using Todo.Api.Identity;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Guests;

/// <summary>A guest's link that is good now.</summary>
public sealed record GuestLinkEntry(Guid Id, string Name, Guid ListId, bool MayWrite, Guid CreatedBy, DateTimeOffset ExpiresAt);

/// <summary>Finds guests' links by their token's hash, through the cache.</summary>
public sealed class GuestLinkDirectory(LookupCache cache, IDbContextFactory<TenantDbContext> contexts, TimeProvider clock)
{
    /// <summary>The link; null if the tenant has none with this hash, it has expired or was revoked, or whoever made it may not sign in any more.</summary>
    /// <remarks>The caller has made sure that the tenant exists.</remarks>
    public async ValueTask<GuestLinkEntry?> FindAsync(AccessToken token, CancellationToken cancellationToken)
    {
        var link = await cache.GetAsync(Key(token.TenantId, token.Hash), ApiJson.Default.GuestLinkEntry, (contexts, token), static (state, cancellation) =>
            LoadAsync(state.contexts, state.token, cancellation), cancellationToken);
        return link is not null && link.ExpiresAt > clock.GetUtcNow() ? link : null;
    }

    /// <summary>Forgets a link that was revoked, on every replica.</summary>
    public Task ForgetAsync(Guid tenantId, byte[] hash) => cache.RemoveAsync(Key(tenantId, hash));

    private static string Key(Guid tenantId, byte[] hash) => $"guest:{tenantId:N}:{Convert.ToHexStringLower(hash)}";

    private static async Task<GuestLinkEntry?> LoadAsync(IDbContextFactory<TenantDbContext> contexts, AccessToken token, CancellationToken cancellationToken)
    {
        await using var tenant = await contexts.CreateDbContextAsync(cancellationToken);
        tenant.Enter(TenantSchema.Of(token.TenantId));
        var hash = token.Hash;
        return await (
            from link in tenant.GuestLinks
            join user in tenant.Users.Where(User.MaySignIn) on link.CreatedBy equals user.Id
            where link.Hash == hash && link.RevokedAt == null
            select new GuestLinkEntry(link.Id, link.Name, link.ListId, link.MayWrite, link.CreatedBy, link.ExpiresAt)).SingleOrDefaultAsync(cancellationToken);
    }
}
