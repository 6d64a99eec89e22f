using Microsoft.EntityFrameworkCore;
using Todo.Api.Identity;
using Todo.Data.Access;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Accounts;

/// <summary>Sets passwords of people who may sign in, and ends the sessions that were opened with the old one.</summary>
internal sealed class PasswordSetting(CatalogDbContext catalog, OpenSessions openSessions)
{
    /// <summary>The person, with the words that no password of theirs may be made of; null if the person may not sign in.</summary>
    public async Task<PasswordOwner?> OwnerAsync(TenantDbContext tenant, Guid tenantId, Guid userId, CancellationToken cancellationToken)
    {
        var user = await tenant.Users.Where(User.MaySignIn).Where(person => person.Id == userId)
            .Select(person => new { person.Email, person.Name, person.PasswordHash }).SingleOrDefaultAsync(cancellationToken);
        var company = await catalog.Tenants.Where(known => known.Id == tenantId).Select(known => known.Name).SingleOrDefaultAsync(cancellationToken);
        return user is null ? null : new PasswordOwner(userId, user.Email, user.PasswordHash, [user.Name, user.Email, company ?? ""]);
    }

    /// <summary>Sets the password; false, with nothing changed, if it was changed meanwhile or <paramref name="isAllowed"/> says no.</summary>
    /// <param name="tenant">In the person's tenant.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="owner">The person.</param>
    /// <param name="password">The new password, which keeps the rules.</param>
    /// <param name="except">The hash of the token of the one session that goes on; null: none does.</param>
    /// <param name="isAllowed">Asked in the same transaction; null: yes.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<bool> SetAsync(
        TenantDbContext tenant, TenantSchema schema, PasswordOwner owner, string password, byte[]? except, Func<Task<bool>>? isAllowed, CancellationToken cancellationToken)
    {
        // Takes tens of milliseconds: before the transaction.
        var hash = PersonPassword.Hash(password);
        IReadOnlyList<byte[]> ended;
        await using (var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken))
        {
            if (isAllowed is not null && !await isAllowed())
            {
                return false;
            }

            // The row is locked from here on, so that no session is opened with the old password beside this.
            var (userId, old) = (owner.UserId, owner.PasswordHash);
            if (await tenant.Users.Where(user => user.Id == userId && user.PasswordHash == old).ExecuteUpdateAsync(user => user.SetProperty(u => u.PasswordHash, hash), cancellationToken) == 0)
            {
                return false;
            }

            ended = await OpenSessions.DeleteAsync(tenant, userId, except, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await openSessions.ForgetAsync(schema, ended);
        return true;
    }
}

/// <summary>Whose password is to be set.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Email">Normalized.</param>
/// <param name="PasswordHash">Of the password until now.</param>
/// <param name="Words">The person's name and address, and the company's name.</param>
internal sealed record PasswordOwner(Guid UserId, string Email, string PasswordHash, IReadOnlyList<string> Words);
