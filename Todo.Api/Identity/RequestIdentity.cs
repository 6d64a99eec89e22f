using Todo.Api.Errors;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Identity;

/// <summary>For whom and in which tenant the current request runs; filled by <see cref="SessionAuthenticationHandler"/> alone.</summary>
public sealed class RequestIdentity
{
    private TenantSchema? _schema;
    private SessionEntry? _session;
    private AccessToken _token;

    /// <summary>The tenant's schema.</summary>
    /// <exception cref="InvalidOperationException">The request was not authenticated: its endpoint asks for no permission.</exception>
    public TenantSchema Schema => _schema ?? throw NotAuthenticated();

    /// <summary>The person.</summary>
    /// <exception cref="InvalidOperationException">As above.</exception>
    public Guid UserId => (_session ?? throw NotAuthenticated()).UserId;

    /// <summary>The person's name.</summary>
    /// <exception cref="InvalidOperationException">As above.</exception>
    public string Name => (_session ?? throw NotAuthenticated()).Name;

    /// <summary>The token that the request was made with.</summary>
    /// <exception cref="InvalidOperationException">As above.</exception>
    public AccessToken Token => _session is null ? throw NotAuthenticated() : _token;

    /// <summary>The tenant's id; null if the request was not authenticated.</summary>
    internal Guid? TenantId => _schema?.TenantId;

    internal void Set(TenantSchema schema, SessionEntry session, AccessToken token) => (_schema, _session, _token) = (schema, session, token);

    /// <summary>What the person may do with this token.</summary>
    /// <exception cref="InvalidOperationException">As above.</exception>
    internal IReadOnlyList<string> Permissions => (_session ?? throw NotAuthenticated()).Permissions;

    internal bool Has(string permission) => _session is not null && _session.Permissions.Contains(permission);

    /// <summary>For what depends on more than the endpoint, such as whether it is about oneself.</summary>
    /// <exception cref="RefusedException">The permission is missing.</exception>
    internal void Require(string permission)
    {
        if (!Has(permission))
        {
            throw RefusedException.Forbidden($"This needs the permission '{permission}'.");
        }
    }

    private static InvalidOperationException NotAuthenticated() => new("This request has no tenant: its endpoint must require a permission.");
}
