using LocalAspire.Dashboard.Application;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalAspire.Dashboard.Api;

/// <summary>Resources, their commands and what they print.</summary>
internal static class ResourceEndpoints
{
    public static void MapResources(this IEndpointRouteBuilder app, IApplication application, CancellationToken stopping)
    {
        app.MapGet("/api/resources", context => context.WriteAsync(application.Resources(), DashboardJson.Default.IReadOnlyListResourceInfo));

        app.MapPost("/api/resources/{resource}/commands/{command}", async context =>
        {
            var (resource, command) = (Route(context, "resource"), Route(context, "command"));
            if (await application.ExecuteAsync(resource, command, context.RequestAborted) is { } outcome)
            {
                await context.WriteAsync(outcome, DashboardJson.Default.CommandOutcome);
            }
            else
            {
                await context.NotFoundAsync($"There is no command '{command}' of a resource '{resource}'.");
            }
        });

        app.MapGet("/api/console/{resource}", async context =>
        {
            if (application.Console(Route(context, "resource")) is { } lines)
            {
                await context.WriteAsync(lines, DashboardJson.Default.IReadOnlyListConsoleLine);
            }
            else
            {
                await context.NotFoundAsync($"There is no resource '{Route(context, "resource")}'.");
            }
        });

        // The last lines and then what comes; of all resources unless one is named.
        app.MapGet("/api/console", async context =>
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            var lines = application.WatchConsoleAsync(context.Request.Text("resource"), end.Token);
            await context.StreamAsync(lines, DashboardJson.Default.IReadOnlyListConsoleLine, end.Token);
        });
    }

    private static string Route(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;
}
