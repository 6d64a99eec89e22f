using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using Todo.AppHost.Embedded;
using Todo.ServiceDefaults;

using Todo.Tests.Servers;

namespace Todo.Tests.ServiceDefaults;

public sealed class TodoCacheTests : IAsyncLifetime
{
    private EmbeddedServer _redis = null!;

    public async Task InitializeAsync() => _redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway);

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    [Fact]
    public async Task A_subscription_outlives_a_restart_of_Redis()
    {
        using var host = await StartAsync(",connectTimeout=60000");
        var redis = host.Services.GetRequiredService<IConnectionMultiplexer>();
        var news = new RedisChannel("news", RedisChannel.PatternMode.Literal);
        var heard = new ConcurrentQueue<string>();
        await redis.GetSubscriber().SubscribeAsync(news, (_, text) => heard.Enqueue(text.ToString()));
        await HearAsync("before");

        await _redis.KillAsync();
        await _redis.StartAgainAsync();

        await HearAsync("after");

        Task HearAsync(string text) => Eventually.TrueAsync(async () =>
        {
            await redis.GetSubscriber().PublishAsync(news, text);
            return heard.Contains(text);
        });
    }

    [Fact]
    public async Task A_call_while_Redis_is_down_fails_instead_of_waiting()
    {
        using var host = await StartAsync();
        var redis = host.Services.GetRequiredService<IConnectionMultiplexer>();
        await _redis.KillAsync();
        await Eventually.TrueAsync(() => Task.FromResult(!redis.IsConnected));

        await Should.ThrowAsync<RedisConnectionException>(() => redis.GetDatabase().StringGetAsync("anything").WaitAsync(Eventually.Patience));
    }

    [Fact]
    public async Task The_connection_string_has_the_last_word_on_timeouts()
    {
        using var host = await StartAsync(",connectTimeout=3210,syncTimeout=4321");

        var configuration = host.Services.GetRequiredService<IConnectionMultiplexer>().Configuration;
        configuration.ShouldContain("connectTimeout=3210");
        configuration.ShouldContain("syncTimeout=4321");
    }

    private async Task<IHost> StartAsync(string more = "")
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:cache", _redis.ConnectionString + more)]);
        builder.AddTodoCache();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
