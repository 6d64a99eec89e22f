using Microsoft.EntityFrameworkCore;
using Todo.Api.Caching;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Identity;

/// <summary>Who is behind a token, and what that person may do.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Name">The person's name.</param>
/// <param name="ExpiresAt">UTC.</param>
/// <param name="LifetimeDays">How long the session lasts from its last renewal on.</param>
/// <param name="LastSeenAt">UTC, to about the minute; null: not since it was made.</param>
/// <param name="Permissions">What the person's role holds.</param>
public sealed record SessionEntry(Guid UserId, string Name, DateTimeOffset ExpiresAt, int LifetimeDays, DateTimeOffset? LastSeenAt, IReadOnlyList<string> Permissions)
{
    private int _isNoted;

    /// <summary>True once: whoever gets it writes down that the session is in use.</summary>
    internal bool TryNote() => Volatile.Read(ref _isNoted) == 0 && Interlocked.Exchange(ref _isNoted, 1) == 0;
}

/// <summary>Finds sessions by their token's hash, through the cache.</summary>
public sealed class SessionDirectory(LookupCache cache, IDbContextFactory<TenantDbContext> contexts, SessionActivity activity, TimeProvider clock)
{
    /// <summary>The session of a token; null if there is none in the token's tenant, it has expired, or the person may not sign in any more.</summary>
    /// <remarks>The caller has made sure that the tenant exists.</remarks>
    public async ValueTask<SessionEntry?> FindAsync(AccessToken token, CancellationToken cancellationToken)
    {
        var session = await cache.GetAsync(Key(token.TenantId, token.Hash), ApiJson.Default.SessionEntry, (contexts, token), static (state, cancellation) =>
            LoadAsync(state.contexts, state.token, cancellation), cancellationToken);
        var now = clock.GetUtcNow();
        if (session is null || session.ExpiresAt <= now)
        {
            return null;
        }

        activity.Note(token, session, now);
        return session;
    }

    /// <summary>Forgets a session that has just ended or changed, on every replica.</summary>
    public Task ForgetAsync(AccessToken token) => ForgetAsync(token.TenantId, token.Hash);

    /// <summary>As above, for one whose token is not at hand.</summary>
    /// <param name="tenantId">Its tenant.</param>
    /// <param name="hash">The hash of its token.</param>
    public Task ForgetAsync(Guid tenantId, byte[] hash) => cache.RemoveAsync(Key(tenantId, hash));

    private static string Key(Guid tenantId, byte[] hash) => $"session:{tenantId:N}:{Convert.ToHexStringLower(hash)}";

    private static async Task<SessionEntry?> LoadAsync(IDbContextFactory<TenantDbContext> contexts, AccessToken token, CancellationToken cancellationToken)
    {
        await using var tenant = await contexts.CreateDbContextAsync(cancellationToken);
        tenant.Enter(TenantSchema.Of(token.TenantId));
        var hash = token.Hash;
        var found = await (
            from session in tenant.Sessions
            join user in tenant.Users.Where(User.MaySignIn) on session.UserId equals user.Id
            where session.TokenHash == hash
            select new
            {
                user.Id,
                user.Name,
                session.ExpiresAt,
                session.LifetimeDays,
                session.LastSeenAt,
                Permissions = tenant.RolePermissions.Where(link => link.RoleId == user.RoleId).Select(link => link.Permission).ToList(),
            }).SingleOrDefaultAsync(cancellationToken);
        return found is null ? null : new SessionEntry(found.Id, found.Name, found.ExpiresAt, found.LifetimeDays, found.LastSeenAt, found.Permissions);
    }
}
