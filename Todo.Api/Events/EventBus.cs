using StackExchange.Redis;

namespace Todo.Api.Events;

/// <summary>
/// Tells every process that a tenant has news, through Redis. What they are stands in the database: an announcement that is lost delays them until
/// somebody looks by themselves, and one too many makes somebody look in vain.
/// </summary>
internal sealed class EventBus(IConnectionMultiplexer redis)
{
    private const string Prefix = "todo:2:events:";

    /// <summary>There is something new. Waits for nothing, and for nobody's answer.</summary>
    public void Announce(Guid tenant)
    {
        try
        {
            redis.GetSubscriber().Publish(Channel(tenant), RedisValue.EmptyString, CommandFlags.FireAndForget);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            // Whoever listens looks more often while Redis is away.
        }
    }

    /// <summary>Hears of news until it is disposed.</summary>
    public Announcements Listen(Guid tenant, Action wake) => new(redis, Channel(tenant), wake);

    private static RedisChannel Channel(Guid tenant) => new(Prefix + tenant.ToString("N"), RedisChannel.PatternMode.Literal);

    /// <summary>Announcements about one tenant. The client renews the subscription by itself whenever it reconnects.</summary>
    internal sealed class Announcements : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

        private readonly IConnectionMultiplexer _redis;
        private readonly RedisChannel _channel;
        private readonly Action<RedisChannel, RedisValue> _handler;
        private readonly Action _wake;
        private bool _isSubscribed;

        public Announcements(IConnectionMultiplexer redis, RedisChannel channel, Action wake)
        {
            (_redis, _channel, _wake, _handler) = (redis, channel, wake, (_, _) => wake());

            // What was announced while there was no connection was not heard.
            _redis.ConnectionRestored += OnRestored;
        }

        /// <summary>Whether announcements come through.</summary>
        public bool AreHeard => _isSubscribed && _redis.IsConnected;

        /// <summary>Subscribes, unless it has.</summary>
        public async Task EnsureAsync()
        {
            if (_isSubscribed)
            {
                return;
            }

            try
            {
                await _redis.GetSubscriber().SubscribeAsync(_channel, _handler).WaitAsync(Patience);
                _isSubscribed = true;

                // What was announced before this was not heard.
                _wake();
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
            {
                // It is away; next time.
            }
        }

        public async ValueTask DisposeAsync()
        {
            _redis.ConnectionRestored -= OnRestored;
            try
            {
                await _redis.GetSubscriber().UnsubscribeAsync(_channel, _handler, CommandFlags.FireAndForget);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
            {
                // With the connection the subscription is gone.
            }
        }

        private void OnRestored(object? sender, ConnectionFailedEventArgs connection) => _wake();
    }
}
