using System.ComponentModel;
using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>What to run.</summary>
internal sealed record ProcessStart(
    string Command,
    IReadOnlyList<string> Arguments,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment,
    ResourceLog Log)
{
    /// <summary>The environment as others may see it.</summary>
    public IReadOnlyList<EnvironmentVariableSnapshot> Shown { get; init; } = [];

    /// <summary>What to do before it is sent a signal, where a signal does not reach all of it.</summary>
    public Func<Task>? Stop { get; init; }
}

/// <summary>Runs processes, each in a group of its own, and sees to it that none outlives the AppHost.</summary>
internal sealed class ProcessSupervisor : IDisposable
{
    // The AppHost's own address, environment and secrets are not its children's.
    private static readonly string[] NotInherited =
        ["ASPNETCORE_URLS", "DOTNET_LAUNCH_PROFILE", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN"];

    private readonly Watchdog _watchdog = new();

    /// <summary>Starts a process.</summary>
    /// <exception cref="DistributedApplicationException">It could not be started; the message says why.</exception>
    public SupervisedProcess Start(ProcessStart start)
    {
        var (process, announcement) = Launch(start);
        _watchdog.Add(process.Id);
        _watchdog.Settle(announcement);
        process.StandardInput.Close();
        return new(process, start, _watchdog);
    }

    public void Dispose() => _watchdog.Dispose();

    /// <summary>Starts a process that the watchdog knows by its announcement alone.</summary>
    internal (Process Process, string Announcement) Launch(ProcessStart start)
    {
        if (!Directory.Exists(start.WorkingDirectory))
        {
            throw new DistributedApplicationException($"its working directory {start.WorkingDirectory} does not exist");
        }

        var command = start.Command.Contains('/', StringComparison.Ordinal) ? Path.Combine(start.WorkingDirectory, start.Command) : start.Command;
        command = NewSession.Find(command) ?? throw new DistributedApplicationException($"the program '{start.Command}' was not found");
        var (program, arguments) = NewSession.Wrap(command, start.Arguments);
        var info = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = start.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in NotInherited)
        {
            info.Environment.Remove(name);
        }

        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        var announcement = _watchdog.Announce();
        info.Environment[Watchdog.Marker] = announcement;
        try
        {
            return (Process.Start(info)!, announcement);
        }
        catch (Win32Exception exception)
        {
            _watchdog.Settle(announcement);
            throw new DistributedApplicationException($"the program '{start.Command}' could not be run: {exception.Message}", exception);
        }
    }
}

/// <summary>A process of ours, with all that it started.</summary>
internal sealed class SupervisedProcess
{
    // Each after so long since the one before, however long this process itself stood still meanwhile.
    private static readonly (TimeSpan Patience, int Signal)[] Ladder =
    [
        (TimeSpan.Zero, PosixSignals.Terminate),

        // To PostgreSQL this means: don't wait for clients. A .NET process has understood the first.
        (TimeSpan.FromSeconds(4), PosixSignals.Interrupt),
        (TimeSpan.FromSeconds(4), PosixSignals.Quit),
        (TimeSpan.FromSeconds(2), PosixSignals.Kill),
    ];

    private readonly Process _process;
    private readonly Watchdog _watchdog;
    private readonly Func<Task>? _stop;

    public SupervisedProcess(Process process, ProcessStart start, Watchdog watchdog)
    {
        var log = start.Log;
        _stop = start.Stop;
        _process = process;
        _watchdog = watchdog;
        Id = process.Id;
        Exited = WaitAsync(
            PumpAsync(process.StandardOutput, line => log.Write(line, isError: false)),
            PumpAsync(process.StandardError, line => log.Write(line, isError: true)));
    }

    public int Id { get; }

    /// <summary>The exit code, once nothing is left of the process's group; 128 plus the signal's number if a signal ended it.</summary>
    public Task<int> Exited { get; }

    /// <summary>Stops the whole group, gently first, and returns when nothing is left of it.</summary>
    public async Task<int> StopAsync()
    {
        if (_stop is not null && !Exited.IsCompleted)
        {
            await _stop().ConfigureAwait(false);
        }

        if (!NewSession.IsAvailable)
        {
            KillTree();
            return await Exited.ConfigureAwait(false);
        }

        foreach (var (patience, signal) in Ladder)
        {
            await Task.WhenAny(Exited, Task.Delay(patience)).ConfigureAwait(false);
            if (Exited.IsCompleted)
            {
                break;
            }

            PosixSignals.SendToGroup(Id, signal);
        }

        return await Exited.ConfigureAwait(false);
    }

    private static async Task PumpAsync(StreamReader reader, Action<string> write)
    {
        try
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                write(line);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The process is gone, and the pipe with it.
        }
    }

    private async Task<int> WaitAsync(Task output, Task error)
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await EndGroupAsync().ConfigureAwait(false);

        // What it said last is often why it ended. Something that left the group may hold the pipe open for ever.
        await Task.WhenAny(Task.WhenAll(output, error), Task.Delay(TimeSpan.FromSeconds(5))).ConfigureAwait(false);
        _watchdog.Drop(Id);
        var code = _process.ExitCode;
        _process.Dispose();
        return code;
    }

    // Whatever the process leaves behind in its group when it ends belongs to nobody.
    private async Task EndGroupAsync()
    {
        if (!NewSession.IsAvailable || !PosixSignals.SendToGroup(Id, PosixSignals.Terminate))
        {
            return;
        }

        var since = Stopwatch.StartNew();
        while (PosixSignals.GroupExists(Id))
        {
            await Task.Delay(50).ConfigureAwait(false);
            if (since.Elapsed > TimeSpan.FromSeconds(3))
            {
                PosixSignals.SendToGroup(Id, PosixSignals.Kill);
            }

            if (since.Elapsed > TimeSpan.FromSeconds(6))
            {
                return;
            }
        }
    }

    private void KillTree()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
