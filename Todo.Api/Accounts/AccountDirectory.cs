using Microsoft.EntityFrameworkCore;
using Todo.Api.Tenants;
using Todo.Data;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;

namespace Todo.Api.Accounts;

/// <summary>Finds the accounts that an e-mail address has, whatever their tenants.</summary>
internal sealed class AccountDirectory(CatalogDbContext catalog, IDbContextFactory<TenantDbContext> tenants, ServedVersions versions)
{
    /// <summary>The accounts of an address, those of the oldest tenants first.</summary>
    /// <param name="email">The address, normalized.</param>
    /// <param name="slug">Only this tenant's; null: any tenant's.</param>
    /// <param name="most">At most so many tenants are looked at.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<FoundAccounts> FindAsync(string email, string? slug, int most, CancellationToken cancellationToken)
    {
        var rows = await (
            from signIn in catalog.SignIns
            join tenant in catalog.Tenants on signIn.TenantId equals tenant.Id
            where signIn.Email == email && (slug == null || tenant.Slug == slug)
                && (tenant.Status == TenantStatus.Active || tenant.Status == TenantStatus.Suspended)
            orderby tenant.Id
            select new { Entry = new TenantEntry(tenant.Id, tenant.Slug, tenant.Status, tenant.SchemaVersion), tenant.Name }).Take(most).ToListAsync(cancellationToken);

        var accounts = new List<Account>();
        foreach (var row in rows.Where(row => row.Entry.IsServable(versions)))
        {
            await using var people = await tenants.CreateDbContextAsync(cancellationToken);
            people.Enter(row.Entry.Schema);
            var user = await people.Users.Where(person => person.Email == email)
                .Select(person => new { person.Id, person.Name, person.PasswordHash, person.IsActive, person.VerifiedAt, person.ApprovedAt, person.DeletedAt })
                .SingleOrDefaultAsync(cancellationToken);
            if (user is not null)
            {
                var standing = (user.DeletedAt, user.VerifiedAt, user.IsActive, user.ApprovedAt) switch
                {
                    (not null, _, _, _) => AccountStanding.Closed,
                    (_, null, _, _) => AccountStanding.Unverified,
                    (_, _, false, null) => AccountStanding.Waiting,
                    (_, _, false, _) => AccountStanding.Closed,
                    _ => AccountStanding.Good,
                };
                accounts.Add(new Account(row.Entry, row.Name, user.Id, user.Name, user.PasswordHash, standing));
            }
        }

        return new FoundAccounts(accounts, rows.Find(row => !row.Entry.IsServable(versions))?.Entry);
    }
}

/// <summary>What was found of an address.</summary>
/// <param name="Accounts">Those that can be read.</param>
/// <param name="Unreadable">A tenant whose people can't be read, because it is on its way to another version; null: none.</param>
internal sealed record FoundAccounts(IReadOnlyList<Account> Accounts, TenantEntry? Unreadable);
