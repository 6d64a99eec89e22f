using Todo.AppHost.Embedded;

namespace Todo.Tests.Servers;

/// <summary>
/// One PostgreSQL and one Redis for the whole run, started by the first test that needs them through the launcher that the AppHost uses.
/// They end with the test process; should that be killed, the next run sweeps up.
/// </summary>
internal static class TestServers
{
    private static readonly Lazy<Task<EmbeddedServer>> LazyPostgres = new(() => StopAtExit(EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway)));
    private static readonly Lazy<Task<EmbeddedServer>> LazyRedis = new(() => StopAtExit(EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway)));

    /// <summary>The cluster that all test databases are in. Tests that stop or kill a server start one of their own.</summary>
    public static Task<EmbeddedServer> Postgres => LazyPostgres.Value;

    /// <summary>The Redis that all tests share; keys carry tenants' ids, so they don't meet.</summary>
    public static Task<EmbeddedServer> Redis => LazyRedis.Value;

    private static async Task<EmbeddedServer> StopAtExit(Task<EmbeddedServer> starting)
    {
        var server = await starting;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return server;
    }
}
