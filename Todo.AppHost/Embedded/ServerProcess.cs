using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Todo.Tests")]

namespace Todo.AppHost.Embedded;

/// <summary>
/// A server ready to be started: its data folder is initialised and free of leftovers, its port chosen, its settings written.
/// Whoever starts it needs only the command below. It holds the folder's lock until it is disposed of or this process ends.
/// </summary>
public sealed class ServerProcess : IDisposable
{
    private readonly ServerFolder _folder;
    private readonly bool _deleteAfterwards;
    private readonly Func<CancellationToken, Task> _check;

    /// <param name="kind">How it is stopped and recognised.</param>
    /// <param name="folder">Its folder, whose lock this object keeps.</param>
    /// <param name="deleteAfterwards">Whether the folder goes with this object.</param>
    /// <param name="check">Throws unless the server serves.</param>
    internal ServerProcess(ServerKind kind, ServerFolder folder, bool deleteAfterwards, Func<CancellationToken, Task> check)
    {
        Kind = kind;
        _folder = folder;
        _deleteAfterwards = deleteAfterwards;
        _check = check;
    }

    internal ServerKind Kind { get; }

    /// <summary>What it is, for messages: <c>PostgreSQL 15</c>, <c>Redis</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The program, as a full path. As root, the program that switches to the server's account.</summary>
    public required string FileName { get; init; }

    /// <summary>Its arguments. No secret is among them.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Environment variables to add to our own.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The folder to start it in.</summary>
    public string WorkingDirectory => _folder.Path;

    /// <summary>The address it listens on, and nothing else: the loopback address.</summary>
    public string Host { get; } = "127.0.0.1";

    /// <summary>The port it listens on.</summary>
    public required int Port { get; init; }

    /// <summary>The user to sign in as; null for Redis, which is signed in to by password alone.</summary>
    public string? UserName { get; init; }

    /// <summary>The password of this data folder.</summary>
    public required string Password { get; init; }

    /// <summary>The connection string in the form of the server's usual .NET client. It holds the password.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The server's own data folder, where it really is (as root, perhaps not where it was asked for).</summary>
    public string DataFolder => _folder.Data;

    /// <summary>The file <see cref="EmbeddedServer"/> lets the server write its log to, anew at each start.</summary>
    public string LogFile => _folder.LogFile;

    /// <summary>Asks the server, over its own protocol and with its password, whether it serves.</summary>
    /// <exception cref="EmbeddedServerException">It does not, or not yet.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _check(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not (OperationCanceledException or EmbeddedServerException))
        {
            throw new EmbeddedServerException($"{Name} on port {Port} does not answer: {WithoutSecrets(error.Message)}", error);
        }
    }

    /// <summary>Lets go of the folder, deleting it if it was a throw-away one. The server must have ended.</summary>
    public void Dispose()
    {
        if (_deleteAfterwards)
        {
            _folder.Delete();
        }

        _folder.Dispose();
    }

    /// <summary>Lets go of the folder without deleting it, as a killed process would.</summary>
    internal void ReleaseLock() => _folder.Dispose();

    /// <summary>The name and address, without the password.</summary>
    public override string ToString() => $"{Name} on {Host}:{Port}, data in {DataFolder}";

    internal string WithoutSecrets(string text) => text.Replace(Password, "***", StringComparison.Ordinal);
}
