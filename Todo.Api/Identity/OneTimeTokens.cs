using Microsoft.EntityFrameworkCore;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Identity;

/// <summary>
/// Tokens that go out by mail: the tenant's id and 256 random bits, like an <see cref="AccessToken"/>, good once, for one purpose and one person,
/// for <see cref="Lifetime"/>. Only their hashes are kept.
/// </summary>
public sealed class OneTimeTokens(TimeProvider clock)
{
    /// <summary>How long a token is good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Makes a token; it is good once the caller has saved or committed.</summary>
    /// <param name="tenant">In the person's tenant.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="userId">Whose mailbox it goes to.</param>
    /// <param name="purpose">What it is good for.</param>
    /// <returns>The token, which is nowhere else.</returns>
    public string Add(TenantDbContext tenant, Guid tenantId, Guid userId, TokenPurpose purpose)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        var now = clock.GetTimestamptz();
        var token = AccessToken.Create(tenantId, out var text);
        tenant.OneTimeTokens.Add(new OneTimeToken { Hash = token.Hash, UserId = userId, Purpose = purpose, CreatedAt = now, ExpiresAt = now + Lifetime });
        return text;
    }

    /// <summary>Whose token it is, without using it; null if it is not good (any more).</summary>
    /// <param name="tenant">In the token's tenant.</param>
    /// <param name="token">The token.</param>
    /// <param name="purpose">What it must be good for.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<Guid?> FindAsync(TenantDbContext tenant, AccessToken token, TokenPurpose purpose, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        var (hash, now) = (token.Hash, clock.GetTimestamptz());
        return await tenant.OneTimeTokens.Where(known => known.Hash == hash && known.Purpose == purpose && known.ExpiresAt > now)
            .Select(known => (Guid?)known.UserId).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>
    /// Uses a token, in the caller's transaction: of several who use it at once, one gets the person, the others null. All other tokens of the person for
    /// the same purpose are gone with it, and so are those of the person that have expired.
    /// </summary>
    /// <param name="tenant">In the token's tenant, with a transaction.</param>
    /// <param name="token">The token.</param>
    /// <param name="purpose">What it must be good for.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<Guid?> RedeemAsync(TenantDbContext tenant, AccessToken token, TokenPurpose purpose, CancellationToken cancellationToken)
    {
        if (await FindAsync(tenant, token, purpose, cancellationToken) is not { } userId)
        {
            return null;
        }

        // Locks the person's row, so that two tokens of one person, used at once, don't wait for each other's rows.
        await tenant.Users.Where(user => user.Id == userId).ExecuteUpdateAsync(user => user.SetProperty(u => u.Name, u => u.Name), cancellationToken);

        // Whoever deletes the row has used the token; the next comes after that one's commit, and finds no row.
        var hash = token.Hash;
        if (await tenant.OneTimeTokens.Where(known => known.Hash == hash).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            return null;
        }

        var now = clock.GetTimestamptz();
        await tenant.OneTimeTokens.Where(known => known.UserId == userId && (known.Purpose == purpose || known.ExpiresAt <= now)).ExecuteDeleteAsync(cancellationToken);
        return userId;
    }
}
