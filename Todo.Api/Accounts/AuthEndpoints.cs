using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Idempotency;
using Todo.Api.Identity;
using Todo.Api.Traffic;
using Todo.Data.Access;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;

namespace Todo.Api.Accounts;

/// <summary>Who wants to sign in.</summary>
/// <param name="Email">The person's address, in any case.</param>
/// <param name="Password">The password.</param>
/// <param name="Remember">True: for 30 days; false: for one.</param>
public sealed record LoginRequest(
    [Required, StringLength(EmailAddress.MaxLength, MinimumLength = 3)] string Email,
    [Required, StringLength(PersonPassword.MaxLength, MinimumLength = 1)] string Password,
    bool Remember = false);

/// <summary>Somebody who is signed in.</summary>
/// <param name="Token">Goes into <c>Authorization: Bearer …</c>; it is shown this once.</param>
/// <param name="ExpiresAt">When it ends if it is not used before, UTC.</param>
/// <param name="Tenant">Goes into the <c>tenant</c> header.</param>
/// <param name="UserId">The person.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Tenants">All tenants that the person may choose among, this one included; see <c>POST /auth/switch</c>.</param>
public sealed record LoginResponse(string Token, DateTimeOffset ExpiresAt, string Tenant, Guid UserId, string Name, IReadOnlyList<TenantChoice> Tenants);

/// <summary>A tenant that a person may choose.</summary>
/// <param name="Slug">Goes into the <c>tenant</c> header.</param>
/// <param name="Name">For people.</param>
public sealed record TenantChoice(string Slug, string Name);

/// <summary>Where somebody who is signed in wants to go.</summary>
/// <param name="Tenant">The tenant's slug.</param>
public sealed record SwitchRequest([Required, StringLength(TenantSlug.MaxLength, MinimumLength = 1)] string Tenant);

internal static class AuthEndpoints
{
    private const int Day = 1;
    private const int Month = 30;

    // Each is a question to a tenant's own table.
    private const int MostChoices = 20;

