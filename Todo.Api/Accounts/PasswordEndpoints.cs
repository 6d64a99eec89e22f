using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Mail;
using Todo.Api.Tenants;
using Todo.Api.Traffic;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;

namespace Todo.Api.Accounts;

/// <summary>Who has forgotten the password.</summary>
/// <param name="Email">The person's address, in any case.</param>
public sealed record PasswordResetRequest([Required, StringLength(EmailAddress.MaxLength, MinimumLength = 3)] string Email);

/// <summary>A new password, with the token of the mail.</summary>
/// <param name="Token">From the link in the mail.</param>
/// <param name="Password">The new password.</param>
public sealed record PasswordResetConfirmation(
    [Required, StringLength(100, MinimumLength = 1)] string Token,
    [Required, StringLength(PersonPassword.MaxLength, MinimumLength = PersonPassword.MinLength)] string Password);

/// <summary>A new password for oneself.</summary>
/// <param name="OldPassword">The one that is good until now.</param>
/// <param name="NewPassword">The new one.</param>
public sealed record PasswordChange(
    [Required, StringLength(PersonPassword.MaxLength, MinimumLength = 1)] string OldPassword,
    [Required, StringLength(PersonPassword.MaxLength, MinimumLength = PersonPassword.MinLength)] string NewPassword);

internal static class PasswordEndpoints
{
    private const int MostAccounts = 20;

    public static void MapPasswords(this RouteGroupBuilder auth)
    {
        auth.MapPost("/password-reset", RequestAsync).AllowAnonymous().LimitRate<PasswordResetRequest>("password-reset", request => EmailAddress.Normalize(request.Email))
            .WithName("RequestPasswordReset").WithSummary("Ask for a new password")
            .WithDescription("Always 202, whether there is such an account or not. If there is one that may sign in, a mail with a link goes to it, one for each tenant.")
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        auth.MapPost("/password-reset/confirm", ConfirmAsync).AllowAnonymous().LimitRate("password-reset")
            .WithName("ConfirmPasswordReset").WithSummary("Set a new password with the token of the mail").WithDescription("Ends all sessions of the person in that tenant. The token is good once, for 24 hours.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        auth.MapPost("/password", ChangeAsync).RequireSignIn().WithName("ChangePassword").WithSummary("Set a new password for yourself")
            .WithDescription("Needs the old one. Ends all your other sessions in this tenant.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status429TooManyRequests);
    }

    private static async Task<Accepted> RequestAsync(
        PasswordResetRequest request, AccountDirectory accounts, CatalogDbContext catalog, AnswerTime answers, TimeProvider clock, CancellationToken cancellationToken)
    {
        var started = answers.Start();
        var found = await accounts.FindAsync(EmailAddress.Normalize(request.Email), slug: null, MostAccounts, cancellationToken);
        var now = clock.GetTimestamptz();
        catalog.OutgoingMail.AddRange(found.Accounts.Where(PasswordSignIn.MayEnter).Select(
            account => OutgoingMail.To(account.Tenant.Id, account.UserId, MailTemplate.PasswordReset, now)));
        await catalog.SaveChangesAsync(cancellationToken);
        await answers.WaitAsync(started, cancellationToken);
        return TypedResults.Accepted((string?)null);
    }

    private static async Task<Results<NoContent, ProblemHttpResult, ValidationProblem>> ConfirmAsync(
        PasswordResetConfirmation request,
        HttpContext context,
        TenantDirectory tenants,
        ServedVersions versions,
        IDbContextFactory<TenantDbContext> contexts,
        OneTimeTokens tokens,
        PasswordSetting passwords,
        LockOut lockOut,
        CancellationToken cancellationToken)
    {
        if (!AccessToken.TryParse(request.Token, out var token) || await tenants.FindAsync(token.TenantId, cancellationToken) is not { Status: TenantStatus.Active } tenant)
        {
            return NotGood();
        }

        if (!tenant.IsServable(versions))
        {
            context.Response.Headers.RetryAfter = Refusal.RetryAfter;
            return TypedResults.Problem("The tenant of this link is being migrated. Try again in a few seconds.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        await using var people = await contexts.CreateDbContextAsync(cancellationToken);
        people.Enter(tenant.Schema);
        if (await tokens.FindAsync(people, token, TokenPurpose.PasswordReset, cancellationToken) is not { } userId
            || await passwords.OwnerAsync(people, tenant.Id, userId, cancellationToken) is not { } owner)
        {
            return NotGood();
        }

        // Before the token is used: whoever chose a bad password may choose another.
        if (PasswordRules.Check(request.Password, owner.Words) is { } broken)
        {
            return Broken("password", broken);
        }

        if (!await passwords.SetAsync(
            people, tenant.Schema, owner, request.Password, except: null, async () => await tokens.RedeemAsync(people, token, TokenPurpose.PasswordReset, cancellationToken) == userId, cancellationToken))
        {
            return NotGood();
        }

        await lockOut.ForgetAsync(owner.Email, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult, ValidationProblem>> ChangeAsync(
        PasswordChange request, HttpContext context, RequestIdentity identity, TenantDbContext tenant, PasswordSetting passwords, LockOut lockOut, CancellationToken cancellationToken)
    {
        if (await passwords.OwnerAsync(tenant, identity.Schema.TenantId, identity.UserId, cancellationToken) is not { } owner)
        {
            return TypedResults.Problem("This account may not sign in any more.", statusCode: StatusCodes.Status403Forbidden);
        }

        if (PasswordRules.Check(request.NewPassword, owner.Words) is { } broken)
        {
            return Broken("newPassword", broken);
        }

        // Whoever has only stolen a session must not find out the password with it.
        if (!await lockOut.TryBeginAsync(owner.Email, context, cancellationToken))
        {
            return TypedResults.Problem("Too many wrong passwords. Try again in some minutes.", statusCode: StatusCodes.Status429TooManyRequests);
        }

        if (!PersonPassword.Verify(owner.PasswordHash, request.OldPassword))
        {
            return TypedResults.Problem("The old password is wrong.", statusCode: StatusCodes.Status403Forbidden);
        }

        await lockOut.SucceedAsync(owner.Email, context, cancellationToken);
        return await passwords.SetAsync(tenant, identity.Schema, owner, request.NewPassword, identity.Token.Hash, isAllowed: null, cancellationToken)
            ? TypedResults.NoContent()
            : TypedResults.Problem("The password was changed by somebody else at the same moment. Sign in again.", statusCode: StatusCodes.Status409Conflict);
    }

    private static ProblemHttpResult NotGood() =>
        TypedResults.Problem("This link is not good any more: it was used, or it is older than 24 hours. Ask for another one.", statusCode: StatusCodes.Status400BadRequest);

    private static ValidationProblem Broken(string field, string rule) => TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [rule] });
}
