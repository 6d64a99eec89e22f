using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Todo.Tests.Faults;

/// <summary>
/// Stands between a client and the server, reads what they say to each other (PostgreSQL manual, "Frontend/Backend Protocol"), and breaks
/// their connection at exactly the statement it was told. Before and after that it forwards everything unchanged. It speaks no TLS, and
/// takes a simple query for one statement, whatever is in it.
/// </summary>
public sealed class PostgresProxy : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<ProxyConnection, Task> _connections = new();
    private readonly Lock _lock = new();
    private readonly List<ProxiedStatement> _statements = [];
    private readonly Task _accepting;
    private int _connectionCount;
    private int _statementCount;
    private ArmedFault? _fault;

    private PostgresProxy(string connectionString)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        var port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = port }.ConnectionString;
        _accepting = AcceptAsync();
    }

    /// <summary>The server's connection string, but by way of the proxy.</summary>
    public string ConnectionString { get; }

    /// <summary>
    /// Everything that clients have sent so far, or since <see cref="Forget"/>, in the order in which it came. With what Npgsql sends of
    /// itself: the types' names on a data source's first connection, <c>DISCARD ALL</c> when a pooled one is used again.
    /// </summary>
    public IReadOnlyList<ProxiedStatement> Statements
    {
        get
        {
            lock (_lock)
            {
                return [.. _statements];
            }
        }
    }

    /// <summary>
    /// Completes when the fault armed last has struck and its action is done; after <see cref="FaultAction.CutConnection"/> and
    /// <see cref="FaultAction.TerminateBackend"/> the server's process has ended then. Fails if the action failed, or if the
    /// connection ended by itself at the statement in question.
    /// </summary>
    public Task<ProxiedStatement> Fired => Fault.Fired;

    /// <summary>The statement that the fault armed last has struck at, already while its action runs; null before.</summary>
    public ProxiedStatement? FiredAt => Fault.FiredAt;

    private ArmedFault Fault => _fault ?? throw new InvalidOperationException("No fault has been armed.");

    /// <summary>Starts a proxy in front of the server of this connection string; the server need not run.</summary>
    public static PostgresProxy Start(string connectionString) => new(connectionString);

    /// <summary>Arms one fault that breaks a connection.</summary>
    public void Cut(FaultPoint point) => Arm(point, FaultAction.CutConnection);

    /// <summary>Arms one fault. Statements count from now on.</summary>
    /// <exception cref="InvalidOperationException">Another one is armed and has not struck.</exception>
    public void Arm(FaultPoint point, FaultAction action)
    {
        ArgumentNullException.ThrowIfNull(point);
        ArgumentNullException.ThrowIfNull(action);
        lock (_lock)
        {
            if (_fault is { IsArmed: true })
            {
                throw new InvalidOperationException($"A fault is armed already: {_fault.Point}");
            }

            _fault = new ArmedFault(point, action);
        }
    }

    /// <summary>Takes an armed fault away; false if it has struck, or is about to.</summary>
    public bool Disarm()
    {
        lock (_lock)
        {
            var armed = _fault is { IsArmed: true };
            if (armed)
            {
                _fault = null;
            }

            return armed;
        }
    }

    /// <summary>Empties the log; <see cref="ProxiedStatement.Number"/> goes on.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _statements.Clear();
        }
    }

    /// <summary>Breaks all connections and accepts no more.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach (var connection in _connections.Keys)
        {
            connection.Dispose();
        }

        await Task.WhenAll(_connections.Values);
    }

    internal int NextConnection() => Interlocked.Increment(ref _connectionCount);

    /// <summary>Notes a statement, and gives out the fault that is to strike at it.</summary>
    internal ProxiedStatement Record(int connection, int backendProcessId, string sql, out ArmedFault? fault)
    {
        lock (_lock)
        {
            var statement = new ProxiedStatement(++_statementCount, connection, backendProcessId, sql);
            _statements.Add(statement);
            fault = _fault is not null && _fault.TakesAim(statement) ? _fault : null;
            return statement;
        }
    }

    /// <summary>Asks the server, directly, to end one of its processes.</summary>
    internal async Task TerminateBackendAsync(int processId)
    {
        // Unpooled: a server that was stopped in between leaves no dead connection behind.
        await using var direct = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Pooling = false }.ConnectionString);
        await direct.OpenAsync();
        await using var terminate = new NpgsqlCommand("SELECT pg_terminate_backend($1)", direct) { Parameters = { new() { Value = processId } } };
        if (await terminate.ExecuteScalarAsync() is not true)
        {
            throw new InvalidOperationException($"The server has no process {processId} to terminate.");
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                if (await ConnectAsync() is { } server)
                {
                    var connection = new ProxyConnection(this, client, server);
                    _connections[connection] = ServeAsync(connection);
                }
                else
                {
                    // Unlike with a server that is down, the client is connected already: a reset is the nearest thing.
                    client.Close(0);
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Disposed of.
        }
    }

    private async Task<Socket?> ConnectAsync()
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await server.ConnectAsync(_server.Host!, _server.Port);
            return server;
        }
        catch (SocketException)
        {
            server.Dispose();
            return null;
        }
    }

    private async Task ServeAsync(ProxyConnection connection)
    {
        // What fails stays in the list, for DisposeAsync to throw.
        await Task.Yield();
        await connection.RunAsync();
        _connections.TryRemove(connection, out _);
    }
}
