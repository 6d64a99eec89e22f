using System.Text.Json.Serialization.Metadata;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Caching;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Identity;

/// <summary>What a token opens.</summary>
public interface ITokenEntry
{
    /// <summary>UTC.</summary>
    DateTimeOffset ExpiresAt { get; }
}

/// <summary>Finds what tokens of one kind open, by their hash, through the cache.</summary>
/// <param name="cache">Where it is kept, for seconds.</param>
/// <param name="contexts">Where it is looked up.</param>
/// <param name="clock">Says what has expired.</param>
/// <param name="kind">Of another kind of token the same hash is another key.</param>
/// <param name="json">How an entry is kept.</param>
/// <typeparam name="TEntry">What is found.</typeparam>
public abstract class TokenDirectory<TEntry>(
    LookupCache cache, IDbContextFactory<TenantDbContext> contexts, TimeProvider clock, string kind, JsonTypeInfo<TEntry> json)
    where TEntry : class, ITokenEntry
{
    /// <summary>What a token opens now; null: nothing, or not any more.</summary>
    /// <remarks>The caller has made sure that the tenant exists.</remarks>
    public async ValueTask<TEntry?> FindAsync(AccessToken token, CancellationToken cancellationToken)
    {
        var entry = await cache.GetAsync(
            Key(token.TenantId, token.Hash), json, (Directory: this, Token: token), static (state, cancellation) => state.Directory.LoadAsync(state.Token, cancellation), cancellationToken);
        var now = clock.GetUtcNow();
        if (entry is null || entry.ExpiresAt <= now)
        {
            return null;
        }

        Used(token, entry, now);
        return entry;
    }

    /// <summary>Forgets what has just ended or changed, on every replica.</summary>
    /// <param name="tenantId">Its tenant.</param>
    /// <param name="hash">The hash of its token.</param>
    public Task ForgetAsync(Guid tenantId, byte[] hash) => cache.RemoveAsync(Key(tenantId, hash));

    /// <summary>Looks it up in its own tenant; null if it is not there, was revoked, or its person may not sign in.</summary>
    protected abstract Task<TEntry?> LoadAsync(TenantDbContext tenant, byte[] hash, CancellationToken cancellationToken);

    /// <summary>Told of every use of a token that is good.</summary>
    protected virtual void Used(AccessToken token, TEntry entry, DateTimeOffset now)
    {
    }

    private string Key(Guid tenantId, byte[] hash) => $"{kind}:{tenantId:N}:{Convert.ToHexStringLower(hash)}";

    private async Task<TEntry?> LoadAsync(AccessToken token, CancellationToken cancellationToken)
    {
        await using var tenant = await contexts.CreateDbContextAsync(cancellationToken);
        tenant.Enter(TenantSchema.Of(token.TenantId));
        return await LoadAsync(tenant, token.Hash, cancellationToken);
    }
}
