using System.Diagnostics.Metrics;
using Todo.Api.Measuring;

namespace Todo.Api.Traffic;

/// <summary>What is measured of the limits. Policies are named in the configuration, so their number is small; who was limited is nowhere in here.</summary>
internal sealed class TrafficMetrics
{
    private const string PolicyTag = "policy";

    private readonly Counter<long> _rejections;
    private readonly Counter<long> _delays;
    private readonly Histogram<double> _duration;
    private int _isLocal;

    public TrafficMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Todo.Api");
        _rejections = meter.CreateCounter<long>("todo.limits.rejections", "{request}", "Requests that a policy refused.");
        _delays = meter.CreateCounter<long>("todo.limits.delays", "{request}", "Requests that a policy made wait for their turn.");
        _duration = meter.CreateHistogram("todo.limits.duration", "s", "How long Redis took to decide on a request.", tags: null, Buckets.OfCalls);
        meter.CreateObservableGauge("todo.limits.local", () => Volatile.Read(ref _isLocal), "{process}", "1 while Redis is away and this process limits alone.");
    }

    public bool IsLocal
    {
        set => Volatile.Write(ref _isLocal, value ? 1 : 0);
    }

    public void Rejected(string policy) => _rejections.Add(1, new KeyValuePair<string, object?>(PolicyTag, policy));

    public void Delayed(LimitPolicy policy) => Delayed(policy.Name);

    public void Delayed(string policy) => _delays.Add(1, new KeyValuePair<string, object?>(PolicyTag, policy));

    public void Decided(TimeSpan duration) => _duration.Record(duration.TotalSeconds);
}
