using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using StackExchange.Redis;
using Todo.Api.Traffic;
using Todo.Tests.Servers;

namespace Todo.Tests.Traffic;

/// <summary>The script and the arithmetic around it, on a real Redis.</summary>
public sealed class SharedLimitsTests : IAsyncLifetime
{
    private readonly List<ConnectionMultiplexer> _connections = [];

    private IDatabase Redis => _connections[0].GetDatabase();

    public async Task InitializeAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            _connections.Add(await ConnectionMultiplexer.ConnectAsync((await TestServers.Redis).ConnectionString));
        }
    }

    public Task DisposeAsync()
    {
        _connections.ForEach(connection => connection.Dispose());
        return Task.CompletedTask;
    }

    [Fact]
    public void Whatever_comes_when_each_request_gets_what_a_bucket_of_tokens_would_give_and_no_span_of_time_more_than_burst_and_rate()
    {
        // Gaps from none to several intervals, so that debts both grow and end.
        var limited =
            from rate in Gen.Choose(1, 10_000)
            from per in Gen.Elements(RatePeriod.Second, RatePeriod.Minute)
            from burst in Gen.Choose(0, 6)
            from queue in Gen.Choose(0, 6)
            let policy = NewPolicy(rate, per, burst, queue)
            from gaps in Gen.Choose(0, 25).Select(tenths => policy.Interval * tenths / 10).ArrayOf(40)
            select (policy, gaps);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(60),
            Prop.ForAll(limited.ToArbitrary(), of => KeepsToAsync(of.policy, of.gaps).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task Two_replicas_share_one_limit()
    {
        var limit = NewKey(NewPolicy(1, RatePeriod.Minute, burst: 9));
        var replicas = _connections.Select(connection => new SharedLimits(connection)).ToArray();
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => replicas[i % 2].ChargeAsync([limit])));
        answers.Count(answer => answer.IsAdmitted).ShouldBe(10);
        answers.Where(answer => answer.IsAdmitted).Select(answer => limit.Policy.Remaining(answer.Debts[0])).Order().ShouldBe(Enumerable.Range(0, 10).Select(i => (long)i));
    }

    [Fact]
    public async Task One_policy_that_refuses_leaves_the_others_uncharged()
    {
        var (wide, narrow) = (NewKey(NewPolicy(1, RatePeriod.Minute, burst: 9)), NewKey(NewPolicy(1, RatePeriod.Minute, burst: 0)));
        var limits = new SharedLimits(_connections[0]);
        (await limits.ChargeAsync([wide, narrow])).IsAdmitted.ShouldBeTrue();
        for (var i = 0; i < 20; i++)
        {
            var (isAdmitted, debts) = await limits.ChargeAsync([wide, narrow]);
            isAdmitted.ShouldBeFalse();
            wide.Policy.Remaining(debts[0]).ShouldBe(9);
            wide.Policy.Refused(debts[0]).ShouldBeLessThanOrEqualTo(TimeSpan.Zero);
            narrow.Policy.Refused(debts[1]).ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task In_the_queue_each_waits_one_interval_longer_than_the_one_before()
    {
        var limit = NewKey(NewPolicy(10, RatePeriod.Second, burst: 2, queue: 5));
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 8; i++)
        {
            // At one moment, as far as the script is concerned.
            var (isAdmitted, debts) = await ChargeAtAsync(1_000_000_000, limit);
            isAdmitted.ShouldBeTrue();
            waits.Add(limit.Policy.Wait(debts[0]));
        }

        waits.Select(wait => wait.TotalMilliseconds).ShouldBe([0, 0, 0, 100, 200, 300, 400, 500]);
        (await ChargeAtAsync(1_000_000_000, limit)).IsAdmitted.ShouldBeFalse();
    }

    [Fact]
    public async Task Debts_are_by_the_clock_of_Redis_and_end_with_their_key()
    {
        var limit = NewKey(NewPolicy(1, RatePeriod.Minute, burst: 3));
        var before = await NowAsync();
        await new SharedLimits(_connections[0]).ChargeAsync([limit]);
        var after = await NowAsync();
        var end = long.Parse((await Redis.StringGetAsync(limit.Key)).ToString(), CultureInfo.InvariantCulture);
        end.ShouldBeInRange(before + limit.Policy.Interval, after + limit.Policy.Interval);
        var left = await Redis.KeyTimeToLiveAsync(limit.Key);
        left!.Value.ShouldBeInRange(TimeSpan.FromTicks(1), TimeSpan.FromMicroseconds(limit.Policy.Interval) + TimeSpan.FromMilliseconds(2));
    }

    [Fact]
    public async Task A_clock_set_back_or_a_stricter_policy_locks_nobody_out_for_longer_than_the_policy_can()
    {
        var limit = NewKey(NewPolicy(10, RatePeriod.Second, burst: 4));
        await Redis.StringSetAsync(limit.Key, (await NowAsync() + 3_600_000_000).ToString(CultureInfo.InvariantCulture));
        var (isAdmitted, debts) = await new SharedLimits(_connections[0]).ChargeAsync([limit]);
        isAdmitted.ShouldBeFalse();
        limit.Policy.Refused(debts[0]).ShouldBe(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task A_Redis_that_has_lost_its_scripts_gets_them_again()
    {
        var limits = new SharedLimits(_connections[0]);
        await limits.ChargeAsync([NewKey(NewPolicy(1, RatePeriod.Second, 0))]);
        await Redis.ScriptEvaluateAsync("return redis.call('PING')");
        await Redis.ExecuteAsync("SCRIPT", "FLUSH");
        (await limits.ChargeAsync([NewKey(NewPolicy(1, RatePeriod.Second, 0))])).IsAdmitted.ShouldBeTrue();
    }

    private async Task KeepsToAsync(LimitPolicy policy, long[] gaps)
    {
        var limit = NewKey(policy);
        var (now, tokens) = (1_000_000_000L, policy.Quota * policy.Interval);
        var starts = new List<long>();
        foreach (var gap in gaps)
        {
            now += gap;
            tokens = Math.Min(policy.Quota * policy.Interval, tokens + gap);
            var isDue = tokens >= policy.Interval;
            var (isAdmitted, debts) = await ChargeAtAsync(now, limit);
            isAdmitted.ShouldBe(isDue);
            if (isAdmitted)
            {
                tokens -= policy.Interval;
                starts.Add(now + (policy.Wait(debts[0]).Ticks / TimeSpan.TicksPerMicrosecond));
                policy.Wait(debts[0]).ShouldBeLessThanOrEqualTo(policy.LongestWait);
            }
            else
            {
                policy.Refused(debts[0]).Ticks.ShouldBe((policy.Interval - tokens) * TimeSpan.TicksPerMicrosecond);
            }

            policy.Remaining(debts[0]).ShouldBe(tokens / policy.Interval);
        }

        starts.ShouldBe(starts.Order());
        for (var first = 0; first < starts.Count; first++)
        {
            for (var last = first; last < starts.Count; last++)
            {
                ((long)(last - first + 1)).ShouldBeLessThanOrEqualTo(1 + policy.Options.Burst + ((starts[last] - starts[first]) / policy.Interval));
            }
        }
    }

    // The script itself, with the test's clock in place of Redis's, and keys that outlive the test's idea of time.
    private async Task<(bool IsAdmitted, long[] Debts)> ChargeAtAsync(long now, LimitKey limit)
    {
        var script = Replace(Replace(SharedLimits.Script, "redis.call('TIME')", "{0, ARGV[#ARGV]}"), "math.ceil(debt / 1000) + 1", "60000");
        var answer = (long[])(await Redis.ScriptEvaluateAsync(script, [limit.Key], [limit.Policy.Interval, limit.Policy.Tolerance, now]))!;
        return (answer[0] == 1, answer[1..]);
    }

    private static string Replace(string script, string part, string by)
    {
        script.ShouldContain(part);
        return script.Replace(part, by, StringComparison.Ordinal);
    }

    private async Task<long> NowAsync() => (long)await Redis.ScriptEvaluateAsync("local time = redis.call('TIME') return time[1] * 1000000 + time[2]");

    private static LimitPolicy NewPolicy(int rate, RatePeriod per, int burst, int queue = 0) =>
        new("test", new PolicyOptions { Partition = PartitionKind.Address, Rate = rate, Per = per, Burst = burst, Queue = queue });

    private static LimitKey NewKey(LimitPolicy policy) => new(policy, "test:limit:" + Guid.NewGuid().ToString("N"));
}
