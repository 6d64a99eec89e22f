using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;
using Todo.Api.Errors;
using Todo.Api.Idempotency;
using Todo.Api.Identity;

namespace Todo.Api.Tenants;

/// <summary>The operators' key, as configured.</summary>
public sealed class OperatorOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Operators";

    /// <summary>The secret; while it is empty, nobody is an operator.</summary>
    public string? Key { get; init; }
}

/// <summary>
/// Lets operators in: whoever sends the configured key in <c>X-Operator-Key</c>, or asks from the fleet's page after having typed it in there.
/// A tenant's token opens nothing here.
/// </summary>
internal sealed class OperatorAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, IOptionsMonitor<OperatorOptions> operators, OperatorCookie cookie)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Operator";
    public const string KeyHeader = "X-Operator-Key";

    private static readonly Refusal Refused = new(StatusCodes.Status401Unauthorized, $"Send the operators' key in '{KeyHeader}'.");

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!(Request.Headers.ContainsKey(KeyHeader) ? HasKey() : cookie.Admits(Request)))
        {
            return Task.FromResult(AuthenticateResult.Fail("No or wrong operator key."));
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Role, "operator")], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Refused.WriteAsync(Context);

    private bool HasKey() => operators.CurrentValue.Key is { Length: > 0 } key && Request.Headers[KeyHeader] is [{ } sent] && AreEqual(key, sent);

    // Hashes have one length, so the comparison takes the same time however much of the key was guessed, its length included.
    private static bool AreEqual(string key, string sent) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(key)), SHA256.HashData(Encoding.UTF8.GetBytes(sent)));
}

internal static class OperatorAccess
{
    public static void AddOperators(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<OperatorOptions>(builder.Configuration.GetSection(OperatorOptions.Section));
        builder.Services.AddSingleton<OperatorCookie>();
        builder.Services.AddAuthenticationScheme<OperatorAuthenticationHandler>(OperatorAuthenticationHandler.SchemeName);
    }

    /// <summary>Only for operators, and without a limit of time: what they ask for may concern thousands of tenants.</summary>
    public static TBuilder RequireOperator<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new DisableRequestTimeoutAttribute()).WithoutIdempotencyKey(WithoutIdempotencyKey.Engine)
            .RequireAuthorization(new AuthorizationPolicyBuilder(OperatorAuthenticationHandler.SchemeName).RequireAuthenticatedUser().Build());
}
