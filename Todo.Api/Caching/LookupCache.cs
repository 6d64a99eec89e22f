using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Todo.Api.Tracing;

namespace Todo.Api.Caching;

/// <summary>
/// Look-ups that every request needs (its tenant, its session), kept in memory for seconds and in Redis for a minute; that there is nothing
/// to be found, in memory only and for <see cref="NothingLifetime"/>. However many ask for one entry at once, one of them looks. Redis is an
/// accelerator: when it is away, slow or full, the database answers instead.
/// </summary>
/// <remarks>
/// What is removed here is removed from Redis and, by a published message, from the memory of every other replica. When Redis is away,
/// another replica may serve what it has in memory for <see cref="LookupOptions.MemoryLifetime"/> longer. What was being loaded while it was removed is
/// handed to whoever asked, and kept nowhere.
/// </remarks>
public sealed partial class LookupCache : IDisposable
{
    /// <summary>How long an entry stays in Redis.</summary>
    public static readonly TimeSpan RedisLifetime = TimeSpan.FromMinutes(1);

    /// <summary>How long a replica believes that there was nothing to be found.</summary>
    public static readonly TimeSpan NothingLifetime = TimeSpan.FromSeconds(2);

    // Part of every key: a build that stores another shape must not read this one's.
    private const string Prefix = "todo:4:";
    private const int MaxEntriesInMemory = 50_000;

    // After a failure Redis is left alone this long, so that requests don't each wait for a time-out of their own.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // The constructor, not RedisChannel.Literal: it is the form that the client's old and new versions share.
    private static readonly RedisChannel Removals = new(Prefix + "removed", RedisChannel.PatternMode.Literal);

    // A removed entry leaves an empty one behind, which nothing replaces, for longer than a look-up that began before may take.
    private static readonly TimeSpan RemovedLifetime = TimeSpan.FromSeconds(30);

    private const string RemovedMark = "removed:";
    private static readonly object Marked = new();

    // Stands in memory for what was looked for and not found.
    private static readonly object Nothing = new();

    // The first to go when memory is full: whoever makes names up must not push out what is real.
    private static readonly MemoryCacheEntryOptions NothingOptions = new() { AbsoluteExpirationRelativeToNow = NothingLifetime, Size = 1, Priority = CacheItemPriority.Low };

    private readonly MemoryCache _memory;
    private readonly IConnectionMultiplexer _redis;
    private readonly TimeProvider _clock;
    private readonly LookupMetrics _metrics;
    private readonly LookupOptions _options;
    private readonly ConcurrentDictionary<string, Lazy<Task<object?>>> _underWay = new(StringComparer.Ordinal);
    private readonly ILogger<LookupCache> _logger;
    private long _pausedUntil;
    private long _removals;
    private int _subscribed;

    /// <summary>Connects nothing by itself: the first use does.</summary>
    public LookupCache(IConnectionMultiplexer redis, TimeProvider clock, IMeterFactory meters, IOptions<LookupOptions> options, ILogger<LookupCache> logger)
    {
        _metrics = new LookupMetrics(meters);
        _options = options.Value;
        _redis = redis;
        _clock = clock;
        _logger = logger;
        _memory = new MemoryCache(new MemoryCacheOptions { SizeLimit = MaxEntriesInMemory });
    }

