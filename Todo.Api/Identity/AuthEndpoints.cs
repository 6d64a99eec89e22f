using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Tenants;
using Todo.Api.Traffic;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;

namespace Todo.Api.Identity;

/// <summary>Who wants to sign in.</summary>
/// <param name="Email">The person's address, in any case.</param>
/// <param name="Password">The password.</param>
public sealed record LoginRequest(
    [Required, StringLength(EmailAddress.MaxLength, MinimumLength = 3)] string Email,
    [Required, StringLength(PersonPassword.MaxLength, MinimumLength = 1)] string Password);

/// <summary>Somebody who is signed in.</summary>
/// <param name="Token">Goes into <c>Authorization: Bearer …</c>; it is shown this once.</param>
/// <param name="ExpiresAt">When it ends, UTC.</param>
/// <param name="Tenant">Goes into the <c>tenant</c> header.</param>
/// <param name="UserId">The person.</param>
/// <param name="Name">The person's name.</param>
public sealed record LoginResponse(string Token, DateTimeOffset ExpiresAt, string Tenant, Guid UserId, string Name);

internal static class AuthEndpoints
{
    private static readonly TimeSpan SessionLifetime = TimeSpan.FromDays(1);

    // In the trace of a sign-in nearly all the time is this check.
    private static readonly ActivitySource Activities = new("Todo.Api");

    public static void MapAuth(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/auth").WithTags("Sign-in");
        group.MapPost("/login", LoginAsync).AllowAnonymous().LimitRate<LoginRequest>("sign-in", request => EmailAddress.Normalize(request.Email)).WithName("Login").WithSummary("Sign in")
            .WithDescription("Answers with a token for one day. Whoever belongs to several tenants names one in the 'tenant' header.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapPost("/logout", LogoutAsync).RequireSignIn().WithName("Logout").WithSummary("Sign out")
            .WithDescription("Ends the session of the token that the request carries.");
    }

    private static async Task<Results<Ok<LoginResponse>, ProblemHttpResult>> LoginAsync(
        LoginRequest request,
        HttpContext context,
        CatalogDbContext catalog,
        IDbContextFactory<TenantDbContext> tenants,
        ServedVersions versions,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var email = EmailAddress.Normalize(request.Email);
        var header = context.Request.Headers[TenantAdmission.TenantHeader];
        var slug = header.Count == 0 ? null : header.ToString();
        var candidates = await (
            from signIn in catalog.SignIns
            join tenant in catalog.Tenants on signIn.TenantId equals tenant.Id
            where signIn.Email == email && (slug == null || tenant.Slug == slug)
                && (tenant.Status == TenantStatus.Active || tenant.Status == TenantStatus.Suspended)
            orderby tenant.Id
            select new TenantEntry(tenant.Id, tenant.Slug, tenant.Status, tenant.SchemaVersion)).Take(1).ToListAsync(cancellationToken);

        User? user = null;
        var candidate = candidates.FirstOrDefault();
        if (candidate is not null && !candidate.IsServable(versions))
        {
            // Its people can't be read, so nobody's password can be checked: this answer is for whoever asks.
            context.Response.Headers.RetryAfter = Refusal.RetryAfter;
            return TypedResults.Problem($"Tenant '{candidate.Slug}' is being migrated. Try again in a few seconds.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        if (candidate is not null)
        {
            await using var people = await tenants.CreateDbContextAsync(cancellationToken);
            people.Enter(candidate.Schema);
            user = await people.Users.AsNoTracking().SingleOrDefaultAsync(person => person.Email == email && person.IsActive, cancellationToken);
        }

        // Hashing takes tens of milliseconds: no connection is held meanwhile, and an unknown person takes as long as a known one.
        bool isRight;
        using (Activities.StartActivity("password check"))
        {
            isRight = PersonPassword.Verify(user?.PasswordHash, request.Password);
        }

        if (!isRight)
        {
            return TypedResults.Problem("The e-mail address or the password is wrong.", statusCode: StatusCodes.Status401Unauthorized);
        }

        if (candidate!.Status == TenantStatus.Suspended)
        {
            return TypedResults.Problem($"Tenant '{candidate.Slug}' is suspended.", statusCode: StatusCodes.Status403Forbidden);
        }

        var now = clock.GetTimestamptz();
        var token = AccessToken.Create(candidate.Id, out var text);
        await using var tenantContext = await tenants.CreateDbContextAsync(cancellationToken);
        tenantContext.Enter(candidate.Schema);
        tenantContext.Sessions.Add(new Session { TokenHash = token.Hash, UserId = user!.Id, CreatedAt = now, ExpiresAt = now + SessionLifetime });
        await tenantContext.SaveChangesAsync(cancellationToken);

        // Whoever signs in takes out what has expired, so that nothing has to run at night for it.
        await tenantContext.Sessions.Where(session => session.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        return TypedResults.Ok(new LoginResponse(text, now + SessionLifetime, candidate.Slug, user.Id, user.Name));
    }

    private static async Task<NoContent> LogoutAsync(RequestIdentity identity, TenantDbContext tenant, SessionDirectory sessions, CancellationToken cancellationToken)
    {
        var hash = identity.Token.Hash;
        await tenant.Sessions.Where(session => session.TokenHash == hash).ExecuteDeleteAsync(cancellationToken);
        await sessions.ForgetAsync(identity.Token);
        return TypedResults.NoContent();
    }
}
