using System.Collections.Concurrent;

namespace LocalAspire.Dashboard.Telemetry;

/// <summary>Keeps one copy of the names that come again and again: of attributes, spans, meters.</summary>
internal static class Names
{
    // A sender that puts numbers into names must not fill the memory with them.
    private const int Most = 4096;
    private const int Longest = 128;

    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    // The dictionary's own Count takes all its locks.
    private static int _count;

    public static string Shared(string name)
    {
        if (Known.TryGetValue(name, out var known))
        {
            return known;
        }

        if (name.Length <= Longest && Volatile.Read(ref _count) < Most && Known.TryAdd(name, name))
        {
            Interlocked.Increment(ref _count);
        }

        return name;
    }
}
