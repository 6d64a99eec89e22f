using Microsoft.EntityFrameworkCore;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Identity;

/// <summary>
/// Ends sessions, on every replica: their rows go, and a message makes the replicas forget what they remember. While Redis is away, another
/// replica goes on for as long as <see cref="Caching.LookupCache.MemoryLifetime"/>.
/// </summary>
public sealed class SessionEnding(SessionDirectory sessions, IDbContextFactory<TenantDbContext> contexts)
{
    /// <summary>Ends one session.</summary>
    public async Task EndAsync(AccessToken token, CancellationToken cancellationToken)
    {
        await using var tenant = await EnterAsync(TenantSchema.Of(token.TenantId), cancellationToken);
        var hash = token.Hash;
        await tenant.Sessions.Where(session => session.TokenHash == hash).ExecuteDeleteAsync(cancellationToken);
        await sessions.ForgetAsync(token.TenantId, hash);
    }

    /// <summary>Ends all sessions of a person, after a change that is committed, such as a deactivation or a deletion.</summary>
    /// <param name="schema">The tenant's schema.</param>
    /// <param name="userId">The person.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task EndAllAsync(TenantSchema schema, Guid userId, CancellationToken cancellationToken)
    {
        await using var tenant = await EnterAsync(schema, cancellationToken);
        await ForgetAsync(schema, await DeleteAsync(tenant, userId, except: null, cancellationToken));
    }

    /// <summary>Lets every replica read a person's sessions anew, after a change of what the person may do.</summary>
    /// <param name="schema">The tenant's schema.</param>
    /// <param name="userId">The person.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task RefreshAsync(TenantSchema schema, Guid userId, CancellationToken cancellationToken)
    {
        await using var tenant = await EnterAsync(schema, cancellationToken);
        await ForgetAsync(schema, await tenant.Sessions.Where(session => session.UserId == userId).Select(session => session.TokenHash).ToListAsync(cancellationToken));
    }

    /// <summary>Deletes a person's sessions as a part of the caller's transaction; hand the result to <see cref="ForgetAsync"/> after the commit.</summary>
    /// <param name="tenant">In the person's tenant.</param>
    /// <param name="userId">The person, whose row the transaction has changed, and so locked: nobody opens another session meanwhile.</param>
    /// <param name="except">The hash of the token of a session that goes on; null: none.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>The hashes of their tokens.</returns>
    public static async Task<IReadOnlyList<byte[]>> DeleteAsync(TenantDbContext tenant, Guid userId, byte[]? except, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        var mine = tenant.Sessions.Where(session => session.UserId == userId && (except == null || session.TokenHash != except));
        var hashes = await mine.Select(session => session.TokenHash).ToListAsync(cancellationToken);
        await tenant.Sessions.Where(session => hashes.Contains(session.TokenHash)).ExecuteDeleteAsync(cancellationToken);
        return hashes;
    }

    /// <summary>Makes every replica forget sessions that are gone.</summary>
    public Task ForgetAsync(TenantSchema schema, IReadOnlyList<byte[]> hashes) => Task.WhenAll(hashes.Select(hash => sessions.ForgetAsync(schema.TenantId, hash)));

    private async Task<TenantDbContext> EnterAsync(TenantSchema schema, CancellationToken cancellationToken)
    {
        var tenant = await contexts.CreateDbContextAsync(cancellationToken);
        tenant.Enter(schema);
        return tenant;
    }
}
