using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace LocalAspire.Dashboard.Access;

/// <summary>
/// Who may see and do what: whoever has the token, from this machine, from the dashboard's own pages. The token comes once, in the address
/// that the AppHost prints; after that a cookie stands for it, or an Authorization header in scripts.
/// </summary>
internal sealed class DashboardAccess(string token, int port)
{
    private readonly string _session = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    // Cookies are shared by all ports of a host: two AppHosts must not log each other out.
    private string CookieName => $"localaspire-{port}";

    /// <summary>Whether this is the token.</summary>
    public bool IsToken(string? text) => AreEqual(text, token);

    /// <summary>Remembers this browser until it is closed.</summary>
    public void SignIn(HttpContext context) => context.Response.Cookies.Append(CookieName, _session, new CookieOptions
    {
        HttpOnly = true,

        // Not Strict: somebody follows the printed address from a page of theirs, such as an editor in the browser.
        SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Lax,
        Path = "/",
        IsEssential = true,
    });

    /// <summary>Lets a request through or answers it with a refusal.</summary>
    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (!IsLoopback(context))
        {
            // Another name that resolves to this machine: a page elsewhere would read the answers as its own (DNS rebinding).
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "The dashboard answers only to localhost.");
            return;
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";

        // Not no-referrer: with it, browsers send "Origin: null" with the sign-in form.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";

        var hasBearer = HasBearer(context.Request);
        if (!hasBearer && !IsSafe(context.Request.Method) && !IsFromOurPage(context.Request))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "Another site's page may not do this.");
            return;
        }

        var path = context.Request.Path;
        if (hasBearer || HasCookie(context.Request) || path.StartsWithSegments("/login") || path.StartsWithSegments("/assets"))
        {
            await next(context);
        }
        else if (path.StartsWithSegments("/api"))
        {
            headers.WWWAuthenticate = "Bearer";
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "Send the token that the AppHost printed: Authorization: Bearer TOKEN.");
        }
        else
        {
            context.Response.Redirect("/login?returnUrl=" + Uri.EscapeDataString(path + context.Request.QueryString));
        }
    }

    private static bool IsLoopback(HttpContext context)
    {
        var host = context.Request.Host.Host;
        var isOurName = host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
        return isOurName && context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote);
    }

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    // Every browser of today sends Origin with a POST. A request without it is no browser's, and has a bearer token.
    private static bool IsFromOurPage(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return request.Headers.Origin.ToString().Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
            && (site.Length == 0 || site == "same-origin");
    }

    private static bool AreEqual(string? text, string secret) =>
        text is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(secret));

    private static async Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(reason, context.RequestAborted);
    }

    private bool HasCookie(HttpRequest request) => AreEqual(request.Cookies[CookieName], _session);

    private bool HasBearer(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers[HeaderNames.Authorization].ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && AreEqual(header[Scheme.Length..].Trim(), token);
    }
}
