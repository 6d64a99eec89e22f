using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Identity;

/// <summary>
/// Ends sessions, and lets a change of what people are, or may do, reach those who are signed in: on every replica, as fast as a published message.
/// While Redis is away, another replica goes on for as long as <see cref="Caching.LookupCache.MemoryLifetime"/>.
/// </summary>
internal sealed class OpenSessions(SessionDirectory directory, IDbContextFactory<TenantDbContext> contexts)
{
    private const int ForgottenAtOnce = 32;

    /// <summary>Ends one session.</summary>
    public async Task EndAsync(AccessToken token, CancellationToken cancellationToken)
    {
        await using (var tenant = await contexts.CreateDbContextAsync(cancellationToken))
        {
            tenant.Enter(TenantSchema.Of(token.TenantId));
            var hash = token.Hash;
            await tenant.Sessions.Where(session => session.TokenHash == hash).ExecuteDeleteAsync(cancellationToken);
        }

        await directory.ForgetAsync(token);
    }

    /// <summary>Deletes a person's sessions as a part of the caller's transaction; hand the result to <see cref="ForgetAsync"/> after the commit.</summary>
    /// <param name="tenant">In the person's tenant.</param>
    /// <param name="userId">The person, whose row the transaction has changed, and so locked: nobody opens another session meanwhile.</param>
    /// <param name="except">The hash of the token of a session that goes on; null: none.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>The hashes of their tokens.</returns>
    public static async Task<IReadOnlyList<byte[]>> DeleteAsync(TenantDbContext tenant, Guid userId, byte[]? except, CancellationToken cancellationToken)
    {
        var mine = tenant.Sessions.Where(session => session.UserId == userId && (except == null || session.TokenHash != except));
        var hashes = await mine.Select(session => session.TokenHash).ToListAsync(cancellationToken);
        await tenant.Sessions.Where(session => hashes.Contains(session.TokenHash)).ExecuteDeleteAsync(cancellationToken);
        return hashes;
    }

    /// <summary>Has the sessions of these people looked up anew.</summary>
    /// <remarks>
    /// To be called after the commit: a session that is made before it is found here, and one made after it is first looked up after it. It is
    /// not to be cancelled, as the change is made.
    /// </remarks>
    public async Task RefreshAsync(TenantSchema schema, Expression<Func<User, bool>> who)
    {
        List<byte[]> hashes;
        await using (var tenant = await contexts.CreateDbContextAsync())
        {
            tenant.Enter(schema);
            hashes = await tenant.Sessions.Join(tenant.Users.Where(who), session => session.UserId, user => user.Id, (session, _) => session.TokenHash).ToListAsync();
        }

        await ForgetAsync(schema, hashes);
    }

    /// <summary>Has these sessions looked up anew: those that are gone are refused from then on.</summary>
    public Task ForgetAsync(TenantSchema schema, IEnumerable<byte[]> hashes) => Parallel.ForEachAsync(
        hashes, new ParallelOptions { MaxDegreeOfParallelism = ForgottenAtOnce }, async (hash, _) => await directory.ForgetAsync(schema.TenantId, hash));
}
