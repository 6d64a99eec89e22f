using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Todo.AppHost.Embedded;

/// <summary>Redis as a local process, for machines without a container engine.</summary>
public static class EmbeddedRedis
{
    private static readonly TimeSpan CheckPatience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Does all that has to be done before the server starts: takes the folder's lock, finds the program (or fetches it), stops a server
    /// left over from a killed start, chooses a port, writes the settings.
    /// </summary>
    /// <exception cref="EmbeddedServerException">With what to do about it.</exception>
    public static ServerProcess Prepare(EmbeddedRedisOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var report = options.Report ?? (_ => { });
        var folder = ServerFolder.Open(ServerKind.Redis, options.Folder, report);
        return folder.DisposeOnError(() => Prepare(options, folder, report));
    }

    /// <summary>Prepares a server and starts it; for tests and benchmarks.</summary>
    /// <exception cref="EmbeddedServerException">With what to do about it.</exception>
    public static Task<EmbeddedServer> StartAsync(EmbeddedRedisOptions options, CancellationToken cancellationToken = default) =>
        EmbeddedServer.StartAsync(Prepare(options), cancellationToken);

    private static ServerProcess Prepare(EmbeddedRedisOptions options, ServerFolder folder, Action<string> report)
    {
        var program = RedisProgram.Find(folder, options.Program, report);
        folder.CreateData();
        Leftovers.Stop(ServerKind.Redis, folder.Data, report);
        var password = folder.ReadOrCreatePassword(out var isNew);
        if (isNew)
        {
            folder.KeepPassword(password);
        }

        var port = folder.ChoosePort();

        // In a file, because everybody on the machine can read a command line.
        var settings = folder.In("redis.conf");
        folder.WriteSecret(settings, Settings(options, folder, port, password));
        var command = folder.AsServer(program.File, settings);
        return new ServerProcess(
            ServerKind.Redis,
            folder,
            deleteAfterwards: options.Folder is null,
            cancellationToken => CheckAsync(port, password, cancellationToken))
        {
            Name = ServerKind.Redis.Name,
            FileName = command[0],
            Arguments = [.. command.Skip(1)],
            Environment = program.Environment,
            Port = port,
            Password = password,
            ConnectionString = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port},password={password}"),
        };
    }

    private static string Settings(EmbeddedRedisOptions options, ServerFolder folder, int port, string password)
    {
        string[] durability = options.Durable ? ["appendonly yes", "appendfsync everysec"] : ["appendonly no"];
        string[] lines =
        [
            "# Written anew at each start; changes here are lost.",
            "bind 127.0.0.1",
            string.Create(CultureInfo.InvariantCulture, $"port {port}"),
            "protected-mode yes",
            $"requirepass {password}",
            "daemonize no",
            $"dir {Quote(folder.Data)}",
            $"pidfile {Quote(ServerKind.Redis.PidFile(folder.Data))}",
            "logfile \"\"",
            "save \"\"",
            .. durability,
            string.Create(CultureInfo.InvariantCulture, $"maxmemory {options.MaxMemoryMebibytes}mb"),
            "maxmemory-policy allkeys-lru",
        ];
        return string.Join('\n', lines) + "\n";
    }

    private static string Quote(string path) =>
        $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Signs in and says PING, in Redis's own protocol (inline commands), so that the AppHost needs no client library.</summary>
    private static async Task CheckAsync(int port, string password, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(CheckPatience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, limit.Token).ConfigureAwait(false);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"AUTH {password}\r\nPING\r\n"), limit.Token).ConfigureAwait(false);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            foreach (var expected in (string[])["+OK", "+PONG"])
            {
                var answer = await reader.ReadLineAsync(limit.Token).ConfigureAwait(false);
                if (answer != expected)
                {
                    throw new EmbeddedServerException($"Redis on port {port} answers '{answer}' instead of '{expected}'.");
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EmbeddedServerException($"Redis on port {port} does not answer within {CheckPatience.TotalSeconds:0} seconds.");
        }
    }
}
