using System.Text;

namespace LocalAspire.Dashboard.Telemetry;

/// <summary>The last quarter of an hour of every series, within a number of series and a size. What has not changed for longest goes first.</summary>
internal sealed class MetricBuffer(int maxSeries, long maxBytes)
{
    /// <summary>Finer than this nothing is kept; a sender that exports every second overwrites its last value.</summary>
    public static readonly TimeSpan Slot = TimeSpan.FromSeconds(2);

    /// <summary>How far back a series goes.</summary>
    public static readonly TimeSpan History = TimeSpan.FromMinutes(15);

    public static readonly long SlotNanoseconds = Slot.Ticks * TimeSpan.NanosecondsPerTick;

    private static readonly int MaxSamples = (int)(History / Slot);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Service, string Meter, string Name), Instrument> _instruments = [];
    private readonly LinkedList<Series> _byChange = [];
    private long _bytes;
    private long _received;
    private long _dropped;

    /// <summary>Counts series, but data points as received.</summary>
    public BufferState State
    {
        get
        {
            lock (_lock)
            {
                return new(_byChange.Count, _bytes, _received, _dropped);
            }
        }
    }

    public void Add(IReadOnlyList<MetricPoint> points)
    {
        lock (_lock)
        {
            foreach (var point in points)
            {
                Add(point);
            }
        }
    }

    /// <summary>What <paramref name="select"/> makes of the instruments.</summary>
    public T Read<T>(Func<IReadOnlyCollection<Instrument>, T> select)
    {
        lock (_lock)
        {
            return select(_instruments.Values);
        }
    }

    private void Add(MetricPoint point)
    {
        var id = (point.Resource.Name, point.Meter, point.Name);
        if (!_instruments.TryGetValue(id, out var instrument))
        {
            _instruments[id] = instrument = new(point.Resource.Name, point.Meter, point.Name);
        }

        instrument.Description = point.Description;
        instrument.Unit = point.Unit;
        instrument.Kind = point.Kind;

        var key = Key(point);
        if (instrument.Series.TryGetValue(key, out var node))
        {
            _byChange.Remove(node);
            _byChange.AddLast(node);
        }
        else
        {
            instrument.Series[key] = node = _byChange.AddLast(new Series(instrument, key, point.Resource, point.Attributes));
            _bytes += node.Value.Bytes;
        }

        _bytes -= node.Value.Bytes;
        node.Value.Add(point, MaxSamples);
        _bytes += node.Value.Bytes;
        _received++;
        while (_byChange.Count > 1 && (_byChange.Count > maxSeries || _bytes > maxBytes))
        {
            Remove(_byChange.First!);
        }
    }

    private void Remove(LinkedListNode<Series> node)
    {
        var series = node.Value;
        _bytes -= series.Bytes;
        _dropped++;
        _byChange.Remove(node);
        var instrument = series.Instrument;
        instrument.Series.Remove(series.Key);
        if (instrument.Series.Count == 0)
        {
            _instruments.Remove((instrument.Service, instrument.Meter, instrument.Name));
        }
    }

    private static string Key(MetricPoint point)
    {
        var key = new StringBuilder(point.Resource.Instance);
        foreach (var attribute in point.Attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
        {
            key.Append('\0').Append(attribute.Key).Append('\0').Append(attribute.Value);
        }

        return key.ToString();
    }
}
