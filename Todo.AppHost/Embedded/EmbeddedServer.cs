using System.ComponentModel;
using System.Diagnostics;

namespace Todo.AppHost.Embedded;

/// <summary>
/// Runs a prepared server, for tests and benchmarks (the AppHost hands it to Aspire instead). Disposing of it stops the server in
/// order and deletes its folder if that is a throw-away one. Not safe for concurrent use of its own members.
/// </summary>
public sealed class EmbeddedServer : IAsyncDisposable
{
    // Generous: recovery after a crash replays what was not yet in the data files, and a loaded machine is slow.
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);

    // The shell opens the log as ourselves and becomes the program, so nobody has to pump its output and the process id is right.
    private const string IntoLog = "exec \"$@\" >\"$TODO_SERVER_LOG\" 2>&1 </dev/null";

    private Process? _process;

    private EmbeddedServer(ServerProcess definition) => Definition = definition;

    /// <summary>What was started: addresses, folders, command.</summary>
    public ServerProcess Definition { get; }

    /// <summary>The connection string, with the password.</summary>
    public string ConnectionString => Definition.ConnectionString;

    /// <summary>The id of the server's main process.</summary>
    /// <exception cref="InvalidOperationException">It is not running.</exception>
    public int ProcessId => OtherProcess.ReadId(Definition.Kind.PidFile(Definition.DataFolder)) is { } id
        && OtherProcess.IsServerOn(Definition.Kind, id, Definition.DataFolder)
            ? id
            : _process?.Id ?? throw new InvalidOperationException($"{Definition.Name} is not running.");

    /// <summary>Whether the server's process runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts the server and returns when it serves.</summary>
    /// <exception cref="EmbeddedServerException">It ended or did not serve in time; the message holds the end of its log.</exception>
    public static async Task<EmbeddedServer> StartAsync(ServerProcess definition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var server = new EmbeddedServer(definition);
        try
        {
            await server.StartAgainAsync(cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts the server again after <see cref="StopAsync"/> or <see cref="KillAsync"/>, on the same port and folder.</summary>
    /// <exception cref="EmbeddedServerException">It ended or did not serve in time; the message holds the end of its log.</exception>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"{Definition.Name} is running already.");
        }

        _process?.Dispose();
        var start = new ProcessStartInfo("/bin/sh", ["-c", IntoLog, "sh", Definition.FileName, .. Definition.Arguments])
        {
            WorkingDirectory = Definition.WorkingDirectory,
        };
        foreach (var (name, value) in Definition.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["TODO_SERVER_LOG"] = Definition.LogFile;
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new EmbeddedServerException($"{Definition.Name} could not be started with {Definition.FileName}: {error.Message}", error);
        }

        await WaitUntilReadyAsync(_process, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the server in order: what it has accepted is on disk when this returns. Does nothing if it is not running.</summary>
    /// <exception cref="EmbeddedServerException">It could not be ended.</exception>
    public async Task StopAsync()
    {
        if (_process is not { HasExited: false } process)
        {
            return;
        }

        foreach (var (signal, patience) in Definition.Kind.StopSteps)
        {
            Native.Send(ProcessId, signal);
            if (await EndsWithinAsync(process, patience).ConfigureAwait(false))
            {
                return;
            }
        }

        throw new EmbeddedServerException($"{Definition.Name} (process {ProcessId}) did not end. End it yourself: kill -9 {ProcessId}");
    }

    /// <summary>Kills the server as a crash would: no warning, nothing written. Returns when all its processes are gone.</summary>
    /// <exception cref="EmbeddedServerException">Some process of it went on running.</exception>
    public async Task KillAsync()
    {
        if (_process is not { HasExited: false } process)
        {
            return;
        }

        Native.Send(ProcessId, Signal.Kill);
        await process.WaitForExitAsync().ConfigureAwait(false);
        Leftovers.WaitForChildren(Definition.Kind, Definition.DataFolder);
    }

    /// <summary>Stops the server and lets go of its folder, which is deleted if it is a throw-away one.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync().ConfigureAwait(false);
        }
        finally
        {
            _process?.Dispose();
            _process = null;
            Definition.Dispose();
        }
    }

    private async Task WaitUntilReadyAsync(Process process, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await Definition.CheckAsync(cancellationToken).ConfigureAwait(false);

                // A server of somebody else on our port could not have known the password, so this one is ours.
                return;
            }
            catch (EmbeddedServerException error)
            {
                if (process.HasExited)
                {
                    throw Failure($"ended at once with code {process.ExitCode}", error);
                }

                if (watch.Elapsed > StartPatience)
                {
                    throw Failure($"did not serve within {StartPatience.TotalSeconds:0} seconds ({error.Message})", error);
                }
            }

            await Task.Delay(20, cancellationToken).ConfigureAwait(false);
        }
    }

    private EmbeddedServerException Failure(string what, Exception error) =>
        new($"{Definition.Name} on port {Definition.Port}, data in {Definition.DataFolder}, {what}. The end of {Definition.LogFile}:\n"
            + Definition.WithoutSecrets(string.Join('\n', File.ReadLines(Definition.LogFile).TakeLast(20))), error);

    private static async Task<bool> EndsWithinAsync(Process process, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return process.HasExited;
        }
    }
}
