using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using StackExchange.Redis;
using Todo.Api.Tracing;

namespace Todo.Api.Traffic;

/// <summary>
/// Decides whether a request may go on: by the debts that all replicas share in Redis, or by those of this process alone while Redis is away.
/// </summary>
internal sealed partial class RateLimits : IDisposable
{
    // After Redis failed to answer, it is asked again this often, beside the requests and not by them.
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    // Nobody's; a mere ping would be answered by a Redis that is full, too.
    private static readonly LimitKey[] Probe = [Partitions.Key(new LimitPolicy("probe", new PolicyOptions { Rate = 1 }), "nobody")];

    private const int MaxRefusalsInMemory = 50_000;

    private readonly SharedLimits _shared;
    private readonly LocalLimits _local;
    private readonly TrafficMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<RateLimits> _logger;
    private readonly TimeSpan _patience;
    private readonly MemoryCache _refusals = new(new MemoryCacheOptions { SizeLimit = MaxRefusalsInMemory });
    private int _isAway;
    private long _nextProbe;

    public RateLimits(SharedLimits shared, LocalLimits local, TrafficMetrics metrics, IOptions<TrafficOptions> options, TimeProvider clock, ILogger<RateLimits> logger)
    {
        (_shared, _local, _metrics, _clock, _logger) = (shared, local, metrics, clock, logger);
        _patience = options.Value.RedisPatience;
    }

    /// <summary>Returns once the request may go on, having waited for its turn if it had to, or is refused.</summary>
    /// <remarks>Whoever hangs up while waiting has used up that turn.</remarks>
    /// <exception cref="OperationCanceledException">The caller has hung up.</exception>
    public async ValueTask<LimitDecision> AcquireAsync(IReadOnlyList<LimitKey> limits, CancellationToken cancellationToken)
    {
        if (limits.Count == 0)
        {
            return LimitDecision.Free;
        }

        return Recall(limits)
            ?? Counted((IsAway() ? null : await AskSharedAsync(limits, cancellationToken)) ?? await _local.AcquireAsync(limits, cancellationToken));
    }

    /// <summary>The refusal of one of these partitions that has not ended yet: nothing but time lessens a debt, so Redis need not be asked before.</summary>
    public LimitDecision? Recall(IReadOnlyList<LimitKey> limits)
    {
        foreach (var (policy, key) in limits)
        {
            if (_refusals.TryGetValue(key, out long until) && _clock.GetElapsedTime(_clock.GetTimestamp(), until) is { Ticks: > 0 } left)
            {
                return Counted(new LimitDecision([new LimitState(policy, 0, Seconds(left))], [policy], left));
            }
        }

        return null;
    }

    public void Dispose() => _refusals.Dispose();

    private LimitDecision Counted(LimitDecision decision)
    {
        foreach (var policy in decision.RefusedBy)
        {
            _metrics.Rejected(policy.Name);
        }

        return decision;
    }

    // Null if Redis can't say.
    private async ValueTask<LimitDecision?> AskSharedAsync(IReadOnlyList<LimitKey> limits, CancellationToken cancellationToken)
    {
        var asked = _clock.GetTimestamp();
        bool isAdmitted;
        long[] debts;
        using (var span = ApiSpans.StartRedis("EVALSHA"))
        {
            try
            {
                // The client itself never gives up on a server that is connected and says nothing.
                (isAdmitted, debts) = await _shared.ChargeAsync(limits).WaitAsync(_patience, _clock, cancellationToken);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
            {
                span.Fail(exception);
                GoLocal(exception.GetType().Name);
                return null;
            }
        }

        _metrics.Decided(_clock.GetElapsedTime(asked));
        var states = new LimitState[debts.Length];
        for (var i = 0; i < states.Length; i++)
        {
            var policy = limits[i].Policy;
            states[i] = new LimitState(policy, policy.Remaining(debts[i]), policy.Reset(debts[i]));
        }

        if (!isAdmitted)
        {
            return Refuse(limits, debts, states, asked);
        }

        await WaitForTurnAsync(limits, debts, cancellationToken);
        return new LimitDecision(states, [], TimeSpan.Zero);
    }

    private LimitDecision Refuse(IReadOnlyList<LimitKey> limits, long[] debts, LimitState[] states, long asked)
    {
        var refusedBy = new List<LimitPolicy>(debts.Length);
        var longest = TimeSpan.Zero;
        for (var i = 0; i < debts.Length; i++)
        {
            var (policy, key) = limits[i];
            if (policy.Refused(debts[i]) is { Ticks: > 0 } refused)
            {
                refusedBy.Add(policy);
                longest = refused > longest ? refused : longest;
                _refusals.Set(key, asked + (long)(refused.TotalSeconds * _clock.TimestampFrequency), new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = refused, Size = 1 });
            }
        }

        return new LimitDecision(states, refusedBy, longest);
    }

    private async ValueTask WaitForTurnAsync(IReadOnlyList<LimitKey> limits, long[] debts, CancellationToken cancellationToken)
    {
        var (longest, by) = (TimeSpan.Zero, (LimitPolicy?)null);
        for (var i = 0; i < debts.Length; i++)
        {
            if (limits[i].Policy.Wait(debts[i]) is var wait && wait > longest)
            {
                (longest, by) = (wait, limits[i].Policy);
            }
        }

        if (by is not null)
        {
            _metrics.Delayed(by);

            using var wait = ApiSpans.StartWait(by.Name);

            // A timer counts whole milliseconds; rounded down it would let requests go on too early.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(longest.TotalMilliseconds)), _clock, cancellationToken);
        }
    }

    private bool IsAway()
    {
        if (Volatile.Read(ref _isAway) == 0)
        {
            return false;
        }

        var next = Volatile.Read(ref _nextProbe);
        if (_clock.GetTimestamp() >= next && Interlocked.CompareExchange(ref _nextProbe, ProbeAfter(), next) == next)
        {
            _ = ProbeAsync();
        }

        return true;
    }

    private void GoLocal(string reason)
    {
        Volatile.Write(ref _nextProbe, ProbeAfter());
        if (Interlocked.Exchange(ref _isAway, 1) == 0)
        {
            _metrics.IsLocal = true;
            LogAway(reason);
        }
    }

    private async Task ProbeAsync()
    {
        // It goes on beside the request that happened to come next.
        using var untraced = SuppressInstrumentationScope.Begin();
        try
        {
            await _shared.ChargeAsync(Probe).WaitAsync(_patience, _clock);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            return;
        }

        _metrics.IsLocal = false;
        Volatile.Write(ref _isAway, 0);
        LogBack();
    }

    private long ProbeAfter() => _clock.GetTimestamp() + (long)(ProbeInterval.TotalSeconds * _clock.TimestampFrequency);

    private static long Seconds(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis did not answer ({Reason}); until it does, this process limits rates alone")]
    private partial void LogAway(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis answers again; rates are limited together with the other replicas")]
    private partial void LogBack();
}
