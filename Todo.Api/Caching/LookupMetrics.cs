using System.Diagnostics.Metrics;
using Todo.Api.Measuring;

namespace Todo.Api.Caching;

/// <summary>What is measured of look-ups. Nothing in here says whose they were.</summary>
internal sealed class LookupMetrics
{
    private static readonly KeyValuePair<string, object?> Memory = new("place", "memory");
    private static readonly KeyValuePair<string, object?> Redis = new("place", "redis");
    private static readonly KeyValuePair<string, object?> Database = new("place", "database");

    private readonly Counter<long> _hits;
    private readonly Counter<long> _misses;
    private readonly Counter<long> _invalidations;
    private readonly Histogram<double> _duration;

    public LookupMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Todo.Api");
        _hits = meter.CreateCounter<long>("todo.lookups.hits", "{lookup}", "Look-ups that memory or Redis answered.");
        _misses = meter.CreateCounter<long>("todo.lookups.misses", "{lookup}", "Look-ups that the database had to answer.");
        _invalidations = meter.CreateCounter<long>("todo.lookups.invalidations", "{entry}", "Entries forgotten because what they tell has changed, here or by another replica's message.");
        _duration = meter.CreateHistogram("todo.lookups.duration", "s", "How long Redis or the database took for a look-up.", tags: null, Buckets.OfCalls);
    }

    public void FoundInMemory() => _hits.Add(1, Memory);

    public void FoundInRedis() => _hits.Add(1, Redis);

    public void Missed() => _misses.Add(1);

    public void Invalidated() => _invalidations.Add(1);

    public void RedisTook(TimeSpan duration) => _duration.Record(duration.TotalSeconds, Redis);

    public void DatabaseTook(TimeSpan duration) => _duration.Record(duration.TotalSeconds, Database);
}
