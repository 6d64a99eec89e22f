using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Data.Access;

namespace Todo.Api.Guests;

/// <summary>Lets in whoever holds a guest's link. What it opens is only what asks for this scheme; a person's token and a key open nothing here.</summary>
internal sealed class GuestAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    TenantAdmission admission,
    GuestLinkDirectory links,
    LastUses uses) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Guest";

    /// <summary>The claim of a link that lets guests write.</summary>
    public const string MayWriteClaim = "may_write";

    private static readonly Refusal ReadOnly = new(StatusCodes.Status403Forbidden, "This link is for reading only.");

    private Refusal? _refusal;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        AccessToken? token = Bearer.TryRead(Request, out var bearer) && bearer.Kind == ActorKind.Guest ? bearer.Token : null;
        var admitted = await admission.AdmitAsync(Request, token, links.FindAsync);
        if (admitted.Refusal is { } refusal)
        {
            _refusal = refusal;
            return AuthenticateResult.Fail(refusal.Detail!);
        }

        var link = admitted.Caller!;
        Context.RequestServices.GetRequiredService<RequestIdentity>().Set(admitted.Tenant!.Schema, new Caller(ActorKind.Guest, link.Id, link.Name, link.CreatedBy, [], link.Regional));
        Context.RequestServices.GetRequiredService<GuestVisit>().Link = link;
        uses.Note(admitted.Tenant.Id, ActorKind.Guest, link.Id);
        var identity = new ClaimsIdentity(link.MayWrite ? [new Claim(MayWriteClaim, "true")] : [], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => (_refusal ?? TenantAdmission.Unknown).WriteAsync(Context);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => ReadOnly.WriteAsync(Context);
}
