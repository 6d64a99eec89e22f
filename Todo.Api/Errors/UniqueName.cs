using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Data.Tenants;

namespace Todo.Api.Errors;

/// <summary>Saves what has a name that nothing else may have.</summary>
internal static class UniqueName
{
    /// <summary>Saves all changes.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="constraint">The database's, which keeps names apart whoever is at it at once.</param>
    /// <param name="taken">What is said if the name is taken.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="RefusedException">409: it is.</exception>
    public static async Task SaveAsync(TenantDbContext tenant, string constraint, string taken, CancellationToken cancellationToken)
    {
        try
        {
            await tenant.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException violation && violation.ConstraintName == constraint)
        {
            throw RefusedException.Conflict(taken);
        }
    }
}
