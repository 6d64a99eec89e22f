using LocalAspire.Dashboard.Telemetry;

namespace LocalAspire.Dashboard;

/// <summary>How the dashboard is to run.</summary>
internal sealed record DashboardOptions
{
    /// <summary>Where its pages are, on loopback.</summary>
    public required int Port { get; init; }

    /// <summary>Where telemetry comes in, on loopback.</summary>
    public required int OtlpPort { get; init; }

    /// <summary>What opens the pages.</summary>
    public required string Token { get; init; }

    /// <summary>What senders of telemetry have to know.</summary>
    public required string OtlpApiKey { get; init; }

    public TelemetryLimits Limits { get; init; } = new();
}
