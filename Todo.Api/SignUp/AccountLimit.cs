using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Todo.Api.Tenants;
using Todo.Data.Catalog;
using Todo.Data.Tenants;

namespace Todo.Api.SignUp;

/// <summary>How many people may have an account in a tenant: as the company's row says, or as configured for all.</summary>
internal sealed class AccountLimit(IOptions<TenantOptions> options)
{
    // For the transaction: of two who would both take the last place, the second counts after the first has it.
    private const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('accounts of ' || $1::text, 0))";

    /// <summary>Whether one more fits; until the caller's transaction ends, nobody else who asks gets an answer.</summary>
    /// <param name="transaction">In which the account is then made.</param>
    /// <param name="people">The tenant's tables, in that transaction.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<bool> HasRoomAsync(NpgsqlTransaction transaction, TenantDbContext people, Guid tenantId, CancellationToken cancellationToken)
    {
        await using (var wait = new NpgsqlCommand(Lock, transaction.Connection, transaction) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = tenantId } } })
        {
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var catalog = CatalogDbContext.Join(transaction);
        var limit = await catalog.Companies.Where(company => company.TenantId == tenantId).Select(company => company.AccountLimit).SingleOrDefaultAsync(cancellationToken);
        return await people.Users.CountAsync(user => user.DeletedAt == null, cancellationToken) < (limit ?? options.Value.AccountLimit);
    }
}
