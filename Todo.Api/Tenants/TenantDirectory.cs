using Microsoft.EntityFrameworkCore;
using Todo.Api.Caching;
using Todo.Data;
using Todo.Data.Catalog;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Tenants;

/// <summary>What a request must know of its tenant.</summary>
public sealed record TenantEntry(Guid Id, string Slug, TenantStatus Status, string? SchemaVersion)
{
    /// <summary>The tenant's schema.</summary>
    public TenantSchema Schema => TenantSchema.Of(Id);

    /// <summary>Whether this build can work with the tenant's tables: it must be at a migration the build was made for.</summary>
    public bool IsServable => SchemaVersion == MigrationLines.Tenant.Head.Id;
}

/// <summary>Finds tenants by slug and by id, through the cache.</summary>
public sealed class TenantDirectory(LookupCache cache, IDbContextFactory<CatalogDbContext> contexts)
{
    // A tenant that can't be served is about to change, and the worker that migrates it is another process, which announces nothing.
    private static readonly Func<TenantEntry, bool> IsFinal = static tenant => tenant.IsServable;

    /// <summary>The tenant with this slug; null if there is none, or if it was deleted or never finished.</summary>
    public ValueTask<TenantEntry?> FindAsync(string slug, CancellationToken cancellationToken) =>
        cache.GetAsync("tenant:slug:" + slug, ApiJson.Default.TenantEntry, (contexts, slug), static (state, token) =>
            LoadAsync(state.contexts, tenant => tenant.Slug == state.slug, token), cancellationToken, IsFinal);

    /// <summary>The tenant with this id; null as above.</summary>
    public ValueTask<TenantEntry?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        cache.GetAsync($"tenant:id:{id:N}", ApiJson.Default.TenantEntry, (contexts, id), static (state, token) =>
            LoadAsync(state.contexts, tenant => tenant.Id == state.id, token), cancellationToken, IsFinal);

    /// <summary>Forgets what is cached of a tenant that has just changed.</summary>
    public async Task ForgetAsync(Guid id, string slug)
    {
        await cache.RemoveAsync("tenant:slug:" + slug);
        await cache.RemoveAsync($"tenant:id:{id:N}");
    }

    private static async Task<TenantEntry?> LoadAsync(
        IDbContextFactory<CatalogDbContext> contexts, System.Linq.Expressions.Expression<Func<Tenant, bool>> which, CancellationToken cancellationToken)
    {
        await using var catalog = await contexts.CreateDbContextAsync(cancellationToken);
        return await catalog.Tenants
            .Where(which)
            .Where(tenant => tenant.Status == TenantStatus.Active || tenant.Status == TenantStatus.Suspended)
            .Select(tenant => new TenantEntry(tenant.Id, tenant.Slug, tenant.Status, tenant.SchemaVersion))
            .SingleOrDefaultAsync(cancellationToken);
    }
}
