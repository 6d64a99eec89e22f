using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Data;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Retention;

/// <summary>The tenants that this build serves, also those that are suspended; one that is at an older version may lack what is to be cleaned up.</summary>
internal sealed partial class ServedTenants(
    IDbContextFactory<CatalogDbContext> catalogs, IDbContextFactory<TenantDbContext> contexts, ServedVersions versions, ILogger<ServedTenants> logger)
{
    /// <summary>Does something in each, one after the other. What PostgreSQL refuses in one does not keep it from the next.</summary>
    public async Task ForEachAsync(Func<TenantDbContext, Task> work, CancellationToken cancellationToken)
    {
        foreach (var id in await ListAsync(cancellationToken))
        {
            try
            {
                await using var tenant = await contexts.CreateDbContextAsync(cancellationToken);
                tenant.Enter(TenantSchema.Of(id));
                await work(tenant);
            }
            catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
            {
                // It was purged, or taken to a version without the table, since it was listed.
            }
            catch (PostgresException exception) when (!exception.IsTransient)
            {
                LogRefused(id, exception.SqlState);
            }
        }
    }

    /// <summary>What is known of a tenant, for what is kept elsewhere than in the database.</summary>
    public async Task<TenantPresence> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var catalog = await catalogs.CreateDbContextAsync(cancellationToken);
        var found = await catalog.Tenants.Where(tenant => tenant.Id == id).Select(tenant => new { tenant.Status, tenant.SchemaVersion }).SingleOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            // A catalog without any tenant is more likely one that is yet to be restored than one whose tenants were all purged.
            return await catalog.Tenants.AnyAsync(cancellationToken) ? TenantPresence.Gone : TenantPresence.NotServed;
        }

        return found.Status is TenantStatus.Active or TenantStatus.Suspended && versions.Contains(found.SchemaVersion) ? TenantPresence.Served : TenantPresence.NotServed;
    }

    private async Task<IReadOnlyList<Guid>> ListAsync(CancellationToken cancellationToken)
    {
        await using var catalog = await catalogs.CreateDbContextAsync(cancellationToken);
        var found = await catalog.Tenants.Where(tenant => tenant.Status == TenantStatus.Active || tenant.Status == TenantStatus.Suspended)
            .Select(tenant => new { tenant.Id, tenant.SchemaVersion }).ToListAsync(cancellationToken);
        return [.. found.Where(tenant => versions.Contains(tenant.SchemaVersion)).Select(tenant => tenant.Id)];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is old in tenant {Tenant} was not deleted; it is tried again next time: {SqlState}")]
    private partial void LogRefused(Guid tenant, string sqlState);
}

/// <summary>What is known of a tenant.</summary>
internal enum TenantPresence
{
    /// <summary>It was purged.</summary>
    Gone,

    /// <summary>It is there, and its tables are as this build knows them.</summary>
    Served,

    /// <summary>It is there, but deleted, about to be made or purged, or at another version.</summary>
    NotServed,
}
