using System.Collections.Concurrent;

namespace Todo.Api.Traffic;

/// <summary>
/// Chooses the tenants that measurements name: those with the most requests. All others are <see cref="Other"/> together. The choice is bounded and
/// steady: a tenant keeps its name until another has had twice as many requests for some minutes, and in a process's life at most
/// <see cref="ChangesFor"/> times as many are named as at once.
/// </summary>
/// <param name="most">How many are named at once.</param>
/// <param name="clock">The time.</param>
public sealed class TopTenants(int most, TimeProvider clock)
{
    /// <summary>Stands for every tenant that is not named.</summary>
    public const string Other = "other";

    /// <summary>Every name that was ever given is a series of measurements until the process ends.</summary>
    public const int ChangesFor = 5;

    /// <summary>Tenants that are counted, in order to choose among them.</summary>
    public const int MostCounted = 10_000;

    // Less than this is no reason to change.
    private const double LeastDifference = 20;

    /// <summary>How often the choice is thought over. A score is half forgotten each time.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, Count> _counts = new();
    private readonly Lock _lock = new();
    private long _next = clock.GetTimestamp() + (long)(Window.TotalSeconds * clock.TimestampFrequency);
    private int _counted;
    private int _named;
    private int _everNamed;

    /// <summary>Counts a request, and says under which name to measure it.</summary>
    public string NameOf(Guid tenant)
    {
        if (!_counts.TryGetValue(tenant, out var count))
        {
            if (Volatile.Read(ref _counted) >= MostCounted)
            {
                ThinkOver();
                return Other;
            }

            count = Add(tenant);
        }

        Interlocked.Increment(ref count.Recent);
        ThinkOver();
        return count.Name;
    }

    private Count Add(Guid tenant)
    {
        lock (_lock)
        {
            if (_counts.TryGetValue(tenant, out var there))
            {
                return there;
            }

            var count = new Count();
            if (_named < most && _everNamed < most * ChangesFor)
            {
                Name(tenant, count);
            }

            _counts[tenant] = count;
            _counted++;
            return count;
        }
    }

    private void ThinkOver()
    {
        if (clock.GetTimestamp() < Volatile.Read(ref _next) || !_lock.TryEnter())
        {
            return;
        }

        try
        {
            Volatile.Write(ref _next, clock.GetTimestamp() + (long)(Window.TotalSeconds * clock.TimestampFrequency));
            foreach (var (tenant, count) in _counts)
            {
                count.Score = (count.Score / 2) + Interlocked.Exchange(ref count.Recent, 0);
                if (count.Score < 1 && !count.IsNamed && _counts.TryRemove(tenant, out _))
                {
                    _counted--;
                }
            }

            Exchange();
        }
        finally
        {
            _lock.Exit();
        }
    }

    private void Exchange()
    {
        var named = new Queue<Count>(_counts.Values.Where(count => count.IsNamed).OrderBy(count => count.Score));
        foreach (var (tenant, count) in _counts.Where(pair => !pair.Value.IsNamed).OrderByDescending(pair => pair.Value.Score).Take(most))
        {
            if (_everNamed >= most * ChangesFor || !named.TryDequeue(out var least) || count.Score < (2 * least.Score) + LeastDifference)
            {
                return;
            }

            least.Name = Other;
            _named--;
            Name(tenant, count);
        }
    }

    private void Name(Guid tenant, Count count)
    {
        count.Name = tenant.ToString();
        _named++;
        _everNamed++;
    }

    private sealed class Count
    {
        public long Recent;
        private volatile string _name = Other;

        public double Score { get; set; }

        public string Name
        {
            get => _name;
            set => _name = value;
        }

        public bool IsNamed => !ReferenceEquals(_name, Other);
    }
}
