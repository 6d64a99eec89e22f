using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Trace;

namespace Todo.ServiceDefaults;

/// <summary>
/// Decides at a trace's beginning in this process whether it is sent, as <c>OTEL_TRACES_SAMPLER</c> and <c>OTEL_TRACES_SAMPLER_ARG</c> say. What is
/// not chosen is recorded all the same, for <see cref="TraceKeeper"/> to send it if it turns out slow or failed.
/// </summary>
/// <remarks>A statement or a command to a server that no request, run or mail has caused, such as a look every second whether there is work, begins no trace.</remarks>
internal sealed class TraceSampler(Sampler chosen) : Sampler
{
    // HttpClient's: whoever is called goes by what is decided here.
    private const string HttpCall = "System.Net.Http.HttpRequestOut";

    private static readonly SamplingResult Dropped = new(SamplingDecision.Drop);
    private static readonly SamplingResult Recorded = new(SamplingDecision.RecordOnly);
    private static readonly SamplingResult Sent = new(SamplingDecision.RecordAndSample);

    /// <summary>The sampler that the configuration names (OpenTelemetry's environment variables, "General SDK configuration"); all is sent if it names none, or one that is unknown.</summary>
    public static Sampler Create(IConfiguration configuration)
    {
        var name = configuration["OTEL_TRACES_SAMPLER"]?.Trim().ToLowerInvariant();
        return name switch
        {
            // Off is off: nothing is recorded, so nothing can be kept.
            "always_off" => new AlwaysOffSampler(),
            "parentbased_always_off" => new ParentBasedSampler(new AlwaysOffSampler()),
            "always_on" => new TraceSampler(new AlwaysOnSampler()),
            "traceidratio" => new TraceSampler(new TraceIdRatioBasedSampler(Ratio(configuration))),
            "parentbased_traceidratio" => new TraceSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(Ratio(configuration)))),
            _ => new TraceSampler(new ParentBasedSampler(new AlwaysOnSampler())),
        };
    }

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        if (parent.TraceId == default)
        {
            return samplingParameters is { Kind: ActivityKind.Client, Name: not HttpCall } ? Dropped : Choose(samplingParameters);
        }

        // Within this process everything goes with its beginning.
        return parent.IsRemote ? Choose(samplingParameters) : (parent.TraceFlags & ActivityTraceFlags.Recorded) != 0 ? Sent : Recorded;
    }

    private SamplingResult Choose(in SamplingParameters parameters) => chosen.ShouldSample(parameters).Decision == SamplingDecision.RecordAndSample ? Sent : Recorded;

    private static double Ratio(IConfiguration configuration) =>
        double.TryParse(configuration["OTEL_TRACES_SAMPLER_ARG"], NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1 ? ratio : 1;
}
