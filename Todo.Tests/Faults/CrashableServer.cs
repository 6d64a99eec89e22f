using Todo.AppHost.Embedded;

namespace Todo.Tests.Faults;

/// <summary>
/// A PostgreSQL of a test class's own that can lose all its processes in one moment. The system lives on, so what the server has written is
/// kept without being forced to disk; what a commit without waiting has left in the server's memory is lost.
/// </summary>
public sealed class CrashableServer : IAsyncLifetime
{
    private static readonly EmbeddedPostgresOptions Options = EmbeddedPostgresOptions.ThrowAway with
    {
        Settings = new Dictionary<string, string>
        {
            ["synchronous_commit"] = "on",

            // A process can be killed between the halves of a page that it writes.
            ["full_page_writes"] = "on",

            // The longest there is: what is not waited for stays unwritten, so that a crash has something to lose.
            ["wal_writer_delay"] = "10s",
            ["autovacuum"] = "off",
        },
    };

    private EmbeddedServer? _server;

    /// <summary>The same before and after a crash.</summary>
    public string ConnectionString => Server.ConnectionString;

    private EmbeddedServer Server => _server ?? throw new InvalidOperationException("The server has not been started.");

    /// <inheritdoc/>
    public async Task InitializeAsync() => _server = await EmbeddedPostgres.StartAsync(Options);

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>Kills all of the server's processes; nothing is written any more. Returns when they are gone.</summary>
    public async Task CrashAsync()
    {
        var (kind, data) = (Server.Definition.Kind, Server.Definition.DataFolder);
        var processes = OtherProcess.ServersOn(kind, data);

        // The main process first: it would start others for those that are killed.
        Native.Send(Server.ProcessId, Signal.Kill);
        foreach (var process in processes)
        {
            Native.Send(process, Signal.Kill);
        }

        await Server.KillAsync();
        Leftovers.WaitForChildren(kind, data);
    }

    /// <summary>Starts the server again, which recovers what was written, and returns when it serves.</summary>
    public Task RestartAsync() => Server.StartAgainAsync();
}
