using Todo.Api.Errors;
using Todo.Api.Tenants;
using Todo.Data;
using Todo.Tenancy.Catalog;

namespace Todo.Api.Identity;

/// <summary>Who was let into which tenant, or why nobody was.</summary>
internal readonly record struct Admitted<T>(TenantEntry? Tenant, T? Caller, Refusal? Refusal)
    where T : class;

/// <summary>What says by itself to which tenant it belongs.</summary>
public interface IOfTenant
{
    /// <summary>The tenant that it claims to belong to.</summary>
    Guid TenantId { get; }
}

/// <summary>
/// Decides for which tenant a request runs. The token names its own; the <c>tenant</c> header and a host that is a tenant's own may name one
/// too, and then they must agree. This is the only place that lets a request into a tenant.
/// </summary>
/// <remarks>
/// An unknown tenant and an unknown, expired or malformed token get the same 401, so that nobody can ask which tenants exist; what was not
/// found is remembered for both alike. Only somebody with a valid token learns more: that it is another tenant's (403), or that the tenant is
/// suspended (403). While a tenant is at a version that this build can't serve, its tokens can't be looked up either: one that names it gets 503.
/// </remarks>
public sealed class TenantAdmission(TenantDirectory tenants, ServedVersions versions)
{
    /// <summary>The header that names the tenant.</summary>
    internal const string TenantHeader = "tenant";

    /// <summary>The answer to whoever can't be told more.</summary>
    internal static readonly Refusal Unknown = new(StatusCodes.Status401Unauthorized, "The tenant or the token is unknown, or the token has expired. Sign in again.");

    private static readonly Refusal Malformed = new(StatusCodes.Status400BadRequest, $"Send at most one '{TenantHeader}' header, with the tenant's slug: {TenantSlug.Rule}.");
    private static readonly Refusal Mismatch = new(StatusCodes.Status403Forbidden, $"The token belongs to another tenant than the one that the '{TenantHeader}' header or the host names.");

    /// <summary>Lets somebody in, or not.</summary>
    /// <param name="request">With the tenant's name, perhaps.</param>
    /// <param name="token">The caller's token; null: none, or malformed.</param>
    /// <param name="find">Looks it up in its own tenant.</param>
    internal ValueTask<Admitted<T>> AdmitAsync<T>(HttpRequest request, AccessToken? token, Func<AccessToken, CancellationToken, ValueTask<T?>> find)
        where T : class => AdmitByAsync(request, token, find);

    /// <summary>The same by anything that says whose it is.</summary>
    /// <param name="request">With the tenant's name, perhaps.</param>
    /// <param name="token">What the caller has shown; null: nothing, or nothing that is good.</param>
    /// <param name="find">Looks it up in its own tenant.</param>
    internal async ValueTask<Admitted<T>> AdmitByAsync<TToken, T>(HttpRequest request, TToken? token, Func<TToken, CancellationToken, ValueTask<T?>> find)
        where TToken : struct, IOfTenant
        where T : class
    {
        var cancellation = request.HttpContext.RequestAborted;
        var header = request.Headers[TenantHeader];
        if (header.Count > 1 || (header.Count == 1 && !TenantSlug.IsValid(header[0])))
        {
            return Refuse(Malformed);
        }

        if (token is not { } known)
        {
            return Refuse(Unknown);
        }

        var named = header.Count == 0 ? null : await tenants.FindAsync(header[0]!, cancellation);
        if (header.Count == 1 && named is null)
        {
            return Refuse(Unknown);
        }

        var hosts = HostOf(request) is { } host ? await tenants.FindByHostAsync(host, cancellation) : null;
        var own = named?.Id == known.TenantId ? named : await tenants.FindAsync(known.TenantId, cancellation);
        if (own is null)
        {
            return Refuse(Unknown);
        }

        var isElsewhere = (named is not null && named.Id != own.Id) || (hosts is not null && hosts.Id != own.Id);
        if (!own.IsServable(versions))
        {
            // Whoever names another tenant can't be told apart from whoever guesses, as long as the token can't be looked up.
            return Refuse(isElsewhere ? Unknown : new Refusal(StatusCodes.Status503ServiceUnavailable, $"Tenant '{own.Slug}' is being migrated. Try again in a few seconds."));
        }

        if (await find(known, cancellation) is not { } caller)
        {
            return Refuse(Unknown);
        }

        if (isElsewhere)
        {
            return Refuse(Mismatch);
        }

        if (own.Status == TenantStatus.Suspended)
        {
            return Refuse(new Refusal(StatusCodes.Status403Forbidden, $"Tenant '{own.Slug}' is suspended."));
        }

        return new Admitted<T>(own, caller, null);

        static Admitted<T> Refuse(Refusal refusal) => new(null, null, refusal);
    }

    // As it is stored. Behind a proxy this is what the proxy says, if it is one that is trusted.
    private static string? HostOf(HttpRequest request)
    {
        var host = request.Host.Host.TrimEnd('.').ToLowerInvariant();
        return TenantHost.IsValid(host) ? host : null;
    }
}
