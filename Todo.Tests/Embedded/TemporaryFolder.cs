using System.Diagnostics;
using Npgsql;
using Todo.AppHost.Embedded;

namespace Todo.Tests.Embedded;

/// <summary>A folder that plays the checkout: servers keep their folders in it across starts. Deleted at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("todo-test-").FullName;

    public TemporaryFolder()
    {
        if (!OperatingSystem.IsWindows())
        {
            // As any checkout in /srv: as root, the servers' account has to get in.
            File.SetUnixFileMode(_path, (UnixFileMode)Convert.ToInt32("755", 8));
        }
    }

    public string Root => _path;

    public string Postgres => Path.Combine(_path, "postgres");

    public string Redis => Path.Combine(_path, "redis");

    public EmbeddedPostgresOptions PostgresOptions => new() { Folder = Postgres, Durable = false };

    public EmbeddedRedisOptions RedisOptions => new() { Folder = Redis };

    public string In(string name) => Path.Combine(_path, name);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}

/// <summary>An initialised PostgreSQL folder to copy from: initialising one takes longer than most tests.</summary>
public sealed class InitialisedPostgres : IDisposable
{
    private readonly ServerProcess _server = EmbeddedPostgres.Prepare(EmbeddedPostgresOptions.ThrowAway);

    /// <summary>Gives a checkout this folder's content, without its port.</summary>
    internal void CopyTo(TemporaryFolder checkout) =>
        Ask.Shell($"cp -a '{_server.WorkingDirectory}' '{checkout.Postgres}' && rm '{checkout.Postgres}/port'");

    public void Dispose() => _server.Dispose();
}

/// <summary>Questions to servers, asked on connections of their own.</summary>
internal static class Ask
{
    public static async Task<object?> Postgres(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Runs a program and returns what it printed.</summary>
    public static string Shell(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Trim();
    }
}
