namespace LocalAspire.Dashboard.Telemetry;

/// <summary>The newest log entries, within a number and a size.</summary>
internal sealed class LogBuffer(int maxCount, long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly Queue<LogEntry> _entries = [];
    private long _bytes;
    private long _received;

    public BufferState State
    {
        get
        {
            lock (_lock)
            {
                return new(_entries.Count, _bytes, _received, _received - _entries.Count);
            }
        }
    }

    public void Add(IReadOnlyList<LogEntry> entries)
    {
        lock (_lock)
        {
            foreach (var entry in entries)
            {
                entry.Number = ++_received;
                _entries.Enqueue(entry);
                _bytes += entry.Bytes();
                while (_entries.Count > 1 && (_entries.Count > maxCount || _bytes > maxBytes))
                {
                    _bytes -= _entries.Dequeue().Bytes();
                }
            }
        }
    }

    /// <summary>All entries, oldest first. A copy: whoever looks through it holds nobody up.</summary>
    public LogEntry[] ToArray()
    {
        lock (_lock)
        {
            return [.. _entries];
        }
    }
}

/// <summary>How full a buffer is.</summary>
/// <param name="Count">Items kept.</param>
/// <param name="Bytes">About how much memory they take.</param>
/// <param name="Received">Items since the start.</param>
/// <param name="Dropped">Items that had to make room.</param>
internal sealed record BufferState(long Count, long Bytes, long Received, long Dropped);
