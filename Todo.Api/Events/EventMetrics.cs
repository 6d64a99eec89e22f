using System.Diagnostics.Metrics;
using Todo.Api.Measuring;

namespace Todo.Api.Events;

/// <summary>How many listen to events, and how late they are told.</summary>
internal sealed class EventMetrics
{
    private readonly Meter _meter;
    private readonly Histogram<double> _delay;
    private readonly Counter<long> _dropped;

    public EventMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Todo.Api");
        _delay = _meter.CreateHistogram("todo.events.delay", "s", "Time from when something happened until it was handed to those who listen.", tags: null, Buckets.OfRequests);
        _dropped = _meter.CreateCounter<long>("todo.events.dropped", "{stream}", "Streams that were cut because they were read too slowly.");
    }

    public void Observe(Func<int> streams) => _meter.CreateObservableGauge("todo.events.streams", () => streams(), "{stream}", "Streams of events that are open.");

    public void Told(TimeSpan delay) => _delay.Record(Math.Max(0, delay.TotalSeconds));

    public void Dropped() => _dropped.Add(1);
}
