using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Aspire;

/// <summary>Connects while the host starts, instead of holding up the first request that needs Redis.</summary>
internal sealed class RedisConnectionAtStart : IHostedService
{
    public RedisConnectionAtStart(IConnectionMultiplexer connection) => ArgumentNullException.ThrowIfNull(connection);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
