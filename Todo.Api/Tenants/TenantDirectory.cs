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
    /// <summary>The host that is this tenant's own; null: none.</summary>
    public string? Host { get; init; }

    /// <summary>The tenant's schema.</summary>
    public TenantSchema Schema => TenantSchema.Of(Id);

    /// <summary>Whether a build that serves these versions can work with the tenant's tables.</summary>
    public bool IsServable(ServedVersions versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        return versions.Contains(SchemaVersion);
    }
}

/// <summary>Finds tenants by slug, by host and by id, through the cache.</summary>
public sealed class TenantDirectory
{
    private readonly LookupCache _cache;
    private readonly IDbContextFactory<CatalogDbContext> _contexts;
    private readonly ServedVersions _versions;
    private readonly Func<TenantEntry, bool> _keep;

    // Under which names a tenant may be cached: after it was renamed, the old one is to be forgotten too. At most a few small entries a tenant.
    private readonly ConcurrentDictionary<Guid, string[]> _keys = new();

    /// <summary>Asks nothing yet.</summary>
    public TenantDirectory(LookupCache cache, IDbContextFactory<CatalogDbContext> contexts, ServedVersions versions)
    {
        (_cache, _contexts, _versions) = (cache, contexts, versions);
        _keep = Keep;
    }

    /// <summary>The tenant with this slug; null if there is none, or if it was deleted or never finished.</summary>
    public ValueTask<TenantEntry?> FindAsync(string slug, CancellationToken cancellationToken) =>
        _cache.GetAsync(SlugKey(slug), ApiJson.Default.TenantEntry, (_contexts, slug), static (state, token) =>
            LoadAsync(state._contexts, tenant => tenant.Slug == state.slug, token), cancellationToken, _keep);

    /// <summary>The tenant whose own host this is; null as above, and for a host that all share.</summary>
    public ValueTask<TenantEntry?> FindByHostAsync(string host, CancellationToken cancellationToken) =>
        _cache.GetAsync(HostKey(host), ApiJson.Default.TenantEntry, (_contexts, host), static (state, token) =>
            LoadAsync(state._contexts, tenant => tenant.Host == state.host, token), cancellationToken, _keep);

    /// <summary>The tenant with this id; null as above.</summary>
    public ValueTask<TenantEntry?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        _cache.GetAsync(IdKey(id), ApiJson.Default.TenantEntry, (_contexts, id), static (state, token) =>
            LoadAsync(state._contexts, tenant => tenant.Id == state.id, token), cancellationToken, _keep);

    /// <summary>Forgets what is cached of a tenant that has just changed, and that its names were nobody's before.</summary>
    public async Task ForgetAsync(Guid id, string slug, string? host = null)
    {
        string[] known = _keys.TryRemove(id, out var keys) ? keys : [];
        foreach (var key in known.Append(SlugKey(slug)).Append(IdKey(id)).Concat(host is null ? [] : [HostKey(host)]).Distinct(StringComparer.Ordinal))
        {
            await _cache.RemoveAsync(key);
        }
    }

    // A tenant that can't be served is about to change, and is asked for anew each time.
    private bool Keep(TenantEntry tenant)
    {
        if (!tenant.IsServable(_versions))
        {
            return false;
        }

        Note(tenant.Id, SlugKey(tenant.Slug));
        if (tenant.Host is { } host)
        {
            Note(tenant.Id, HostKey(host));
        }

        return true;
    }

    private void Note(Guid id, string key) => _keys.AddOrUpdate(
        id, static (_, key) => [key], static (_, known, key) => known.Contains(key, StringComparer.Ordinal) ? known : [.. known, key], key);

    private static string SlugKey(string slug) => "tenant:slug:" + slug;

    private static string HostKey(string host) => "tenant:host:" + host;

    private static string IdKey(Guid id) => $"tenant:id:{id:N}";

    private static async Task<TenantEntry?> LoadAsync(
        IDbContextFactory<CatalogDbContext> contexts, System.Linq.Expressions.Expression<Func<Tenant, bool>> which, CancellationToken cancellationToken)
    {
        await using var catalog = await contexts.CreateDbContextAsync(cancellationToken);
        return await catalog.Tenants
            .Where(which)
            .Where(tenant => tenant.Status == TenantStatus.Active || tenant.Status == TenantStatus.Suspended)
            .Select(tenant => new TenantEntry(tenant.Id, tenant.Slug, tenant.Status, tenant.SchemaVersion) { Host = tenant.Host })
            .SingleOrDefaultAsync(cancellationToken);
    }
}
