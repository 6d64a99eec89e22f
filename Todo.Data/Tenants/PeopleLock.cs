using Microsoft.EntityFrameworkCore;
using Todo.Data.Access;

namespace Todo.Data.Tenants;

/// <summary>
/// The lock under which a tenant's people change where the change depends on the others: how many accounts there are, and whether an owner is
/// left. It is the row of the built-in role owner, which is in every tenant and never changes.
/// </summary>
/// <remarks>
/// NO KEY UPDATE, so that the foreign keys of people with that role (which take KEY SHARE) don't wait for it.
/// </remarks>
public static class PeopleLock
{
    /// <summary>Waits for it and holds it until the transaction of <paramref name="tenant"/> ends.</summary>
    /// <exception cref="InvalidOperationException">There is no transaction, which would give it back at once.</exception>
    public static async Task TakeAsync(TenantDbContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        if (tenant.Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException("The lock on a tenant's people needs a transaction to be held in.");
        }

        await tenant.Database.ExecuteSqlAsync($"""SELECT 1 FROM "<tenant>".roles WHERE id = {BuiltInRole.Owner} FOR NO KEY UPDATE""", cancellationToken);
    }
}
