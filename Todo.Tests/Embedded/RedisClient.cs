using StackExchange.Redis;
using Todo.Tests.Servers;

namespace Todo.Tests.Embedded;

/// <summary>The cache's client, which by itself gives up after five seconds: on a busy machine a server that is well may take longer.</summary>
internal static class RedisClient
{
    /// <summary>Connects. The time for synchronous calls stays as it is: closing a connection to a server that has ended takes as long.</summary>
    public static Task<ConnectionMultiplexer> ConnectAsync(string connectionString) =>
        ConnectionMultiplexer.ConnectAsync($"{connectionString},connectTimeout={(int)Eventually.Patience.TotalMilliseconds}");
}
