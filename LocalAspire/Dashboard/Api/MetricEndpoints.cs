using LocalAspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace LocalAspire.Dashboard.Api;

/// <summary>An instrument and the values that its dimensions have taken.</summary>
/// <param name="Service">Who measures.</param>
/// <param name="Meter">Its meter.</param>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it measures.</param>
/// <param name="Unit">As UCUM writes it: s, By, {request}.</param>
/// <param name="Kind">Gauge, Counter, UpDownCounter or Histogram.</param>
/// <param name="Series">How many combinations of values there are.</param>
/// <param name="Dimensions">The values of each attribute.</param>
internal sealed record InstrumentView(
    string Service, string Meter, string Name, string Description, string Unit, string Kind, int Series, Dictionary<string, string[]> Dimensions);

/// <summary>Instruments and their course.</summary>
internal static class MetricEndpoints
{
    private const int MaxValues = 100;

    public static void MapMetrics(this IEndpointRouteBuilder app, MetricBuffer metrics, TimeProvider clock)
    {
        app.MapGet("/api/metrics", context =>
        {
            IReadOnlyList<InstrumentView> instruments = metrics.Read(all => all
                .OrderBy(one => one.Service, StringComparer.Ordinal).ThenBy(one => one.Meter, StringComparer.Ordinal).ThenBy(one => one.Name, StringComparer.Ordinal)
                .Select(View).ToArray());
            return context.WriteAsync(instruments, DashboardJson.Default.IReadOnlyListInstrumentView);
        });

        // service, meter, name: the instrument. minutes: how far back. by: the attribute to split by. attribute: key=value, to keep only some series.
        app.MapGet("/api/metrics/chart", async context =>
        {
            var request = context.Request;
            var minutes = request.Number("minutes", 5, 1, (int)MetricBuffer.History.TotalMinutes);
            var filter = AttributeFilter.Parse(request.Text("attribute"));
            var chart = metrics.Read(all => all
                .FirstOrDefault(one => one.Service == request.Text("service") && one.Meter == request.Text("meter") && one.Name == request.Text("name")) is { } instrument
                ? Chart.Of(instrument, clock.GetUtcNow(), TimeSpan.FromMinutes(minutes), request.Text("by"), filter)
                : null);
            if (chart is null)
            {
                await context.NotFoundAsync("There is no such instrument, or nothing has been heard of it for long.");
                return;
            }

            await context.WriteAsync(chart, DashboardJson.Default.ChartView);
        });
    }

    private static InstrumentView View(Instrument instrument)
    {
        var dimensions = instrument.Series.Values.SelectMany(node => node.Value.Attributes)
            .GroupBy(attribute => attribute.Key)
            .ToDictionary(group => group.Key, group => group.Select(attribute => attribute.Value).Distinct().Order(StringComparer.Ordinal).Take(MaxValues).ToArray());
        return new(
            instrument.Service, instrument.Meter, instrument.Name, instrument.Description, instrument.Unit, instrument.Kind.ToString(), instrument.Series.Count, dimensions);
    }
}
