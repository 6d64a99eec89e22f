using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Todo.Tenancy.Fleet;

/// <summary>What the engine tells about itself: a span for each run, wave and tenant, and how many tenants met which end.</summary>
public static class FleetTelemetry
{
    /// <summary>The activity source of runs, waves, tenants and provisioning.</summary>
    public static readonly ActivitySource ActivitySource = new("Todo.Tenancy");

    private static readonly Meter Meter = new("Todo.Tenancy");

    /// <summary>Tenants that a run has dealt with, by <c>outcome</c>.</summary>
    internal static readonly Counter<long> Tenants = Meter.CreateCounter<long>("todo.migration.tenants", "{tenant}", "Tenants that migration runs have dealt with");

    /// <summary>How long the transaction of one tenant takes.</summary>
    internal static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "todo.migration.duration", "s", "Time that one tenant's migration takes", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 1800] });

    /// <summary>Begins the span of something that happens seldom and is wanted whole: it is sent whatever share of the traces is, unless none is.</summary>
    /// <param name="name">The span's name.</param>
    /// <param name="cause">The span that led to it in another trace; null: none.</param>
    public static Activity? StartWhole(string name, ActivityContext? cause = null)
    {
        var activity = ActivitySource.StartActivity(name, ActivityKind.Internal, parentContext: default, links: cause is { } link ? [new ActivityLink(link)] : null);
        if (activity is { IsAllDataRequested: true, Parent: null })
        {
            activity.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
        }

        return activity;
    }
}
