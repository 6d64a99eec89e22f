using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Data;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Retention;

/// <summary>Deletes old rows of every tenant that this build serves, one tenant after the other.</summary>
internal sealed class TenantRetention(IDbContextFactory<CatalogDbContext> catalogs, IDbContextFactory<TenantDbContext> tenants, ServedVersions versions, TimeProvider clock)
{
    /// <summary>Does it once.</summary>
    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        foreach (var tenant in await ServedAsync(cancellationToken))
        {
            try
            {
                await using var context = await tenants.CreateDbContextAsync(cancellationToken);
                context.Enter(TenantSchema.Of(tenant));
                await DeleteAsync(context, cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
            {
                // It was purged, or taken to a version without the table, since it was listed.
            }
        }
    }

    private async Task DeleteAsync(TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        await tenant.IdempotencyKeys.Where(key => key.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<Guid>> ServedAsync(CancellationToken cancellationToken)
    {
        await using var catalog = await catalogs.CreateDbContextAsync(cancellationToken);
        var found = await catalog.Tenants.Where(tenant => tenant.Status == TenantStatus.Active || tenant.Status == TenantStatus.Suspended)
            .Select(tenant => new { tenant.Id, tenant.SchemaVersion }).ToListAsync(cancellationToken);
        return [.. found.Where(tenant => versions.Contains(tenant.SchemaVersion)).Select(tenant => tenant.Id)];
    }
}
