using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Todo.Benchmarks.Requests;

/// <summary>A web server in a process of its own, on a free port of the loopback interface.</summary>
internal sealed class ServerUnderTest : IAsyncDisposable
{
    private const string Announcement = "Now listening on: ";
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly Queue<string> _lastLines = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerUnderTest(string name, ProcessStartInfo start)
    {
        Name = name;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
    }

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address => _address.Task.Result;

    /// <summary>Processor time that it has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts the API as it is deployed: its own program, settings and runtime configuration.</summary>
    public static Task<ServerUnderTest> StartApiAsync(IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken, string name = "API") =>
        StartAsync(name, environment, ["exec", InOutput("Todo.Api.dll")], cancellationToken);

    /// <summary>Starts the baseline under the API's runtime configuration, so that both have the same garbage collector.</summary>
    public static Task<ServerUnderTest> StartBaselineAsync(IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken) =>
        StartWithinAsync("baseline", BaselineCommand.Verb, environment, cancellationToken);

    /// <summary>Starts a server that is a verb of this program, under the API's runtime configuration.</summary>
    public static Task<ServerUnderTest> StartWithinAsync(string name, string verb, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken) =>
        StartAsync(
            name,
            environment,
            [
                "exec", "--runtimeconfig", InOutput("Todo.Api.runtimeconfig.json"), "--depsfile", InOutput("Todo.Benchmarks.deps.json"),
                InOutput("Todo.Benchmarks.dll"), verb,
            ],
            cancellationToken);

    /// <summary>Starts the receiver that telemetry is sent to.</summary>
    public static Task<ServerUnderTest> StartCollectorAsync(CancellationToken cancellationToken) =>
        StartAsync("collector", new Dictionary<string, string>(), ["exec", InOutput("Todo.Benchmarks.dll"), Telemetry.CollectorCommand.Verb], cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // It has nothing to lose; and after Ctrl+C on a terminal it has got the signal as well.
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static async Task<ServerUnderTest> StartAsync(
        string name, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(DotnetProgram, arguments)
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What this shell is set to must not reach one side only, nor tracing both.
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("OTEL_", StringComparison.Ordinal) || key.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(variable);
        }

        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        var server = new ServerUnderTest(name, start);
        server._process.OutputDataReceived += (_, line) => server.Read(line.Data);
        server._process.ErrorDataReceived += (_, line) => server.Read(line.Data);
        server._process.Exited += (_, _) => server._address.TrySetException(new BenchmarkException($"The {name} ended. Its last lines:\n{server.LastLines}"));
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        try
        {
            await server._address.Task.WaitAsync(StartPatience, cancellationToken);
            return server;
        }
        catch (Exception exception)
        {
            await server.DisposeAsync();
            throw exception is TimeoutException
                ? new BenchmarkException($"The {name} did not listen within {StartPatience.TotalSeconds:0} seconds. Its last lines:\n{server.LastLines}")
                : exception;
        }
    }

    /// <summary>The end of what it said.</summary>
    public string LastLines
    {
        get
        {
            lock (_lastLines)
            {
                return string.Join('\n', _lastLines);
            }
        }
    }

    internal static string DotnetProgram => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    internal static string InOutput(string file) => Path.Combine(AppContext.BaseDirectory, file);

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > 20)
            {
                _lastLines.Dequeue();
            }
        }

        var announced = line.IndexOf(Announcement, StringComparison.Ordinal);
        if (announced >= 0)
        {
            _address.TrySetResult(new Uri(line[(announced + Announcement.Length)..].Trim()));
        }
    }
}
