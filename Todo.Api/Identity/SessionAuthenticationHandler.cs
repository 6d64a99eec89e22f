using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Todo.Api.ApiKeys;
using Todo.Api.Errors;
using Todo.Api.Traffic;
using Todo.Data.Access;

namespace Todo.Api.Identity;

/// <summary>Lets in whoever speaks for a person of a tenant: the person, signed in, or a machine with a key that the person made.</summary>
/// <remarks>Into which tenant is for <see cref="TenantAdmission"/> to decide. Guests' tokens open nothing here.</remarks>
public sealed class SessionAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    TenantAdmission admission,
    SessionDirectory sessions,
    ApiKeyDirectory keys,
    LastUses uses) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "Session";

    private Refusal? _refusal;

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        AccessToken? token = Bearer.TryRead(Request, out var bearer) && bearer.Kind != ActorKind.Guest ? bearer.Token : null;
        return bearer.Kind == ActorKind.ApiKey ? await WithKeyAsync(token) : await WithSessionAsync(token);
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => (_refusal ?? TenantAdmission.Unknown).WriteAsync(Context);

    /// <inheritdoc/>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => new Refusal(
        StatusCodes.Status403Forbidden,
        Context.GetEndpoint()?.Metadata.GetMetadata<RequiredPermission>() is { } required
            ? $"This needs the permission '{required.Name}'."
            : "This is for people who are signed in, not for keys.").WriteAsync(Context);

    private async Task<AuthenticateResult> WithSessionAsync(AccessToken? token)
    {
        var admitted = await admission.AdmitAsync(Request, token, sessions.FindAsync);
        if (admitted.Refusal is { } refusal)
        {
            return Refuse(refusal);
        }

        Context.RequestServices.GetRequiredService<RequestIdentity>().Set(admitted.Tenant!.Schema, admitted.Caller!, token!.Value);
        return Succeed(new Claim(ClaimTypes.NameIdentifier, admitted.Caller!.UserId.ToString()));
    }

    private async Task<AuthenticateResult> WithKeyAsync(AccessToken? token)
    {
        var admitted = await admission.AdmitAsync(Request, token, keys.FindAsync);
        if (admitted.Refusal is { } refusal)
        {
            return Refuse(refusal);
        }

        var key = admitted.Caller!;
        Context.RequestServices.GetRequiredService<RequestIdentity>().Set(admitted.Tenant!.Schema, new Caller(ActorKind.ApiKey, key.Id, key.Name, key.CreatedBy, key.Permissions, key.Regional));
        uses.Note(admitted.Tenant.Id, ActorKind.ApiKey, key.Id);
        return Succeed(new Claim(Partitions.ApiKeyClaim, key.Id.ToString()));
    }

    private static AuthenticateResult Succeed(Claim claim) =>
        AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([claim], SchemeName)), SchemeName));

    private AuthenticateResult Refuse(Refusal refusal)
    {
        _refusal = refusal;
        return AuthenticateResult.Fail(refusal.Detail!);
    }
}
