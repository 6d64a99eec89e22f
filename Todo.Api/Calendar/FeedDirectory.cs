using Microsoft.EntityFrameworkCore;
using Todo.Api.Caching;
using Todo.Api.Identity;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Calendar;

/// <summary>An address that is good now.</summary>
public sealed record FeedEntry(Guid Id, string Name, bool AssignedOnly, Guid CreatedBy) : ITokenEntry
{
    /// <summary>Until it is revoked, or its person may not see todos any more.</summary>
    public DateTimeOffset ExpiresAt => DateTimeOffset.MaxValue;
}

/// <summary>Finds calendars' addresses by their token's hash.</summary>
public sealed class FeedDirectory(LookupCache cache, IDbContextFactory<TenantDbContext> contexts, TimeProvider clock)
    : TokenDirectory<FeedEntry>(cache, contexts, clock, "feed", ApiJson.Default.FeedEntry)
{
    /// <inheritdoc/>
    protected override async Task<FeedEntry?> LoadAsync(TenantDbContext tenant, byte[] hash, CancellationToken cancellationToken) => await (
        from feed in tenant.CalendarFeeds
        join user in tenant.Users.Where(User.MaySignIn) on feed.CreatedBy equals user.Id
        where feed.Hash == hash && feed.RevokedAt == null && tenant.RolePermissions.Any(link => link.RoleId == user.RoleId && link.Permission == Permission.TodosRead)
        select new FeedEntry(feed.Id, feed.Name, feed.AssignedOnly, feed.CreatedBy)).SingleOrDefaultAsync(cancellationToken);
}
