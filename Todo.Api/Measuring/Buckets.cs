using System.Diagnostics.Metrics;

namespace Todo.Api.Measuring;

/// <summary>The bounds of histograms. Those that an SDK takes by itself are meant for milliseconds.</summary>
internal static class Buckets
{
    /// <summary>In seconds, for what takes from a tenth of a millisecond to seconds: a command to Redis, a statement.</summary>
    public static readonly InstrumentAdvice<double> OfCalls = new() { HistogramBucketBoundaries = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5] };

    /// <summary>In seconds, those of <c>http.server.request.duration</c> (OpenTelemetry's conventions for HTTP metrics).</summary>
    public static readonly InstrumentAdvice<double> OfRequests = new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] };

    /// <summary>In seconds, for what may wait for days.</summary>
    public static readonly InstrumentAdvice<double> OfWaits = new() { HistogramBucketBoundaries = [0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 21600, 86400, 259200] };
}
