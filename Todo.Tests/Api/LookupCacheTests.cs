using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Todo.Api.Caching;
using Todo.AppHost.Embedded;
using Todo.Tests.Embedded;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

public sealed class LookupCacheTests : IAsyncLifetime
{
    private static readonly JsonTypeInfo<Entry> EntryJson = (JsonTypeInfo<Entry>)JsonSerializerOptions.Web.GetTypeInfo(typeof(Entry));

    // What is forgotten within the test is forgotten by message, and not because its time has passed.
    private static readonly LookupOptions Patient = new() { MemoryLifetime = TimeSpan.FromMinutes(10), RedisPatience = TimeSpan.FromSeconds(10) };

    private EmbeddedServer _redis = null!;
    private string _key = Guid.NewGuid().ToString("N");
    private readonly IMeterFactory _meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
    private readonly List<IConnectionMultiplexer> _connections = [];
    private LookupCache _one = null!;
    private LookupCache _other = null!;

    public async Task InitializeAsync()
    {
        _redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway);
        _one = await NewAsync();
        _other = await NewAsync();
    }

    public async Task DisposeAsync()
    {
        _one.Dispose();
        _other.Dispose();
        _connections.ForEach(connection => connection.Dispose());
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task What_one_replica_loaded_another_need_not()
    {
        (await GetAsync(_one, new Entry(1)))!.Number.ShouldBe(1);
        (await GetAsync(_other, new Entry(2)))!.Number.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_not_there_is_remembered_briefly_and_by_nobody_else_and_forgotten_with_the_entry()
    {
        var watch = Stopwatch.StartNew();
        (await GetAsync(_one, null)).ShouldBeNull();
        var again = await GetAsync(_one, new Entry(1));
        (again is null || watch.Elapsed > LookupCache.NothingLifetime).ShouldBeTrue();
        (await GetAsync(_other, new Entry(2)))!.Number.ShouldBeOneOf(1, 2);
        await Eventually.TrueAsync(async () => await GetAsync(_one, new Entry(3)) is not null);

        await _one.RemoveAsync(_key);
        (await GetAsync(_one, null)).ShouldBeNull();
        await _other.RemoveAsync(_key);
        await Eventually.TrueAsync(async () => await GetAsync(_one, new Entry(4)) is { Number: 4 });
    }

    [Fact]
    public async Task However_many_ask_at_once_one_looks_and_who_leaves_takes_nothing_from_the_others()
    {
        var (loads, release) = (0, new TaskCompletionSource<Entry?>(TaskCreationOptions.RunContinuationsAsynchronously));
        using var leaving = new CancellationTokenSource();
        var first = AskAsync(leaving.Token);
        var others = Enumerable.Range(0, 100).Select(_ => AskAsync(CancellationToken.None)).ToArray();
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        release.SetResult(new Entry(7));
        (await Task.WhenAll(others)).ShouldAllBe(entry => entry!.Number == 7);
        loads.ShouldBe(1);

        Task<Entry?> AskAsync(CancellationToken cancellationToken) => _one.GetAsync(_key, EntryJson, 0, (_, _) =>
        {
            Interlocked.Increment(ref loads);
            return release.Task;
        }, cancellationToken).AsTask();
    }

    [Fact]
    public async Task Who_asks_after_a_removal_does_not_join_a_look_up_from_before_it()
    {
        var release = new TaskCompletionSource<Entry?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = _one.GetAsync(_key, EntryJson, 0, (_, _) =>
        {
            began.SetResult();
            return release.Task;
        }, CancellationToken.None);
        await began.Task;
        await _one.RemoveAsync(_key);
        (await GetAsync(_one, new Entry(2)))!.Number.ShouldBe(2);
        release.SetResult(new Entry(1));
        (await before)!.Number.ShouldBe(1);
        (await GetAsync(_one, new Entry(2)))!.Number.ShouldBe(2);
    }

    [Fact]
    public async Task Hits_misses_and_invalidations_are_counted()
    {
        var counts = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == _meters && instrument.Name.StartsWith("todo.lookups.", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => counts.AddOrUpdate(tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[0].Value}", value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => counts.AddOrUpdate($"{instrument.Name} {tags[0].Value}", 1, (_, sum) => sum + 1));
        listener.Start();

        await GetAsync(_one, new Entry(1));
        await GetAsync(_one, new Entry(1));
        await GetAsync(_other, new Entry(1));
        await _one.RemoveAsync(_key);
        counts["todo.lookups.misses"].ShouldBe(1);
        counts["todo.lookups.hits memory"].ShouldBe(1);
        counts["todo.lookups.hits redis"].ShouldBe(1);
        counts["todo.lookups.duration redis"].ShouldBeGreaterThan(2);
        counts["todo.lookups.duration database"].ShouldBe(1);
        await Eventually.TrueAsync(() => Task.FromResult(counts["todo.lookups.invalidations"] >= 2));
    }

    [Fact]
    public async Task What_was_removed_is_gone_from_every_replica()
    {
        await GetAsync(_one, new Entry(1));
        await GetAsync(_other, new Entry(1));
        await _one.RemoveAsync(_key);
        (await GetAsync(_one, null)).ShouldBeNull();
        await Eventually.TrueAsync(async () => await GetAsync(_other, null) is null);
        await Eventually.TrueAsync(async () => await GetAsync(_other, new Entry(2)) is { Number: 2 });
    }

    [Fact]
    public async Task What_was_removed_while_it_was_being_loaded_is_not_kept_by_anybody()
    {
        foreach (var loading in (LookupCache[])[_one, _other])
        {
            _key = Guid.NewGuid().ToString("N");

            // The other replica has to be listening, as it is from its first look-up on.
            await loading.GetAsync(_key + "any", EntryJson, 0, (_, _) => Task.FromResult<Entry?>(null), CancellationToken.None);
            var stale = await loading.GetAsync(_key, EntryJson, _one, async (one, _) =>
            {
                await one.RemoveAsync(_key);
                return new Entry(1);
            }, CancellationToken.None);
            stale!.Number.ShouldBe(1);
            (await GetAsync(_one, null)).ShouldBeNull();
            await Eventually.TrueAsync(async () => await GetAsync(_other, null) is null);
        }
    }

    private async Task<LookupCache> NewAsync()
    {
        var connection = await RedisClient.ConnectAsync(_redis.ConnectionString);
        _connections.Add(connection);
        return new LookupCache(connection, TimeProvider.System, _meters, Options.Create(Patient), NullLogger<LookupCache>.Instance);
    }

    private async Task<Entry?> GetAsync(LookupCache cache, Entry? loaded) =>
        await cache.GetAsync(_key, EntryJson, loaded, (state, _) => Task.FromResult(state), CancellationToken.None);

    public sealed record Entry(int Number);
}
