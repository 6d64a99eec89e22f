using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Todo.Api.Identity;

namespace Todo.Tests.Api;

/// <summary>
/// Reads along with everything that an API under test logs, and keeps what no log may hold: anything that is a token of ours by its form, and
/// the words that the tests use as passwords and keys. Every host has one, so that the whole run is read.
/// </summary>
internal sealed partial class SecretWatch(params string[] words)
{
    private readonly ConcurrentQueue<string> _found = new();

    /// <summary>The lines that hold one.</summary>
    public IReadOnlyCollection<string> Found => _found;

    /// <summary>Reads along with one application.</summary>
    public ILoggerProvider Reader() => new Provider(this);

    private void Read(string line)
    {
        if (words.Any(word => line.Contains(word, StringComparison.OrdinalIgnoreCase))
            || TokenLike().Matches(line).Any(match => AccessToken.TryParse(match.ValueSpan, out var token) && token.TenantId.Version == 7))
        {
            _found.Enqueue(line);
        }
    }

    // Also behind the prefixes of keys and links, whose letters are those of tokens.
    [GeneratedRegex("(?<=todo_key_|todo_guest_|todo_cal_|(?<![A-Za-z0-9_-]))[A-Za-z0-9_-]{64}(?![A-Za-z0-9_-])")]
    private static partial Regex TokenLike();

    private sealed class Provider(SecretWatch watch) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Logger(watch, categoryName);

        public void Dispose()
        {
        }
    }

    private sealed class Logger(SecretWatch watch, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            watch.Read($"{category} scope: {Fields(state)}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            watch.Read($"{category}: {formatter(state, exception)} {Fields(state)} {exception}");

        private static string Fields<TState>(TState state) =>
            state is IEnumerable<KeyValuePair<string, object?>> fields ? string.Join(", ", fields.Select(field => $"{field.Key}={field.Value}")) : $"{state}";
    }
}
