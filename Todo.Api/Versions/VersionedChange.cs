using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Data.Tenants;

namespace Todo.Api.Versions;

/// <summary>Changes of what counts its versions. Who says what they have seen changes only that; who does not changes what is there, whoever else does at the same time.</summary>
internal static class VersionedChange
{
    private const int Attempts = 5;

    /// <summary>Tries a change, and again from the reading on when somebody else was faster.</summary>
    /// <param name="tenant">The tenant; forgets what it has read before each further attempt.</param>
    /// <param name="what">What is changed, for people.</param>
    /// <param name="attempt">Reads it, checks the version that the caller accepts, changes and saves it.</param>
    /// <exception cref="RefusedException">409: others were faster every time.</exception>
    public static async Task<T> RepeatAsync<T>(TenantDbContext tenant, string what, Func<Task<T>> attempt)
    {
        for (var attempts = 1; ; attempts++)
        {
            try
            {
                return await attempt();
            }
            catch (DbUpdateConcurrencyException) when (attempts < Attempts)
            {
                tenant.ChangeTracker.Clear();
            }
            catch (DbUpdateConcurrencyException)
            {
                throw RefusedException.Conflict($"Others change this {what} all the time. Try again.");
            }
        }
    }
}
