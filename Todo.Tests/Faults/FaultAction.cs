namespace Todo.Tests.Faults;

/// <summary>What happens at a <see cref="FaultPoint"/>.</summary>
public sealed class FaultAction
{
    private readonly Func<ProxyConnection, ProxiedStatement, Task> _run;

    private FaultAction(Func<ProxyConnection, ProxiedStatement, Task> run) => _run = run;

    /// <summary>
    /// The connection breaks. The server notices first, so its transaction is rolled back and its locks are free when the client does;
    /// what the server had answered last is never told.
    /// </summary>
    public static FaultAction CutConnection { get; } = new((connection, _) => connection.CutAsync());

    /// <summary>
    /// The server's process for this connection is ended by an administrator. The client is told of that, with the server's own words,
    /// instead of what the server had answered last.
    /// </summary>
    public static FaultAction TerminateBackend { get; } = new((connection, _) => connection.TerminateBackendAsync());

    /// <summary>
    /// Whatever the test wants, while the connection stands still; then the proxy goes on forwarding: the statement if the fault is before
    /// it, its answer if after. To kill a client or to stop the server as if the client had heard nothing, add <see cref="ThenCut"/>.
    /// </summary>
    public static FaultAction Call(Func<ProxiedStatement, Task> callback) => new((_, statement) => callback(statement));

    /// <summary>The same, and then the connection breaks: neither the statement nor its answer goes any further.</summary>
    public FaultAction ThenCut() => new(async (connection, statement) =>
    {
        await _run(connection, statement);
        await connection.CutAsync();
    });

    internal Task RunAsync(ProxyConnection connection, ProxiedStatement statement) => _run(connection, statement);
}
