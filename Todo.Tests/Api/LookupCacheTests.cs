using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Todo.Api.Caching;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

public sealed class LookupCacheTests : IAsyncLifetime
{
    private static readonly JsonTypeInfo<Entry> EntryJson = (JsonTypeInfo<Entry>)JsonSerializerOptions.Web.GetTypeInfo(typeof(Entry));

    private readonly string _key = Guid.NewGuid().ToString("N");
    private readonly List<IConnectionMultiplexer> _connections = [];
    private LookupCache _one = null!;
    private LookupCache _other = null!;

    public async Task InitializeAsync()
    {
        _one = await NewAsync();
        _other = await NewAsync();
    }

    public Task DisposeAsync()
    {
        _one.Dispose();
        _other.Dispose();
        _connections.ForEach(connection => connection.Dispose());
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_one_replica_loaded_another_need_not()
    {
        (await GetAsync(_one, new Entry(1)))!.Number.ShouldBe(1);
        (await GetAsync(_other, new Entry(2)))!.Number.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_not_there_is_asked_for_again()
    {
        (await GetAsync(_one, null)).ShouldBeNull();
        (await GetAsync(_one, new Entry(1)))!.Number.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_removed_is_gone_from_every_replica()
    {
        var watch = Stopwatch.StartNew();
        await GetAsync(_one, new Entry(1));
        await GetAsync(_other, new Entry(1));
        await _one.RemoveAsync(_key);
        (await GetAsync(_one, null)).ShouldBeNull();
        await Eventually.TrueAsync(async () => await GetAsync(_other, null) is null);
        watch.Elapsed.ShouldBeLessThan(LookupCache.MemoryLifetime);
        (await GetAsync(_other, new Entry(2)))!.Number.ShouldBe(2);
    }

    [Fact]
    public async Task What_was_removed_while_it_was_being_loaded_is_not_kept_by_anybody()
    {
        foreach (var loading in (LookupCache[])[_one, _other])
        {
            // The other replica has to be listening, as it is from its first look-up on.
            await loading.GetAsync(_key + "any", EntryJson, 0, (_, _) => Task.FromResult<Entry?>(null), CancellationToken.None);
            var watch = Stopwatch.StartNew();
            var stale = await loading.GetAsync(_key, EntryJson, _one, async (one, _) =>
            {
                await one.RemoveAsync(_key);
                return new Entry(1);
            }, CancellationToken.None);
            stale!.Number.ShouldBe(1);
            (await GetAsync(_one, null)).ShouldBeNull();
            await Eventually.TrueAsync(async () => await GetAsync(_other, null) is null);
            watch.Elapsed.ShouldBeLessThan(LookupCache.MemoryLifetime);
        }
    }

    private async Task<LookupCache> NewAsync()
    {
        var connection = await ConnectionMultiplexer.ConnectAsync((await TestServers.Redis).ConnectionString);
        _connections.Add(connection);
        return new LookupCache(connection, TimeProvider.System, NullLogger<LookupCache>.Instance);
    }

    private async Task<Entry?> GetAsync(LookupCache cache, Entry? loaded) =>
        await cache.GetAsync(_key, EntryJson, loaded, (state, _) => Task.FromResult(state), CancellationToken.None);

    public sealed record Entry(int Number);
}
