using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Audit;
using Todo.Api.Errors;
using Todo.Api.Idempotency;
using Todo.Api.Identity;
using Todo.Api.Mail;
using Todo.Api.Settings;
using Todo.Api.Traffic;
using Todo.Data.Access;
using Todo.Data.Catalog;
using Todo.Data.Tenants;

namespace Todo.Api.Users;

/// <summary>How colleagues get in whom somebody invites: by a token in a mail, with a password of their own choice.</summary>
internal static class InvitationEndpoints
{
    public static void MapInvitations(this RouteGroupBuilder users)
    {
        users.MapPost("/", InviteAsync).RequirePermission(Permission.UsersWrite).WithName("InviteUser").WithSummary("Invite somebody")
            .WithDescription("Makes the account and sends a mail with a token, which is good once and for 24 hours.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
        users.MapPost("/{id:guid}/invitation", InviteAgainAsync).RequirePermission(Permission.UsersWrite).WithName("InviteUserAgain").WithSummary("Send an invitation again")
            .WithDescription("For whoever has not taken it up. Tokens of earlier mails are good no more.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    public static void MapInvitationAcceptance(this IEndpointRouteBuilder app) =>
        app.MapPost("/auth/accept-invitation", AcceptAsync).AllowAnonymous().WithoutIdempotencyKey(WithoutIdempotencyKey.Account).LimitRate("anonymous").ExplainRefusals().WithTags("Sign-in").WithName("AcceptInvitation").WithSummary("Take up an invitation")
            .WithDescription("With the token of the mail. It proves the address; after it one signs in as everybody does.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    /// <summary>A hash that belongs to a password that nobody knows. One is enough for any number of people.</summary>
    public static string HashOfNobodysPassword() => PersonPassword.Hash(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    /// <summary>Adds somebody who is to be invited: account, sign-in directory, mail and audit log.</summary>
    public static User Add(PeopleChange change, NewUser person, Guid role, string language, string timeZone, string passwordHash)
    {
        var user = new User
        {
            Id = Guid.CreateVersion7(change.Now),
            Email = EmailAddress.Normalize(person.Email),
            Name = person.Name,
            PasswordHash = passwordHash,
            RoleId = role,
            Language = language,
            TimeZone = timeZone,
            CreatedAt = change.Now,
            ApprovedAt = change.Now,
        };
        change.Tenant.Users.Add(user);
        change.Catalog.SignIns.Add(new SignIn { Email = user.Email, TenantId = change.TenantId });
        change.Mail(user.Id, MailTemplate.Invitation);
        change.Record("user.invited", AuditSubject.Of(user), new JsonObject { ["email"] = user.Email });
        return user;
    }

    private static async Task<Created<UserResponse>> InviteAsync(
        NewUser request, HttpContext context, PeopleChanges changes, AccountLimit limit, CancellationToken cancellationToken)
    {
        // Before any connection is held: it takes tens of milliseconds.
        var hash = HashOfNobodysPassword();
        await using var change = await changes.BeginAsync(cancellationToken);
        change.Caller.Require(Permission.UsersWrite);
        var role = request.RoleId ?? BuiltInRole.Member;
        await UserEndpoints.RequireRoleAsync(change, role, cancellationToken);
        var email = EmailAddress.Normalize(request.Email);
        if (await change.Tenant.Users.SingleOrDefaultAsync(user => user.Email == email, cancellationToken) is { } known)
        {
            throw RefusedException.Conflict(known.DeletedAt is null
                ? "There is an account with this address."
                : "There is a deleted account with this address. Restore it, or delete it for good first.");
        }

        await limit.RequireRoomAsync(change, 1, cancellationToken);
        var user = Add(
            change,
            request,
            role,
            request.Language ?? await SettingValues.TextAsync(change.Tenant, KnownSettings.Language, cancellationToken),
            request.TimeZone ?? await SettingValues.TextAsync(change.Tenant, KnownSettings.TimeZone, cancellationToken),
            hash);
        await change.Tenant.SaveChangesAsync(cancellationToken);
        var shown = await UserEndpoints.ShowAsync(context, change.Tenant, user.Id, cancellationToken);
        await change.CommitAsync(cancellationToken);
        return TypedResults.Created($"/users/{user.Id}", shown);
    }

    private static async Task<NoContent> InviteAgainAsync(Guid id, PeopleChanges changes, CancellationToken cancellationToken)
    {
        await using var change = await changes.BeginAsync(cancellationToken);
        change.Caller.Require(Permission.UsersWrite);
        var user = await change.FindAsync(id, cancellationToken);
        if (user.VerifiedAt is not null || user.ApprovedAt is null || user.DeletedAt is not null)
        {
            throw RefusedException.Conflict($"{user.Name} has no open invitation.");
        }

        await change.Tenant.OneTimeTokens.Where(token => token.UserId == id && token.Purpose == TokenPurpose.Invitation).ExecuteDeleteAsync(cancellationToken);
        change.Mail(id, MailTemplate.Invitation);
        change.Record("user.invited", AuditSubject.Of(user), new JsonObject { ["email"] = user.Email });
        await change.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> AcceptAsync(InvitationAcceptance request, FirstPassword first, CancellationToken cancellationToken)
    {
        var useless = RefusedException.Invalid("The invitation is unknown, was used, or has expired. Ask whoever invited you for another.");
        await first.SetAsync(request.Token, request.Password, TokenPurpose.Invitation, "user.accepted_invitation", useless, cancellationToken);
        return TypedResults.NoContent();
    }
}
