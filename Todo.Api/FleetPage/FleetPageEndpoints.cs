using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Todo.Api.Tenants;
using Todo.Api.Traffic;

namespace Todo.Api.FleetPage;

/// <summary>
/// The fleet in a browser, for operators: a page, which shows what <c>/cc</c> answers and sends it what the operator decides. The page holds nothing
/// that is worth hiding; what it shows comes with the operators' key, or with the cookie that stands for it.
/// </summary>
internal static class FleetPageEndpoints
{
    private const string Path = "/cc";
    private const string Page = "fleet.html";
    private const string Resource = "fleet-page.";

    // No script or style stands in the page, nothing comes from elsewhere, and no text can become markup.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly Dictionary<string, string> Assets = new()
    {
        ["fleet.css"] = "text/css; charset=utf-8",
        ["fleet.js"] = "text/javascript; charset=utf-8",
        ["fleet.svg"] = "image/svg+xml",
    };

    public static void MapFleetPage(this IEndpointRouteBuilder app)
    {
        var page = Text(Page);
        app.MapGet(Path, (HttpContext context, OperatorCookie cookie) => Show(context, page.Replace("{{signed-in}}", cookie.IsSignedIn(context.Request) ? "yes" : "no", StringComparison.Ordinal)))
            .AllowAnonymous().ExcludeFromDescription();
        foreach (var (name, type) in Assets)
        {
            var text = Text(name);
            app.MapGet($"{Path}/assets/{name}", () => TypedResults.Text(text, type)).AllowAnonymous().ExcludeFromDescription();
        }

        var session = app.MapGroup($"{Path}/session").WithTags("Fleet").RequireOperator().ProducesProblem(StatusCodes.Status401Unauthorized);
        session.MapPost("", SignIn).WithName("SignInOperator").WithSummary("Have a browser remembered")
            .WithDescription("Sent with the operators' key; answers with a cookie that stands for it in requests of the fleet's page, for an hour.").LimitRate("sign-in");
        session.MapDelete("", SignOut).WithName("SignOutOperator").WithSummary("Have a browser forgotten");
    }

    private static ContentHttpResult Show(HttpContext context, string page)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return TypedResults.Text(page, "text/html; charset=utf-8");
    }

    // Only for the key: a cookie that could be had for a cookie would last for ever.
    private static Results<NoContent, ProblemHttpResult> SignIn(HttpContext context, OperatorCookie cookie)
    {
        if (!context.Request.Headers.ContainsKey(OperatorAuthenticationHandler.KeyHeader))
        {
            return TypedResults.Problem($"Send the operators' key in '{OperatorAuthenticationHandler.KeyHeader}'.", statusCode: StatusCodes.Status401Unauthorized);
        }

        cookie.SignIn(context);
        return TypedResults.NoContent();
    }

    private static NoContent SignOut(HttpContext context)
    {
        OperatorCookie.SignOut(context);
        return TypedResults.NoContent();
    }

    private static string Text(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource + name) ?? throw new InvalidOperationException($"The assembly holds no {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
