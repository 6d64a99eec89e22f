using System.Diagnostics;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Todo.Api.Errors;
using Todo.Api.Tenants;
using Todo.Data;
using Todo.Tenancy.Catalog;

namespace Todo.Api.Identity;

/// <summary>
/// Decides for which tenant and person a request runs: the <c>tenant</c> header and the bearer token must agree. This is the only
/// place that lets a request into a tenant.
/// </summary>
/// <remarks>
/// An unknown tenant and an unknown, expired or malformed token get the same 401 after the same single look-up, so that nobody can
/// ask which tenants exist. Only somebody with a valid token learns more: that it is another tenant's (403), or that the tenant is suspended (403).
/// While a tenant is at a version that this build can't serve, its sessions can't be read either: a token that names it gets 503.
/// </remarks>
public sealed class SessionAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    TenantDirectory tenants,
    ServedVersions versions,
    SessionDirectory sessions) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "Session";

    /// <summary>The header that names the tenant.</summary>
    public const string TenantHeader = "tenant";

    private const string BearerPrefix = "Bearer ";

    private static readonly Refusal Unknown = new(StatusCodes.Status401Unauthorized, "The tenant or the token is unknown, or the token has expired. Sign in again.");

    private Refusal? _refusal;

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var cancellation = Context.RequestAborted;
        if (Request.Headers[TenantHeader] is not [var slug] || !TenantSlug.IsValid(slug))
        {
            return Refuse(new Refusal(StatusCodes.Status400BadRequest, $"Send one '{TenantHeader}' header with the tenant's slug: {TenantSlug.Rule}."));
        }

        if (Request.Headers.Authorization is not [var authorization]
            || authorization is null
            || !authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)
            || !AccessToken.TryParse(authorization.AsSpan(BearerPrefix.Length).Trim(), out var token))
        {
            return Refuse(Unknown);
        }

        if (await tenants.FindAsync(slug!, cancellation) is not { } tenant)
        {
            return Refuse(Unknown);
        }

        if (token.TenantId != tenant.Id)
        {
            // Only the owner of a working token may learn that it is merely used in the wrong place.
            var isValidElsewhere = await tenants.FindAsync(token.TenantId, cancellation) is { } theirs && theirs.IsServable(versions) && await sessions.FindAsync(token, cancellation) is not null;
            return Refuse(isValidElsewhere ? new Refusal(StatusCodes.Status403Forbidden, "The token belongs to another tenant.") : Unknown);
        }

        if (!tenant.IsServable(versions))
        {
            return Refuse(new Refusal(StatusCodes.Status503ServiceUnavailable, $"Tenant '{tenant.Slug}' is being migrated. Try again in a few seconds."));
        }

        if (await sessions.FindAsync(token, cancellation) is not { } session)
        {
            return Refuse(Unknown);
        }

        if (tenant.Status == TenantStatus.Suspended)
        {
            return Refuse(new Refusal(StatusCodes.Status403Forbidden, $"Tenant '{tenant.Slug}' is suspended."));
        }

        Activity.Current?.SetTag("tenant.id", tenant.Id);
        Context.RequestServices.GetRequiredService<RequestIdentity>().Set(tenant.Schema, session, token);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, session.UserId.ToString())], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => (_refusal ?? Unknown).WriteAsync(Context);

    /// <inheritdoc/>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        new Refusal(StatusCodes.Status403Forbidden, $"This needs the permission '{Context.GetEndpoint()?.Metadata.GetMetadata<RequiredPermission>()?.Name}'.").WriteAsync(Context);

    private AuthenticateResult Refuse(Refusal refusal)
    {
        _refusal = refusal;
        return AuthenticateResult.Fail(refusal.Detail!);
    }
}
