using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Todo.AppHost.Embedded;

namespace Todo.Tests.ServiceDefaults;

internal static class Free
{
    public static int Port()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A Redis server of a test's own, which it may stop and start again on the same port.</summary>
public sealed class RedisServer : IAsyncLifetime
{
    private Process? _process;

    public int Port { get; } = Free.Port();

    public string ConnectionString => $"127.0.0.1:{Port}";

    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo("redis-server")
        {
            ArgumentList =
            {
                "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--daemonize", "no", "--dir", Path.GetTempPath(),
            },
            RedirectStandardOutput = true,
        });
        await Eventually.TrueAsync(async () =>
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        });
    }

    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    public Task InitializeAsync() => StartAsync();

    public Task DisposeAsync() => StopAsync();
}

/// <summary>A PostgreSQL server of a test class's own.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private EmbeddedServer? _server;

    public string ConnectionString => Server.ConnectionString;

    private EmbeddedServer Server => _server ?? throw new InvalidOperationException("The server has not been started.");

    public async Task InitializeAsync() => _server = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway);

    public Task StopAsync() => Server.StopAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
