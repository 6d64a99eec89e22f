using Todo.AppHost.Embedded;

namespace Todo.Tests.Servers;

/// <summary>
/// One PostgreSQL and one Redis for the whole run, started by the first test that needs them through the launcher that the AppHost uses.
/// They end with the run; should its process be killed, the next run sweeps up.
/// </summary>
internal static class TestServers
{
    private static readonly Lazy<Task<EmbeddedServer>> LazyPostgres = new(() => EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway));
    private static readonly Lazy<Task<EmbeddedServer>> LazyRedis = new(() => EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway));

    /// <summary>The cluster that all test databases are in. Tests that stop or kill a server start one of their own.</summary>
    public static Task<EmbeddedServer> Postgres => LazyPostgres.Value;

    /// <summary>The Redis that all tests share; keys carry tenants' ids, so they don't meet.</summary>
    public static Task<EmbeddedServer> Redis => LazyRedis.Value;

    /// <summary>Stops what was started; see <see cref="TestRun"/>.</summary>
    public static async Task StopAsync()
    {
        foreach (var started in new[] { LazyPostgres, LazyRedis }.Where(server => server.IsValueCreated && server.Value.IsCompletedSuccessfully))
        {
            await (await started.Value).DisposeAsync();
        }
    }
}
