namespace LocalAspire.Dashboard.Telemetry;

/// <summary>A trace as far as its spans have come.</summary>
internal sealed class Trace(UInt128 id)
{
    public UInt128 Id => id;

    /// <summary>In the order of arrival.</summary>
    public Queue<Span> Spans { get; } = [];

    public long Start { get; set; } = long.MaxValue;

    public long End { get; set; }

    public int Errors { get; set; }

    /// <summary>Spans that had to make room.</summary>
    public int Dropped { get; set; }

    /// <summary>The span without a parent, or until it comes the one that began first.</summary>
    public Span? First { get; set; }

    public Dictionary<string, int> Resources { get; } = [];
}

/// <summary>
/// The traces that changed last, within a number of spans and a size. What has not changed for longest goes first, and goes whole,
/// as half a trace misleads; only a trace that is too long by itself loses its oldest spans.
/// </summary>
internal sealed class TraceBuffer(int maxSpans, int maxSpansOfTrace, long maxBytes)
{
    // A trace itself, with its queue, its counts and its place in the list.
    private const int BytesOfTrace = 600;

    private const int MaxResources = 500;

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, LinkedListNode<Trace>> _traces = [];
    private readonly LinkedList<Trace> _byChange = [];
    private readonly SortedSet<string> _resources = new(StringComparer.Ordinal);
    private long _bytes;
    private long _spans;
    private long _received;

    public BufferState State
    {
        get
        {
            lock (_lock)
            {
                return new(_spans, _bytes, _received, _received - _spans);
            }
        }
    }

    /// <summary>Everybody who has sent spans, dropped ones included.</summary>
    public string[] Resources
    {
        get
        {
            lock (_lock)
            {
                return [.. _resources];
            }
        }
    }

    public void Add(IReadOnlyList<Span> spans)
    {
        lock (_lock)
        {
            foreach (var span in spans)
            {
                Add(span);
            }
        }
    }

    /// <summary>
    /// What <paramref name="select"/> makes of each trace that it likes, those that changed last first. It must keep nothing of the trace
    /// itself, which goes on changing.
    /// </summary>
    public List<T> Select<T>(Func<Trace, T?> select, int limit)
        where T : class
    {
        var found = new List<T>();
        lock (_lock)
        {
            for (var node = _byChange.Last; node is not null && found.Count < limit; node = node.Previous)
            {
                if (select(node.Value) is { } item)
                {
                    found.Add(item);
                }
            }
        }

        return found;
    }

    /// <summary>The spans of a trace and how many it has lost; null if nothing of it is here.</summary>
    public (Span[] Spans, int Dropped)? Find(UInt128 id)
    {
        lock (_lock)
        {
            return _traces.TryGetValue(id, out var node) ? ([.. node.Value.Spans], node.Value.Dropped) : null;
        }
    }

    private void Add(Span span)
    {
        if (_traces.TryGetValue(span.TraceId, out var node))
        {
            _byChange.Remove(node);
            _byChange.AddLast(node);
        }
        else
        {
            _traces[span.TraceId] = node = _byChange.AddLast(new Trace(span.TraceId));
            _bytes += BytesOfTrace;
        }

        var trace = node.Value;
        trace.Spans.Enqueue(span);
        trace.Start = Math.Min(trace.Start, span.Start);
        trace.End = Math.Max(trace.End, span.End);
        trace.Errors += span.IsError ? 1 : 0;
        if (_resources.Count < MaxResources)
        {
            _resources.Add(span.Resource.Name);
        }

        trace.Resources[span.Resource.Name] = trace.Resources.GetValueOrDefault(span.Resource.Name) + 1;
        if (trace.First is not { } first || span.ParentId == 0 || (first.ParentId != 0 && span.Start < first.Start))
        {
            trace.First = span;
        }

        _received++;
        _spans++;
        _bytes += span.Bytes();
        if (trace.Spans.Count > maxSpansOfTrace)
        {
            RemoveOldest(trace);
        }

        while (_spans > maxSpans || _bytes > maxBytes)
        {
            if (_byChange.First!.Value == trace)
            {
                // Nothing else is left to make room.
                if (trace.Spans.Count == 1)
                {
                    break;
                }

                RemoveOldest(trace);
                continue;
            }

            RemoveTrace(_byChange.First);
        }
    }

    // Its name, times and counts remain: they are true of the whole trace.
    private void RemoveOldest(Trace trace)
    {
        _bytes -= trace.Spans.Dequeue().Bytes();
        _spans--;
        trace.Dropped++;
    }

    private void RemoveTrace(LinkedListNode<Trace> node)
    {
        foreach (var span in node.Value.Spans)
        {
            _bytes -= span.Bytes();
        }

        _bytes -= BytesOfTrace;
        _spans -= node.Value.Spans.Count;
        _byChange.Remove(node);
        _traces.Remove(node.Value.Id);
    }
}
