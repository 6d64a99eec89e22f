using Microsoft.EntityFrameworkCore;
using Todo.Api.Caching;
using Todo.Api.Identity;
using Todo.Data.Tenants;

namespace Todo.Api.Guests;

/// <summary>A guest's link that is good now.</summary>
public sealed record GuestLinkEntry(Guid Id, string Name, Guid ListId, bool MayWrite, Guid CreatedBy, DateTimeOffset ExpiresAt) : ITokenEntry;

/// <summary>Finds guests' links by their token's hash.</summary>
public sealed class GuestLinkDirectory(LookupCache cache, IDbContextFactory<TenantDbContext> contexts, TimeProvider clock)
    : TokenDirectory<GuestLinkEntry>(cache, contexts, clock, "guest", ApiJson.Default.GuestLinkEntry)
{
    /// <inheritdoc/>
    protected override async Task<GuestLinkEntry?> LoadAsync(TenantDbContext tenant, byte[] hash, CancellationToken cancellationToken) => await (
        from link in tenant.GuestLinks
        join user in tenant.Users.Where(User.MaySignIn) on link.CreatedBy equals user.Id
        where link.Hash == hash && link.RevokedAt == null
        select new GuestLinkEntry(link.Id, link.Name, link.ListId, link.MayWrite, link.CreatedBy, link.ExpiresAt)).SingleOrDefaultAsync(cancellationToken);
}
