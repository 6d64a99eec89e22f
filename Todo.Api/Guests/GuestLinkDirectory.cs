using Microsoft.EntityFrameworkCore;
using Todo.Api.Caching;
using Todo.Api.Identity;
using Todo.Api.Settings;
using Todo.Data.Tenants;

namespace Todo.Api.Guests;

/// <summary>A guest's link that is good now.</summary>
public sealed record GuestLinkEntry(Guid Id, string Name, Guid ListId, bool MayWrite, Guid CreatedBy, DateTimeOffset ExpiresAt, RegionalSettings Regional) : ITokenEntry;

/// <summary>Finds guests' links by their token's hash.</summary>
public sealed class GuestLinkDirectory(LookupCache cache, IDbContextFactory<TenantDbContext> contexts, TimeProvider clock)
    : TokenDirectory<GuestLinkEntry>(cache, contexts, clock, "guest", ApiJson.Default.GuestLinkEntry)
{
    /// <inheritdoc/>
    protected override async Task<GuestLinkEntry?> LoadAsync(TenantDbContext tenant, byte[] hash, CancellationToken cancellationToken) => await (
        from link in tenant.GuestLinks
        join user in tenant.Users.Where(User.MaySignIn) on link.CreatedBy equals user.Id
        join regional in RegionalSettings.All(tenant) on user.Id equals regional.UserId
        where link.Hash == hash && link.RevokedAt == null
        select new { Link = link, Regional = regional }).AsNoTracking().SingleOrDefaultAsync(cancellationToken) is { } found
            ? new GuestLinkEntry(found.Link.Id, found.Link.Name, found.Link.ListId, found.Link.MayWrite, found.Link.CreatedBy, found.Link.ExpiresAt, found.Regional.Read())
            : null;
}
