using System.Runtime.CompilerServices;
using LocalAspire.Dashboard.Application;
using LocalAspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace LocalAspire.Dashboard.Api;

/// <summary>Tells pages when to look again, and everybody how full the buffers are.</summary>
internal static class LiveEndpoints
{
    // Under a flood everything changes all the time; people cannot read faster than this.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(700);

    public static void MapLive(this IEndpointRouteBuilder app, IApplication application, TelemetryStore store, CancellationToken stopping)
    {
        app.MapGet("/api/telemetry", context =>
            context.WriteAsync(new(store.Traces.State, store.Logs.State, store.Metrics.State), DashboardJson.Default.StateView));

        app.MapGet("/api/live", async context =>
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await context.StreamAsync(ChangesAsync(application, store, end.Token), DashboardJson.Default.Versions, end.Token);
        });
    }

    private static async IAsyncEnumerable<Versions> ChangesAsync(
        IApplication application, TelemetryStore store, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        Versions? told = null;
        do
        {
            var now = new Versions(application.Version, store.Logs.State.Received, store.Traces.State.Received, store.Metrics.State.Received);
            if (now != told)
            {
                yield return told = now;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
