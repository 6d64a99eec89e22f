using StackExchange.Redis;

namespace Todo.Api.Traffic;

/// <summary>
/// The debts of all partitions in Redis, where every replica finds the same ones. One script asks all policies of a request by Redis's own clock,
/// and charges all of them or, if one refuses, none.
/// </summary>
/// <remarks>For one Redis (and its replicas): a Redis Cluster would want all keys of a script in one slot, and a request's partitions have no part in common.</remarks>
public sealed class SharedLimits(IConnectionMultiplexer redis)
{
    /// <summary>
    /// Keys: the partitions. Arguments: of each its interval and its tolerance. Answer: 1 if admitted, else 0; then of each the debt, this request's included if it
    /// was admitted. All in microseconds.
    /// </summary>
    /// <remarks>
    /// What is stored is when the debt ends. No debt can be more than tolerance and interval together: one that is was made before Redis's clock was set back, or
    /// before the policy became stricter, and is cut to that. A key expires with its debt.
    /// </remarks>
    public const string Script =
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local ends = redis.call('MGET', unpack(KEYS))
        local answer = {1}
        for i = 1, #KEYS do
          local interval, tolerance = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
          local debt = math.max(0, (tonumber(ends[i]) or now) - now)
          debt = math.min(debt, tolerance + interval)
          if debt > tolerance then answer[1] = 0 end
          answer[i + 1] = debt
        end
        if answer[1] == 1 then
          for i = 1, #KEYS do
            local debt = answer[i + 1] + tonumber(ARGV[2 * i - 1])
            redis.call('SET', KEYS[i], string.format('%.0f', now + debt), 'PX', math.ceil(debt / 1000) + 1)
            answer[i + 1] = debt
          end
        end
        return answer
        """;

    /// <summary>Asks all policies at once.</summary>
    /// <returns>Whether the request is admitted, and each partition's debt in microseconds.</returns>
    /// <exception cref="RedisException">Redis is away, or full.</exception>
    public async Task<(bool IsAdmitted, long[] Debts)> ChargeAsync(IReadOnlyList<LimitKey> limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var keys = new RedisKey[limits.Count];
        var arguments = new RedisValue[2 * limits.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = limits[i].Key;
            arguments[2 * i] = limits[i].Policy.Interval;
            arguments[(2 * i) + 1] = limits[i].Policy.Tolerance;
        }

        var answer = (long[])(await EvaluateAsync(keys, arguments))!;
        return (answer[0] == 1, answer[1..]);
    }

    private async Task<RedisResult> EvaluateAsync(RedisKey[] keys, RedisValue[] arguments)
    {
        var database = redis.GetDatabase();
        try
        {
            return await database.ScriptEvaluateAsync(Script, keys, arguments);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // Redis was restarted behind the client's back; it now knows, and sends the script along.
            return await database.ScriptEvaluateAsync(Script, keys, arguments);
        }
    }
}
