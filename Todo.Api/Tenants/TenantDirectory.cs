using System.Collections.Concurrent;
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

    /// <summary>Whether a build that serves these versions can work with the tenant's tables.</summary>
    public bool IsServable(ServedVersions versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        return versions.Contains(SchemaVersion);
    }
}

/// <summary>Finds tenants by slug and by id, through the cache.</summary>
public sealed class TenantDirectory
{
    private readonly LookupCache _cache;
    private readonly IDbContextFactory<CatalogDbContext> _contexts;
    private readonly ServedVersions _versions;
    private readonly Func<TenantEntry, bool> _keep;

    // Under which slugs a tenant may be cached: after it was renamed, the old one is to be forgotten too. At most one small entry a tenant.
    private readonly ConcurrentDictionary<Guid, string[]> _slugs = new();

    /// <summary>Asks nothing yet.</summary>
    public TenantDirectory(LookupCache cache, IDbContextFactory<CatalogDbContext> contexts, ServedVersions versions)
    {
        (_cache, _contexts, _versions) = (cache, contexts, versions);
        _keep = Keep;
    }

    /// <summary>The tenant with this slug; null if there is none, or if it was deleted or never finished.</summary>
    public ValueTask<TenantEntry?> FindAsync(string slug, CancellationToken cancellationToken) =>
        _cache.GetAsync("tenant:slug:" + slug, ApiJson.Default.TenantEntry, (_contexts, slug), static (state, token) =>
            LoadAsync(state._contexts, tenant => tenant.Slug == state.slug, token), cancellationToken, _keep);

    /// <summary>The tenant with this id; null as above.</summary>
    public ValueTask<TenantEntry?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        _cache.GetAsync($"tenant:id:{id:N}", ApiJson.Default.TenantEntry, (_contexts, id), static (state, token) =>
            LoadAsync(state._contexts, tenant => tenant.Id == state.id, token), cancellationToken, _keep);

    /// <summary>Forgets what is cached of a tenant that has just changed.</summary>
    public async Task ForgetAsync(Guid id, string slug)
    {
        string[] known = _slugs.TryRemove(id, out var slugs) ? slugs : [];
        foreach (var name in known.Append(slug).Distinct(StringComparer.Ordinal))
        {
            await _cache.RemoveAsync("tenant:slug:" + name);
        }

        await _cache.RemoveAsync($"tenant:id:{id:N}");
    }

    // A tenant that can't be served is about to change, and is asked for anew each time.
    private bool Keep(TenantEntry tenant)
    {
        if (!tenant.IsServable(_versions))
        {
            return false;
        }

        _slugs.AddOrUpdate(
            tenant.Id, static (_, slug) => [slug], static (_, known, slug) => known.Contains(slug, StringComparer.Ordinal) ? known : [.. known, slug], tenant.Slug);
        return true;
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
