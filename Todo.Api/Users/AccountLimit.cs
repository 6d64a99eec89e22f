using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Todo.Api.Errors;
using Todo.Api.Tenants;

namespace Todo.Api.Users;

/// <summary>How many people may have an account in a tenant: the company's own number, or the configured one. Everybody counts who is not deleted.</summary>
internal sealed class AccountLimit(IOptions<TenantOptions> options)
{
    /// <summary>Checks that there is room. Whoever asks holds the lock on the tenant's people, so the answer stays right.</summary>
    /// <param name="change">The change, with nothing saved yet of what is asked about.</param>
    /// <param name="more">How many accounts come; 0: whether those that are there are not too many.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <exception cref="RefusedException">There is none; with the numbers.</exception>
    public async Task RequireRoomAsync(PeopleChange change, int more, CancellationToken cancellationToken)
    {
        var (accounts, limit) = await CountAsync(change, cancellationToken);
        if (accounts + more > limit)
        {
            throw RefusedException.Conflict(
                $"The tenant has {accounts} accounts and may have {limit}. Delete somebody's first, or ask for more.",
                new Dictionary<string, object?> { ["accounts"] = accounts, ["limit"] = limit });
        }
    }

    /// <summary>Whether there is room for one more; as above.</summary>
    public async Task<bool> HasRoomAsync(PeopleChange change, CancellationToken cancellationToken)
    {
        var (accounts, limit) = await CountAsync(change, cancellationToken);
        return accounts < limit;
    }

    private async Task<(int Accounts, int Limit)> CountAsync(PeopleChange change, CancellationToken cancellationToken)
    {
        var tenantId = change.TenantId;
        var own = await change.Catalog.Companies.Where(company => company.TenantId == tenantId).Select(company => company.AccountLimit).SingleOrDefaultAsync(cancellationToken);
        return (await change.Tenant.Users.CountAsync(user => user.DeletedAt == null, cancellationToken), own ?? options.Value.AccountLimit);
    }
}
