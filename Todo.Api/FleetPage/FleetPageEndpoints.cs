using Microsoft.AspNetCore.Http.HttpResults;
using Todo.Api.Pages;
using Todo.Api.Tenants;
using Todo.Api.Traffic;

namespace Todo.Api.FleetPage;

/// <summary>
/// The fleet in a browser, for operators: a page, which shows what <c>/cc</c> answers and sends it what the operator decides. Both with the operators' key, or
/// with the cookie that stands for it.
/// </summary>
internal static class FleetPageEndpoints
{
    private const string Path = "/cc";

    public static void MapFleetPage(this IEndpointRouteBuilder app)
    {
        app.MapPage(Path, "fleet", (context, page) =>
            page.Replace("{{signed-in}}", context.RequestServices.GetRequiredService<OperatorCookie>().IsSignedIn(context.Request) ? "yes" : "no", StringComparison.Ordinal));
        var session = app.MapGroup($"{Path}/session").WithTags("Fleet").RequireOperator().ProducesProblem(StatusCodes.Status401Unauthorized);
        session.MapPost("", SignIn).WithName("SignInOperator").WithSummary("Have a browser remembered")
            .WithDescription("Sent with the operators' key; answers with a cookie that stands for it in requests of the fleet's page, for an hour.").LimitRate("sign-in");
        session.MapDelete("", SignOut).WithName("SignOutOperator").WithSummary("Have a browser forgotten");
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
}
