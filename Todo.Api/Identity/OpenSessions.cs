using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Identity;

/// <summary>Lets a change of what people are, or may do, reach those who are signed in: on every replica, as fast as a published message.</summary>
internal sealed class OpenSessions(SessionDirectory directory, IDbContextFactory<TenantDbContext> contexts)
{
    private const int ForgottenAtOnce = 32;

    /// <summary>Ends a person's sessions in the caller's transaction. Call <see cref="ForgetAsync"/> with the answer once it is committed.</summary>
    public static async Task<IReadOnlyList<byte[]>> EndAsync(TenantDbContext tenant, Guid userId, CancellationToken cancellationToken)
    {
        var hashes = await tenant.Sessions.Where(session => session.UserId == userId).Select(session => session.TokenHash).ToListAsync(cancellationToken);
        await tenant.Sessions.Where(session => session.UserId == userId).ExecuteDeleteAsync(cancellationToken);
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

        await ForgetAsync(schema.TenantId, hashes);
    }

    /// <summary>Has these sessions looked up anew.</summary>
    public Task ForgetAsync(Guid tenantId, IEnumerable<byte[]> hashes) => Parallel.ForEachAsync(
        hashes, new ParallelOptions { MaxDegreeOfParallelism = ForgottenAtOnce }, async (hash, _) => await directory.ForgetAsync(tenantId, hash));
}
