using Microsoft.EntityFrameworkCore;
using Todo.Api.Caching;
using Todo.Api.Settings;
using Todo.Data.Tenants;

namespace Todo.Api.Identity;

/// <summary>Who is behind a token, and what that person may do.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Name">The person's name.</param>
/// <param name="ExpiresAt">UTC.</param>
/// <param name="LifetimeDays">How long the session lasts from its last renewal on.</param>
/// <param name="LastSeenAt">UTC, to about the minute; null: not since it was made.</param>
/// <param name="Permissions">What the person's role holds.</param>
/// <param name="Regional">Where the person lives.</param>
public sealed record SessionEntry(
    Guid UserId, string Name, DateTimeOffset ExpiresAt, int LifetimeDays, DateTimeOffset? LastSeenAt, IReadOnlyList<string> Permissions, RegionalSettings Regional) : ITokenEntry
{
    private int _isNoted;

    /// <summary>True once: whoever gets it writes down that the session is in use.</summary>
    internal bool TryNote() => Volatile.Read(ref _isNoted) == 0 && Interlocked.Exchange(ref _isNoted, 1) == 0;
}

/// <summary>Finds sessions by their token's hash.</summary>
public sealed class SessionDirectory(LookupCache cache, IDbContextFactory<TenantDbContext> contexts, SessionActivity activity, TimeProvider clock)
    : TokenDirectory<SessionEntry>(cache, contexts, clock, "session", ApiJson.Default.SessionEntry)
{
    /// <inheritdoc/>
    protected override async Task<SessionEntry?> LoadAsync(TenantDbContext tenant, byte[] hash, CancellationToken cancellationToken)
    {
        var found = await (
            from session in tenant.Sessions
            join user in tenant.Users.Where(User.MaySignIn) on session.UserId equals user.Id
            join regional in RegionalSettings.All(tenant) on user.Id equals regional.UserId
            where session.TokenHash == hash
            select new
            {
                user.Id,
                user.Name,
                session.ExpiresAt,
                session.LifetimeDays,
                session.LastSeenAt,
                Permissions = tenant.RolePermissions.Where(link => link.RoleId == user.RoleId).Select(link => link.Permission).ToList(),
                Regional = regional,
            }).SingleOrDefaultAsync(cancellationToken);
        return found is null ? null : new SessionEntry(found.Id, found.Name, found.ExpiresAt, found.LifetimeDays, found.LastSeenAt, found.Permissions, found.Regional.Read());
    }

    /// <inheritdoc/>
    protected override void Used(AccessToken token, SessionEntry entry, DateTimeOffset now) => activity.Note(token, entry, now);
}
