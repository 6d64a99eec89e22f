using System.Diagnostics;
using System.Text;

namespace Todo.Tests.Servers;

/// <summary>A program in a process of its own, with what it prints.</summary>
internal class ObservedProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<int> _exited;
    private readonly StringBuilder _output = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];

    /// <summary>Starts <c>dotnet assembly arguments</c>, or another program that runs what is not of ours.</summary>
    public ObservedProcess(string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string? workingDirectory = null, string program = "dotnet")
    {
        var start = new ProcessStartInfo(program, [assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? AppContext.BaseDirectory,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Record(line.Data);
        _process.ErrorDataReceived += (_, line) => Record(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _exited = EndAsync();
    }

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Its exit code, once it has ended and all that it printed was read.</summary>
    public Task<int> ExitCodeAsync() => _exited.WaitAsync(Eventually.Patience);

    /// <summary>Waits until it has printed <paramref name="text"/>.</summary>
    /// <param name="text">Part of a line.</param>
    /// <param name="patience">For what takes longer than <see cref="Eventually.Patience"/>.</param>
    public Task SeenAsync(string text, TimeSpan? patience = null)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            if (_output.ToString().Contains(text, StringComparison.Ordinal))
            {
                return Task.CompletedTask;
            }

            _awaited.Add((text, seen));
        }

        return seen.Task.WaitAsync(patience ?? Eventually.Patience);
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_exited.IsCompleted)
        {
            Kill();
            _exited.Wait();
        }

        _process.Dispose();
    }

    // The only one who asks: of two who do at once, one may read 0 before the other has written what it was, or wait for ever.
    private async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        return _process.ExitCode;
    }

    private void Record(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
            foreach (var (text, seen) in _awaited)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    seen.TrySetResult();
                }
            }
        }
    }
}