    public static void MapAuth(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/auth").WithTags("Sign-in").WithoutIdempotencyKey(WithoutIdempotencyKey.Account);
        group.MapPost("/login", LoginAsync).AllowAnonymous().LimitRate<LoginRequest>("sign-in", request => EmailAddress.Normalize(request.Email)).WithName("Login").WithSummary("Sign in")
            .WithDescription("Answers with a token for one day or, with 'remember', for 30; each use prolongs it. Whoever has several tenants with different passwords names one in the 'tenant' header.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapPost("/logout", LogoutAsync).RequireSignIn().WithName("Logout").WithSummary("Sign out")
            .WithDescription("Ends the session of the token that the request carries.");
        group.MapPost("/switch", SwitchAsync).RequireSignIn().WithName("SwitchTenant").WithSummary("Go to another tenant of yours")
            .WithDescription("For another account with the same proven e-mail address. The session moves: the new token replaces the old one, and lasts no longer.")
            .ProducesProblem(StatusCodes.Status403Forbidden);
        group.MapSessions();
        group.MapPasswords();
    }

    private static async Task<Results<Ok<LoginResponse>, ProblemHttpResult>> LoginAsync(
        LoginRequest request, HttpContext context, PasswordSignIn signIn, SessionOpening sessions, SignInMetrics metrics, AccountDirectory accounts, AnswerTime answers, CancellationToken cancellationToken)
    {
        var started = answers.Start();
        var email = EmailAddress.Normalize(request.Email);
        var header = context.Request.Headers[TenantAdmission.TenantHeader];
        var attempt = await signIn.TryAsync(email, request.Password, header.Count == 0 ? null : header.ToString(), context, cancellationToken);
        if (attempt.Account is { } account && PasswordSignIn.MayEnter(account)
            && await sessions.OpenAsync(account, request.Remember ? Month : Day, CallerOrigin.Of(context), latestEnd: null, cancellationToken) is { } session)
        {
            metrics.Count(SignInOutcome.Succeeded);
            return TypedResults.Ok(await AnswerAsync(account, email, session, accounts, cancellationToken));
        }

        await answers.WaitAsync(started, cancellationToken);
        return Explain(attempt, context);
    }

    private static async Task<Results<Ok<LoginResponse>, ProblemHttpResult>> SwitchAsync(
        SwitchRequest request,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        SessionOpening sessions,
        OpenSessions openSessions,
        AccountDirectory accounts,
        CancellationToken cancellationToken)
    {
        var hash = identity.Token.Hash;
        var here = await (
            from session in tenant.Sessions
            join user in tenant.Users on session.UserId equals user.Id
            where session.TokenHash == hash && user.VerifiedAt != null
            select new { user.Email, session.ExpiresAt, session.LifetimeDays }).SingleOrDefaultAsync(cancellationToken);
        var found = here is null ? null : await accounts.FindAsync(here.Email, request.Tenant, most: 1, cancellationToken);
        if (found?.Accounts.FirstOrDefault(PasswordSignIn.MayEnter) is not { } account
            || await sessions.OpenAsync(account, here!.LifetimeDays, CallerOrigin.Of(context), here.ExpiresAt, cancellationToken) is not { } opened)
        {
            return found?.Unreadable is { } unreadable
                ? BeingMigrated(unreadable.Slug, context)
                : TypedResults.Problem("You have no account there that your e-mail address was proven for, or it may not sign in.", statusCode: StatusCodes.Status403Forbidden);
        }

        await openSessions.EndAsync(identity.Token, cancellationToken);
        return TypedResults.Ok(await AnswerAsync(account, here.Email, opened, accounts, cancellationToken));
    }

    private static async Task<NoContent> LogoutAsync(RequestIdentity identity, OpenSessions openSessions, CancellationToken cancellationToken)
    {
        await openSessions.EndAsync(identity.Token, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<LoginResponse> AnswerAsync(Account account, string email, OpenedSession session, AccountDirectory accounts, CancellationToken cancellationToken)
    {
        var all = await accounts.FindAsync(email, slug: null, MostChoices, cancellationToken);
        TenantChoice[] choices = [.. all.Accounts.Where(PasswordSignIn.MayEnter).Select(other => new TenantChoice(other.Tenant.Slug, other.TenantName))];
        return new LoginResponse(session.Token, session.ExpiresAt, account.Tenant.Slug, account.UserId, account.Name, choices);
    }

    // Only whoever knows the password learns more than that something was wrong; and not even those, whether somebody closed the account.
    private static ProblemHttpResult Explain(SignInAttempt attempt, HttpContext context) => attempt switch
    {
        { Account: { Standing: AccountStanding.Unverified } } => NotYet("This account's e-mail address is not proven yet. Open the link in the mail that was sent to it."),
        { Account: { Standing: AccountStanding.Waiting, TenantName: var name } } => NotYet($"An administrator of {name} has to approve this account first. You get a mail when that is done."),
        { Account: { Standing: AccountStanding.Good, Tenant: { Status: TenantStatus.Suspended, Slug: var slug } } } => NotYet($"Tenant '{slug}' is suspended."),
        { Account: null, Unreadable: { } unreadable } => BeingMigrated(unreadable.Slug, context),
        _ => TypedResults.Problem("The e-mail address or the password is wrong, or too many attempts have failed. Try again later, or ask for a new password.", statusCode: StatusCodes.Status401Unauthorized),
    };

    private static ProblemHttpResult NotYet(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status403Forbidden);

    // Its people can't be read, so nobody's password can be checked: this answer is for whoever asks.
    private static ProblemHttpResult BeingMigrated(string slug, HttpContext context)
    {
        context.Response.Headers.RetryAfter = Refusal.RetryAfter;
        return TypedResults.Problem($"Tenant '{slug}' is being migrated. Try again in a few seconds.", statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
