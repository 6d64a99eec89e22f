using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Todo.Tenancy.Scoping;

/// <summary>
/// Refuses to open a second connection within an enclosing transaction. EF Core would do so when the first breaks while it releases a savepoint, which it
/// only logs, and what came after would be committed by itself.
/// </summary>
public sealed class LostTransactionInterceptor : DbConnectionInterceptor
{
    /// <summary>The one instance; it has no state.</summary>
    public static readonly LostTransactionInterceptor Instance = new();

    private LostTransactionInterceptor()
    {
    }

    /// <inheritdoc/>
    public override InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        Check(eventData);
        return result;
    }

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        Check(eventData);
        return ValueTask.FromResult(result);
    }

    private static void Check(ConnectionEventData eventData)
    {
        if (eventData.Context is TenantScopedDbContext { EnclosingTransaction: not null })
        {
            throw new NpgsqlException("The connection broke in the midst of a transaction.");
        }
    }
}
