using System.Diagnostics;
using System.Text;
using Todo.Tests.Servers;

namespace Todo.Tests.Cli;

/// <summary>
/// The command line tool on a terminal of its own, with somebody who reads and types: <c>script</c> of util-linux makes a pseudo terminal
/// and passes on what is typed. Nothing else of this process's environment gets in, because a build server's variables would say that nobody is there.
/// </summary>
internal sealed class Terminal : IDisposable
{
    private readonly Process _script;
    private readonly StringBuilder _screen = new();
    private readonly Task _reading;

    public Terminal(string connectionString, params string[] arguments)
    {
        var command = string.Join(' ', new[] { "dotnet", CliProcess.Assembly }.Concat(arguments).Select(Quoted));
        var start = new ProcessStartInfo("script", ["--quiet", "--flush", "--return", "--command", $"stty columns 160; {command}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var inherited = new[] { "PATH", "HOME", "DOTNET_ROOT", "DOTNET_CLI_HOME" }.Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name))).ToArray();
        start.Environment.Clear();
        foreach (var (name, value) in inherited)
        {
            start.Environment[name] = value;
        }

        start.Environment["TERM"] = "xterm-256color";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["ConnectionStrings__tododb"] = connectionString;
        _script = Process.Start(start)!;
        _reading = ReadAsync();
    }

    /// <summary>All that was drawn so far, with the control sequences.</summary>
    public string Screen
    {
        get
        {
            lock (_screen)
            {
                return _screen.ToString();
            }
        }
    }

    /// <summary>Waits until it shows a text.</summary>
    public Task SeenAsync(string text) => Eventually.TrueAsync(() => Task.FromResult(Screen.Contains(text, StringComparison.Ordinal)));

    /// <summary>Types a line.</summary>
    public async Task TypeAsync(string line)
    {
        await _script.StandardInput.WriteAsync(line + '\r');
        await _script.StandardInput.FlushAsync();
    }

    /// <summary>Waits for the end.</summary>
    public async Task<int> ExitCodeAsync()
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        await _script.WaitForExitAsync(patience.Token);
        await _reading.WaitAsync(patience.Token);
        return _script.ExitCode;
    }

    public void Dispose()
    {
        if (!_script.HasExited)
        {
            _script.Kill(entireProcessTree: true);
            _script.WaitForExit();
        }

        _script.Dispose();
    }

    // A prompt ends without the end of a line, so what is there is taken as it comes.
    private async Task ReadAsync()
    {
        var buffer = new char[1024];
        while (await _script.StandardOutput.ReadAsync(buffer) is var read and > 0)
        {
            lock (_screen)
            {
                _screen.Append(buffer, 0, read);
            }
        }
    }

    private static string Quoted(string argument) => $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
