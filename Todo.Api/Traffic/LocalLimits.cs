using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace Todo.Api.Traffic;

/// <summary>The same policies for this process alone, as token buckets, for while Redis is away. What other replicas admit is not counted.</summary>
internal sealed class LocalLimits(TrafficMetrics metrics) : IDisposable
{
    private readonly ConcurrentDictionary<LimitPolicy, PartitionedRateLimiter<string>> _buckets = new();

    /// <summary>Returns once the request may go on, having waited for its turn, or is refused.</summary>
    /// <remarks>Unlike in Redis, the policies are asked one after the other: those before the one that refuses have been charged.</remarks>
    public async ValueTask<LimitDecision> AcquireAsync(IReadOnlyList<LimitKey> limits, CancellationToken cancellationToken)
    {
        var states = new LimitState[limits.Count];
        for (var i = 0; i < states.Length; i++)
        {
            var (policy, key) = limits[i];
            var bucket = _buckets.GetOrAdd(policy, static policy => Create(policy));
            var turn = bucket.AcquireAsync(key, 1, cancellationToken);
            if (!turn.IsCompleted)
            {
                metrics.Delayed(policy);
            }

            using var lease = await turn;
            var seconds = (long)Math.Ceiling(TimeSpan.FromMicroseconds(policy.Interval).TotalSeconds);
            states[i] = new LimitState(policy, Remaining(bucket, policy, key), seconds);
            if (!lease.IsAcquired)
            {
                return new LimitDecision(
                    [states[i]], [policy], lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter) ? retryAfter : TimeSpan.FromMicroseconds(policy.Interval));
            }
        }

        return new LimitDecision(states, [], TimeSpan.Zero);
    }

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values)
        {
            bucket.Dispose();
        }
    }

    private static long Remaining(PartitionedRateLimiter<string> bucket, LimitPolicy policy, string key) =>
        bucket.GetStatistics(key) is { } statistics ? statistics.CurrentAvailablePermits + policy.Options.Queue - statistics.CurrentQueuedCount : 0;

    private static PartitionedRateLimiter<string> Create(LimitPolicy policy) => PartitionedRateLimiter.Create<string, string>(key =>
        RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = 1 + policy.Options.Burst,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMicroseconds(policy.Interval),
            QueueLimit = policy.Options.Queue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        }));
}
