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
    internal static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("todo.migration.duration", "s", "Time that one tenant's migration takes");
}
