using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// The log of one instance: the last lines in memory, and all of it, within bounds, in a file. Colours are for those who watch: in files
/// and other logs they would only be in the way.
/// </summary>
internal sealed partial class ResourceLog : ILogger, IDisposable
{
    private const int LinesInMemory = 1000;
    private const int LongestLineInMemory = 16 * 1024;
    private const long BytesInFile = 10 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<LogLine> _lines = [];
    private readonly List<Channel<LogLine>> _watchers = [];
    private readonly ILogger? _forward;
    private StreamWriter? _file;
    private long _bytes;
    private int _count;
    private bool _completed;

    public ResourceLog(string? path, ILogger? forward = null)
    {
        _forward = forward;
        try
        {
            if (path is not null)
            {
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
                File.Delete(path + ".1");
                _file = Open(path);
                Path = path;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A log in memory is better than no application.
            _lines.Enqueue(new(0, $"This log is not written to a file: {exception.Message}", IsErrorMessage: true));
        }
    }

    /// <summary>The file; null if there is none.</summary>
    public string? Path { get; }

    public void Write(string text, bool isError)
    {
        var time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        lock (_lock)
        {
            var whole = $"{time} {text}";
            var line = new LogLine(++_count, whole.Length <= LongestLineInMemory ? whole : whole[..LongestLineInMemory] + "…", isError);
            _lines.Enqueue(line);
            if (_lines.Count > LinesInMemory)
            {
                _lines.Dequeue();
            }

            WriteToFile(Plain(whole));
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryWrite(line);
            }
        }

        var level = isError ? LogLevel.Error : LogLevel.Information;
        if (_forward?.IsEnabled(level) == true)
        {
            _forward.Log(level, default, Plain(text), exception: null, static (text, _) => text);
        }
    }

    /// <summary>A text without its ANSI escape sequences.</summary>
    public static string Plain(string text) => text.Contains('\e', StringComparison.Ordinal) ? EscapeSequence().Replace(text, "") : text;

    public IReadOnlyList<LogLine> Lines()
    {
        lock (_lock)
        {
            return [.. _lines];
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Whoever reads too slowly misses lines rather than filling the memory; the numbers tell them.
        var channel = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(10 * LinesInMemory) { FullMode = BoundedChannelFullMode.DropOldest });
        IReadOnlyList<LogLine> soFar;
        lock (_lock)
        {
            soFar = [.. _lines];
            _watchers.Add(channel);
            if (_completed)
            {
                channel.Writer.Complete();
            }
        }

        try
        {
            if (soFar.Count > 0)
            {
                yield return soFar;
            }

            while (await channel.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var lines = new List<LogLine>();
                while (channel.Reader.TryRead(out var line))
                {
                    lines.Add(line);
                }

                yield return lines;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(channel);
            }
        }
    }

    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryComplete();
            }
        }
    }

    public void Dispose()
    {
        Complete();
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var text = formatter(state, exception);
        Write(exception is null ? text : $"{text} {exception.Message}", isError: logLevel >= LogLevel.Error);
    }

    // ECMA-48: control sequences, and those of two characters.
    [GeneratedRegex("\e(\\[[0-?]*[ -/]*[@-~]|[@-Z\\\\-_])")]
    private static partial Regex EscapeSequence();

    private static StreamWriter Open(string path) =>
        new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete), new UTF8Encoding(false)) { AutoFlush = true };

    private void WriteToFile(string line)
    {
        if (_file is null)
        {
            return;
        }

        try
        {
            if (_bytes > BytesInFile)
            {
                _file.Dispose();
                File.Move(Path!, Path + ".1", overwrite: true);
                _file = Open(Path!);
                _bytes = 0;
            }

            _file.WriteLine(line);
            _bytes += Encoding.UTF8.GetByteCount(line) + 1;
        }
        catch (IOException)
        {
            // The disk is full: the process must not hang because nobody reads its output.
            _file = null;
        }
    }
}
