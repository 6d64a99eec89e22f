using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

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

/// <summary>A PostgreSQL cluster of a test's own.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private static readonly bool _isRoot = Environment.UserName == "root";

    private readonly string _data = Path.Combine("/tmp", "todo-tests-" + Guid.NewGuid().ToString("n"));
    private readonly int _port = Free.Port();

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=postgres;Password=not-asked-for;Database=postgres";

    public async Task InitializeAsync()
    {
        await RunAsync("initdb", "-D", _data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8");
        await RunAsync("pg_ctl", "-D", _data, "-w", "-l", _data + ".log", "-o", $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off", "start");
        await using var dataSource = NpgsqlDataSource.Create(ConnectionString);
        await using var command = dataSource.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync();
    }

    public Task StopAsync() => RunAsync("pg_ctl", "-D", _data, "-w", "-m", "immediate", "stop");

    public async Task DisposeAsync()
    {
        if (File.Exists(Path.Combine(_data, "postmaster.pid")))
        {
            await StopAsync();
        }

        Directory.Delete(_data, recursive: true);
        File.Delete(_data + ".log");
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var path = Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin", program)).First(File.Exists);
        string[] words = _isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments] : [path, .. arguments];
        var start = new ProcessStartInfo(words[0]) { WorkingDirectory = "/tmp", RedirectStandardOutput = false };
        foreach (var word in words.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, program);
    }
}