    /// <summary>The entry of <paramref name="key"/>, from the nearest place that has it; null if <paramref name="load"/> finds none.</summary>
    /// <param name="key">Names what is looked up and, for anything of a tenant's, the tenant. Never a secret: a secret's hash.</param>
    /// <param name="type">How the entry is written to Redis.</param>
    /// <param name="state">Passed to <paramref name="load"/>, so that it can be a static lambda.</param>
    /// <param name="load">Asks the database, for everybody who wants the entry now; so nobody's leaving cancels it.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <param name="isFinal">Whether an entry is worth keeping; one that is not is loaded anew each time. Null: each is.</param>
    public ValueTask<T?> GetAsync<T, TState>(
        string key,
        JsonTypeInfo<T> type,
        TState state,
        Func<TState, CancellationToken, Task<T?>> load,
        CancellationToken cancellationToken,
        Func<T, bool>? isFinal = null)
        where T : class
    {
        if (_memory.TryGetValue(key, out object? known))
        {
            _metrics.FoundInMemory();
            return ValueTask.FromResult(known as T);
        }

        return new ValueTask<T?>(FindTogetherAsync());

        async Task<T?> FindTogetherAsync()
        {
            Lazy<Task<object?>> mine = null!;
            mine = new Lazy<Task<object?>>(async () =>
            {
                try
                {
                    return await FindAsync(key, type, state, load, isFinal);
                }
                finally
                {
                    // Unless the entry was removed meanwhile and this is already the next look-up.
                    _underWay.TryRemove(KeyValuePair.Create(key, mine));
                }
            });
            return (T?)await _underWay.GetOrAdd(key, mine).Value.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Forgets an entry everywhere; call it after the change is committed.</summary>
    public async Task RemoveAsync(string key)
    {
        // Marked first: should Redis be away now and back in a moment with the entry still in it, this replica won't believe it.
        RemoveFromMemory(key);
        _memory.Set(RemovedMark + key, Marked, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = RedisLifetime, Size = 1 });
        if (await TryAsync("SET", async () =>
        {
            await _redis.GetDatabase().StringSetAsync(Prefix + key, RedisValue.EmptyString, RemovedLifetime);
            await _redis.GetSubscriber().PublishAsync(Removals, key);
            return Marked;
        }) is not null)
        {
            _memory.Remove(RemovedMark + key);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private async Task<T?> FindAsync<T, TState>(string key, JsonTypeInfo<T> type, TState state, Func<TState, CancellationToken, Task<T?>> load, Func<T, bool>? isFinal)
        where T : class
    {
        using var span = ApiSpans.Source.StartActivity("lookup");
        span?.SetTag("todo.lookup.kind", Kind(key));
        var removals = Volatile.Read(ref _removals);
        var found = await ReadAsync(key, type);
        if (found is not null && isFinal?.Invoke(found) != false)
        {
            _metrics.FoundInRedis();
            span?.SetTag("todo.lookup.place", "redis");
        }
        else
        {
            _metrics.Missed();
            span?.SetTag("todo.lookup.place", "database");
            var began = _clock.GetTimestamp();
            found = await load(state, CancellationToken.None);
            _metrics.DatabaseTook(_clock.GetElapsedTime(began));
            if (found is not null && isFinal?.Invoke(found) == false)
            {
                return found;
            }

            if (found is not null)
            {
                await WriteAsync(key, found, type);
            }
        }

        if (found is null)
        {
            _memory.Set(key, Nothing, NothingOptions);
        }
        else
        {
            _memory.Set(key, found, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = _options.MemoryLifetime, Size = 1 });
        }

        if (Volatile.Read(ref _removals) != removals)
        {
            // Perhaps it was this entry, and what was found is from before.
            _memory.Remove(key);
        }

        return found;
    }

    private async Task<T?> ReadAsync<T>(string key, JsonTypeInfo<T> type)
        where T : class => IsPaused || _memory.TryGetValue(RemovedMark + key, out _) ? null : await TryAsync("GET", async () =>
        {
            await SubscribeOnceAsync();
            var stored = (byte[]?)await _redis.GetDatabase().StringGetAsync(Prefix + key);
            return stored is null or [] ? null : JsonSerializer.Deserialize(stored, type);
        });

    private async Task WriteAsync<T>(string key, T value, JsonTypeInfo<T> type)
    {
        if (!IsPaused)
        {
            await TryAsync("SET", async () =>
            {
                await _redis.GetDatabase().StringSetAsync(Prefix + key, JsonSerializer.SerializeToUtf8Bytes(value, type), RedisLifetime, When.NotExists);
                return Marked;
            });
        }
    }

    // Counted first: a look-up that keeps its entry after this removal sees the count and takes it out again. Whoever asks from now on doesn't
    // join one that began before.
    private void RemoveFromMemory(string key)
    {
        Interlocked.Increment(ref _removals);
        _underWay.TryRemove(key, out _);
        _memory.Remove(key);
        _metrics.Invalidated();
    }

    private bool IsPaused => _clock.GetTimestamp() < Volatile.Read(ref _pausedUntil);

    // The client renews the subscription by itself whenever it reconnects.
    private async Task SubscribeOnceAsync()
    {
        if (Volatile.Read(ref _subscribed) == 0)
        {
            await _redis.GetSubscriber().SubscribeAsync(Removals, (_, key) => RemoveFromMemory((string)key!));
            Volatile.Write(ref _subscribed, 1);
        }
    }

    // What comes before the first colon: the rest says whose it is.
    private static string Kind(string key) => key.IndexOf(':', StringComparison.Ordinal) is > 0 and var end ? key[..end] : key;

    private async Task<T?> TryAsync<T>(string command, Func<Task<T?>> work)
        where T : class
    {
        using var span = ApiSpans.StartRedis(command);
        var began = _clock.GetTimestamp();
        try
        {
            // The client itself never gives up on an asynchronous call to a server that accepts it and says nothing.
            var result = await work().WaitAsync(_options.RedisPatience, _clock);
            _metrics.RedisTook(_clock.GetElapsedTime(began));
            return result;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException or JsonException)
        {
            span.Fail(exception);
            Volatile.Write(ref _pausedUntil, _clock.GetTimestamp() + (long)(Pause.TotalSeconds * _clock.TimestampFrequency));
            LogAway(exception.GetType().Name);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis did not answer ({Reason}); asking the database for a second")]
    private partial void LogAway(string reason);
}
