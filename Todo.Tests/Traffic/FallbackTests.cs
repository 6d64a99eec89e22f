using System.Net;
using StackExchange.Redis;
using Todo.Tests.Api;
using Todo.Tests.Servers;

namespace Todo.Tests.Traffic;

public sealed class FallbackTests(TrafficHost api) : IClassFixture<TrafficHost>
{
    [Fact]
    public Task While_Redis_is_stopped_this_process_keeps_the_same_limits_alone_and_afterwards_they_are_shared_again() =>
        LimitsAloneAsync(api.Redis.StopAsync, () => api.Redis.StartAgainAsync());

    [Fact]
    public Task While_Redis_is_frozen_this_process_keeps_the_same_limits_alone_and_afterwards_they_are_shared_again() =>
        LimitsAloneAsync(() => api.SignalRedisAsync("-STOP"), () => api.SignalRedisAsync("-CONT"));

    [Fact]
    public Task While_Redis_is_full_this_process_keeps_the_same_limits_alone_and_afterwards_they_are_shared_again() =>
        LimitsAloneAsync(() => SetMaxMemoryAsync("1"), () => SetMaxMemoryAsync("0"));

    private async Task LimitsAloneAsync(Func<Task> takeAway, Func<Task> bringBack)
    {
        using var isLocal = new Measured(api, "todo.limits.local");
        using var before = await api.CreateTenantAsync();
        using var during = await api.CreateTenantAsync();
        (await TrafficHost.AcceptedAsync(before, TrafficHost.TenantQuota + 2)).ShouldBe(TrafficHost.TenantQuota);
        await takeAway();
        try
        {
            (await TrafficHost.AcceptedAsync(during, TrafficHost.TenantQuota + 2)).ShouldBe(TrafficHost.TenantQuota);
            using var refused = await during.GetAsync("/todos");
            await refused.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);
            refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
            refused.Headers.GetValues("RateLimit").Single().ShouldBe($"\"tenant\";r=0;t={refused.Headers.RetryAfter.Delta.Value.TotalSeconds}");
            isLocal.Now().ShouldBe(1);
        }
        finally
        {
            await bringBack();
        }

        using var after = await api.CreateTenantAsync();
        var key = $"todo:limit:1:tenant:{(await api.SchemaAsync(after.Slug)).TenantId:N}";
        await Eventually.TrueAsync(async () =>
        {
            // Whoever asks makes this process look for Redis; those that Redis counts, it counts anew.
            using var response = await after.GetAsync("/todos");
            return (await api.LimitKeysAsync()).Contains(key) && isLocal.Now() == 0;
        });
    }

    private async Task SetMaxMemoryAsync(string bytes)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(api.Redis.ConnectionString + ",allowAdmin=true");
        await redis.GetServer(redis.GetEndPoints().Single()).ConfigSetAsync("maxmemory", bytes);
    }
}
