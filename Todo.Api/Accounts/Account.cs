using Todo.Api.Tenants;

namespace Todo.Api.Accounts;

/// <summary>A person's account in one tenant, as far as signing in needs it.</summary>
/// <param name="Tenant">Where it is; active or suspended, and servable.</param>
/// <param name="TenantName">The tenant's name for people.</param>
/// <param name="UserId">The person there.</param>
/// <param name="Name">The person's name.</param>
/// <param name="PasswordHash">From <c>PersonPassword.Hash</c>.</param>
/// <param name="Standing">Whether the person may sign in.</param>
internal sealed record Account(TenantEntry Tenant, string TenantName, Guid UserId, string Name, string PasswordHash, AccountStanding Standing);

/// <summary>Whether a person may sign in, and if not, why.</summary>
internal enum AccountStanding
{
    /// <summary>May sign in.</summary>
    Good,

    /// <summary>Has not yet proved to read mail at the address.</summary>
    Unverified,

    /// <summary>Nobody has let the person in yet.</summary>
    Waiting,

    /// <summary>Deactivated or deleted.</summary>
    Closed,
}
