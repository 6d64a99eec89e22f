using System.Diagnostics;
using Todo.Api.Errors;
using Todo.Data.Access;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Identity;

/// <summary>For whom and in which tenant the current request runs; filled by the handlers of authentication alone.</summary>
public sealed class RequestIdentity
{
    private TenantSchema? _schema;
    private Caller? _caller;
    private AccessToken? _token;

    /// <summary>The tenant's schema.</summary>
    /// <exception cref="InvalidOperationException">The request was not authenticated: its endpoint asks for no permission.</exception>
    public TenantSchema Schema => _schema ?? throw NotAuthenticated();

    /// <summary>Who makes the request.</summary>
    /// <exception cref="InvalidOperationException">As above.</exception>
    public Caller Caller => _caller ?? throw NotAuthenticated();

    /// <summary>The same, for events.</summary>
    /// <exception cref="InvalidOperationException">As above.</exception>
    public EventActor Actor => new(Caller.Kind, Caller.Id);

    /// <summary>The person; for a key or a guest's link, who made it.</summary>
    /// <exception cref="InvalidOperationException">As above.</exception>
    public Guid UserId => Caller.UserId;

    /// <summary>The token of the session that the request was made with.</summary>
    /// <exception cref="InvalidOperationException">As above, or it was made with no session but a key.</exception>
    public AccessToken Token => _token ?? throw NotAuthenticated();

    /// <summary>The tenant's id; null if the request was not authenticated.</summary>
    internal Guid? TenantId => _schema?.TenantId;

    internal void Set(TenantSchema schema, SessionEntry session, AccessToken token)
    {
        Set(schema, new Caller(ActorKind.User, session.UserId, session.Name, session.UserId, session.Permissions, session.Regional));
        _token = token;
    }

    internal void Set(TenantSchema schema, Caller caller)
    {
        (_schema, _caller) = (schema, caller);
        if (Activity.Current is { } request)
        {
            // The baggage is for whatever makes spans further in; it does not leave the process.
            var tenant = schema.TenantId.ToString();
            request.SetTag("tenant.id", tenant).SetTag("enduser.id", caller.UserId).AddBaggage("tenant.id", tenant);
        }
    }

    internal bool Has(string permission) => _caller is not null && _caller.Permissions.Contains(permission);

    /// <summary>For what depends on more than the endpoint, such as whether it is about oneself.</summary>
    /// <exception cref="RefusedException">The permission is missing.</exception>
    internal void Require(string permission)
    {
        if (!Has(permission))
        {
            throw RefusedException.Forbidden($"This needs the permission '{permission}'.");
        }
    }

    private static InvalidOperationException NotAuthenticated() => new("This request has no tenant or no session: its endpoint must ask for it.");
}
