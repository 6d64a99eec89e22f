using LocalAspire.Dashboard.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalAspire.Dashboard.Access;

/// <summary>The printed address, and a page to type the token into.</summary>
internal static class LoginEndpoints
{
    public static void MapLogin(this IEndpointRouteBuilder app, DashboardAccess access, PageLayout pages)
    {
        app.MapGet("/login", async context =>
        {
            var token = context.Request.Query["t"].ToString();
            if (access.IsToken(token))
            {
                access.SignIn(context);
                context.Response.Redirect(Back(context));
                return;
            }

            await SayAsync(context, pages, token.Length > 0);
        });
        app.MapPost("/login", async context =>
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            if (access.IsToken(form["token"].ToString().Trim()))
            {
                access.SignIn(context);
                context.Response.Redirect(Back(context));
                return;
            }

            await SayAsync(context, pages, isWrong: true);
        });
    }

    // Only to a page of ours: "//elsewhere" and "/\\elsewhere" are other sites to a browser.
    private static string Back(HttpContext context) =>
        context.Request.Query["returnUrl"].ToString() is ['/', not ('/' or '\\'), ..] path && Uri.TryCreate(path, UriKind.Relative, out _) ? path : "/";

    private static async Task SayAsync(HttpContext context, PageLayout pages, bool isWrong)
    {
        context.Response.StatusCode = isWrong ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK;
        await pages.WriteLoginAsync(context, isWrong);
    }
}
