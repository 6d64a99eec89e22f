using Microsoft.EntityFrameworkCore;
using Todo.Api.Audit;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Tenants;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;

namespace Todo.Api.Users;

/// <summary>
/// How an account gets its first password: from whoever reads mail at its address, and from nobody before. Nothing that somebody else typed,
/// for an address that is not theirs, ever becomes a password.
/// </summary>
internal sealed class FirstPassword(
    TenantDirectory tenants,
    ServedVersions versions,
    IDbContextFactory<TenantDbContext> contexts,
    CatalogDbContext catalog,
    OneTimeTokens tokens,
    PeopleChanges changes)
{
    /// <summary>Uses the token: the address is proven, and the password set.</summary>
    /// <param name="text">The token of the mail.</param>
    /// <param name="password">The person's choice; checked before the token is used, so that a bad one can be followed by a better one.</param>
    /// <param name="purpose">What the token must be good for.</param>
    /// <param name="action">What the audit log says.</param>
    /// <param name="useless">The answer if the token is no good, whatever is wrong with it: a guess must not learn how near it was.</param>
    /// <param name="cancellationToken">Cancels, with nothing changed.</param>
    /// <exception cref="RefusedException">The token is no good, the password breaks a rule, or the tenant is between versions.</exception>
    public async Task<(TenantEntry Tenant, User User)> SetAsync(
        string text, string password, TokenPurpose purpose, string action, RefusedException useless, CancellationToken cancellationToken)
    {
        if (!AccessToken.TryParse(text, out var token) || await tenants.FindAsync(token.TenantId, cancellationToken) is not { Status: TenantStatus.Active } tenant)
        {
            throw useless;
        }

        if (!tenant.IsServable(versions))
        {
            throw new RefusedException(StatusCodes.Status503ServiceUnavailable, $"Tenant '{tenant.Slug}' is being migrated. Try again in a few seconds.");
        }

        if (PasswordRules.Check(password, await WordsAsync(tenant, token, purpose, cancellationToken) ?? throw useless) is { } broken)
        {
            throw RefusedException.Invalid(broken, new Dictionary<string, object?> { ["errors"] = new Dictionary<string, string[]> { ["password"] = [broken] } });
        }

        // Takes tens of milliseconds: only for a good token, and before any connection is held.
        var hash = PersonPassword.Hash(password);
        await using var change = await changes.BeginAsync(tenant.Schema, cancellationToken);
        var userId = await tokens.RedeemAsync(change.Tenant, token, purpose, cancellationToken) ?? throw useless;
        var user = await change.Tenant.Users.SingleOrDefaultAsync(person => person.Id == userId && person.DeletedAt == null && person.VerifiedAt == null, cancellationToken) ?? throw useless;
        (user.PasswordHash, user.VerifiedAt) = (hash, change.Now);
        change.Record(action, AuditSubject.Of(user), actor: AuditActor.Of(user));
        await change.CommitAsync(cancellationToken);
        return (tenant, user);
    }

    // What no password of theirs may be made of; null: the token is no good.
    private async Task<IReadOnlyList<string>?> WordsAsync(TenantEntry tenant, AccessToken token, TokenPurpose purpose, CancellationToken cancellationToken)
    {
        await using var people = await contexts.CreateDbContextAsync(cancellationToken);
        people.Enter(tenant.Schema);
        var userId = await tokens.FindAsync(people, token, purpose, cancellationToken);
        var user = await people.Users.Where(person => person.Id == userId && person.DeletedAt == null && person.VerifiedAt == null)
            .Select(person => new { person.Email, person.Name }).SingleOrDefaultAsync(cancellationToken);
        return user is null ? null : [user.Name, user.Email, await catalog.Tenants.Where(known => known.Id == tenant.Id).Select(known => known.Name).SingleAsync(cancellationToken)];
    }
}
