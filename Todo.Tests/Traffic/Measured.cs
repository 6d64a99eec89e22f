using System.Diagnostics.Metrics;
using Todo.Tests.Api;

namespace Todo.Tests.Traffic;

/// <summary>What one application measures with one instrument from now on.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<(long Value, string? Policy)> _values = [];

    public Measured(ApiHost api, string instrument)
    {
        var meters = api.Service<IMeterFactory>();
        _listener.InstrumentPublished = (published, self) =>
        {
            if (published.Name == instrument && ReferenceEquals(published.Meter.Scope, meters))
            {
                self.EnableMeasurementEvents(published);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Add(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, _) => Add(value, tags));
        _listener.Start();
    }

    /// <summary>The last value of an instrument that is asked.</summary>
    public long Now()
    {
        _listener.RecordObservableInstruments();
        lock (_values)
        {
            return _values[^1].Value;
        }
    }

    /// <summary>How much was counted for each policy.</summary>
    public IReadOnlyDictionary<string, long> ByPolicy()
    {
        lock (_values)
        {
            return _values.GroupBy(value => value.Policy!).ToDictionary(values => values.Key, values => values.Sum(value => value.Value));
        }
    }

    /// <summary>How much was counted for one policy.</summary>
    public long Of(string policy) => ByPolicy().GetValueOrDefault(policy);

    public void Dispose() => _listener.Dispose();

    private void Add(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_values)
        {
            _values.Add((value, tags.Length == 0 ? null : tags[0].Value as string));
        }
    }
}
