using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Todo.Tenancy.Scoping;

/// <summary>
/// Replaces the placeholder schema in every statement of a <see cref="TenantScopedDbContext"/> with its tenant's schema. Values are
/// parameters and never pass through here; the only text that can match is what EF Core generated from the model.
/// </summary>
/// <remarks>No tenant, no statement: it throws before anything is sent. Were it bypassed, the server would refuse the placeholder.</remarks>
public sealed class TenantSchemaInterceptor : DbCommandInterceptor
{
    /// <summary>The one instance; it has no state.</summary>
    public static readonly TenantSchemaInterceptor Instance = new();

    private TenantSchemaInterceptor()
    {
    }

    /// <inheritdoc/>
    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Translate(command, eventData);
        return result;
    }

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Translate(command, eventData);
        return ValueTask.FromResult(result);
    }

    /// <inheritdoc/>
    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Translate(command, eventData);
        return result;
    }

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Translate(command, eventData);
        return ValueTask.FromResult(result);
    }

    /// <inheritdoc/>
    public override InterceptionResult<object> ScalarExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<object> result)
    {
        Translate(command, eventData);
        return result;
    }

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        Translate(command, eventData);
        return ValueTask.FromResult(result);
    }

    private static void Translate(DbCommand command, CommandEventData eventData)
    {
        if (eventData.Context is not TenantScopedDbContext { Schema: { } schema })
        {
            throw new InvalidOperationException(
                "A statement for tenant tables was about to run without a tenant. Call Enter on the context, or take it from a request's scope.");
        }

#pragma warning disable CA2100 // The replacement is a schema name made of a uuid's digits; no user input can be in it.
        command.CommandText = command.CommandText.Replace(TenantSchema.QuotedPlaceholder, schema.Quoted, StringComparison.Ordinal);
#pragma warning restore CA2100
    }
}
