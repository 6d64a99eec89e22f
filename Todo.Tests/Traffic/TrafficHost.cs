using System.Diagnostics;
using System.Net;
using StackExchange.Redis;
using Todo.AppHost.Embedded;
using Todo.Tests.Api;

namespace Todo.Tests.Traffic;

/// <summary>An API with narrow limits, and a Redis of its own that a test may stop, freeze and look into.</summary>
public class TrafficHost : ApiHost
{
    /// <summary>How many requests of a tenant are accepted at once; the next only after a minute.</summary>
    public const int TenantQuota = 5;

    /// <summary>Its Redis.</summary>
    public EmbeddedServer Redis { get; private set; } = null!;

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments =>
    [
        .. Limit("tenant", 1, Todo.Api.Traffic.RatePeriod.Minute, TenantQuota - 1),
        "--Logging:Console:LogLevel:Default=None",

        // One that is frozen is waited for again and again.
        "--Lookups:RedisPatience=00:00:00.5",
    ];

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        Redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway);
        await base.InitializeAsync();
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Redis.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override Task<string> CacheAsync() => Task.FromResult(Redis.ConnectionString);

    /// <summary>The keys of debts in Redis.</summary>
    public async Task<IReadOnlyList<string>> LimitKeysAsync()
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(Redis.ConnectionString);

        // Few enough for one question; the client's own way of asking gives up after a second.
        return (string[])(await redis.GetDatabase().ExecuteAsync("KEYS", "todo:limit:*"))!;
    }

    /// <summary>Stops the process of Redis where it is: its connections stay, and nothing answers. Or lets it go on.</summary>
    public async Task SignalRedisAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, Redis.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        kill.ExitCode.ShouldBe(0);
    }

    /// <summary>How many of some requests, one after the other, are accepted; the others must be 429.</summary>
    public static async Task<int> AcceptedAsync(HttpClient client, int requests)
    {
        var accepted = 0;
        for (var i = 0; i < requests; i++)
        {
            using var response = await client.GetAsync("/todos");
            accepted += response.IsSuccessStatusCode ? 1 : 0;
            response.StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.TooManyRequests);
        }

        return accepted;
    }
}
