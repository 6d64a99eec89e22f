using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Todo.Api.ApiKeys;
using Todo.Api.Calendar;
using Todo.Api.Guests;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Identity;

/// <summary>The hashes of what opens a tenant in somebody's name: their sessions, and the keys, guests' links and calendars' addresses that they made.</summary>
internal sealed record IssuedTokens(IReadOnlyList<byte[]> Sessions, IReadOnlyList<byte[]> Keys, IReadOnlyList<byte[]> Links, IReadOnlyList<byte[]> Feeds);

/// <summary>
/// Ends sessions, and lets a change of what people are, or may do, reach those who are signed in: on every replica, as fast as a published message.
/// While Redis is away, another replica goes on for as long as <see cref="Caching.LookupOptions.MemoryLifetime"/>.
/// </summary>
internal sealed class OpenSessions(SessionDirectory directory, ApiKeyDirectory keys, GuestLinkDirectory links, FeedDirectory feeds, IDbContextFactory<TenantDbContext> contexts)
{
    private const int ForgottenAtOnce = 32;

    private enum Kind
    {
        Session,
        Key,
        Link,
        Feed,
    }

    /// <summary>Ends one session.</summary>
    public async Task EndAsync(AccessToken token, CancellationToken cancellationToken)
    {
        await using (var tenant = await contexts.CreateDbContextAsync(cancellationToken))
        {
            tenant.Enter(TenantSchema.Of(token.TenantId));
            var hash = token.Hash;
            await tenant.Sessions.Where(session => session.TokenHash == hash).ExecuteDeleteAsync(cancellationToken);
        }

        await directory.ForgetAsync(token.TenantId, token.Hash);
    }

    /// <summary>Deletes a person's sessions as a part of the caller's transaction; hand the result to <see cref="ForgetAsync(TenantSchema, IEnumerable{byte[]})"/> after the commit.</summary>
    /// <param name="tenant">In the person's tenant.</param>
    /// <param name="userId">The person, whose row the transaction has changed, and so locked: nobody opens another session meanwhile.</param>
    /// <param name="except">The hash of the token of a session that goes on; null: none.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>The hashes of their tokens.</returns>
    public static async Task<IReadOnlyList<byte[]>> DeleteAsync(TenantDbContext tenant, Guid userId, byte[]? except, CancellationToken cancellationToken)
    {
        var mine = tenant.Sessions.Where(session => session.UserId == userId && (except == null || session.TokenHash != except));
        var hashes = await mine.Select(session => session.TokenHash).ToListAsync(cancellationToken);
        await DeleteAsync(tenant, hashes, cancellationToken);
        return hashes;
    }

    /// <summary>Deletes all sessions of a person, as above.</summary>
    /// <returns>What is to be looked up anew after the commit: those sessions, and what else the person made, which stays.</returns>
    public static async Task<IssuedTokens> DeleteAllAsync(TenantDbContext tenant, Guid userId, CancellationToken cancellationToken)
    {
        var issued = await OfAsync(tenant, user => user.Id == userId, cancellationToken);
        await DeleteAsync(tenant, issued.Sessions, cancellationToken);
        return issued;
    }

    /// <summary>What is issued in these people's names now.</summary>
    public static async Task<IssuedTokens> OfAsync(TenantDbContext tenant, Expression<Func<User, bool>> who, CancellationToken cancellationToken)
    {
        var people = tenant.Users.Where(who).Select(user => user.Id);
        var issued = await tenant.Sessions.Where(session => people.Contains(session.UserId)).Select(session => new { Kind = Kind.Session, Hash = session.TokenHash })
            .Concat(tenant.ApiKeys.Where(key => people.Contains(key.CreatedBy)).Select(key => new { Kind = Kind.Key, key.Hash }))
            .Concat(tenant.GuestLinks.Where(link => people.Contains(link.CreatedBy)).Select(link => new { Kind = Kind.Link, link.Hash }))
            .Concat(tenant.CalendarFeeds.Where(feed => people.Contains(feed.CreatedBy)).Select(feed => new { Kind = Kind.Feed, feed.Hash }))
            .ToListAsync(cancellationToken);
        var hashes = issued.ToLookup(one => one.Kind, one => one.Hash);
        return new IssuedTokens([.. hashes[Kind.Session]], [.. hashes[Kind.Key]], [.. hashes[Kind.Link]], [.. hashes[Kind.Feed]]);
    }

    /// <summary>Has what is issued in these people's names looked up anew.</summary>
    /// <remarks>
    /// To be called after the commit: a session that is made before it is found here, and one made after it is first looked up after it. It is
    /// not to be cancelled, as the change is made.
    /// </remarks>
    public async Task RefreshAsync(TenantSchema schema, Expression<Func<User, bool>> who)
    {
        IssuedTokens issued;
        await using (var tenant = await contexts.CreateDbContextAsync())
        {
            tenant.Enter(schema);
            issued = await OfAsync(tenant, who, CancellationToken.None);
        }

        await ForgetAsync(schema, issued);
    }

    /// <summary>Has all this looked up anew: what is gone, or whose person is, is refused from then on.</summary>
    public async Task ForgetAsync(TenantSchema schema, IssuedTokens issued)
    {
        await ForgetAsync(schema, issued.Sessions);
        await EachAsync(issued.Keys, hash => keys.ForgetAsync(schema.TenantId, hash));
        await EachAsync(issued.Links, hash => links.ForgetAsync(schema.TenantId, hash));
        await EachAsync(issued.Feeds, hash => feeds.ForgetAsync(schema.TenantId, hash));
    }

    /// <summary>Has these sessions looked up anew: those that are gone are refused from then on.</summary>
    public Task ForgetAsync(TenantSchema schema, IEnumerable<byte[]> hashes) => EachAsync(hashes, hash => directory.ForgetAsync(schema.TenantId, hash));

    private static Task<int> DeleteAsync(TenantDbContext tenant, IReadOnlyList<byte[]> hashes, CancellationToken cancellationToken) =>
        tenant.Sessions.Where(session => hashes.Contains(session.TokenHash)).ExecuteDeleteAsync(cancellationToken);

    private static Task EachAsync(IEnumerable<byte[]> hashes, Func<byte[], Task> forget) =>
        Parallel.ForEachAsync(hashes, new ParallelOptions { MaxDegreeOfParallelism = ForgottenAtOnce }, async (hash, _) => await forget(hash));
}
