namespace Todo.Tests.Faults;

/// <summary>What the server said to a statement.</summary>
public enum StatementAnswer
{
    /// <summary>Nothing, or nothing yet.</summary>
    None,

    /// <summary>It was executed.</summary>
    Completed,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It was passed over, because one before it in the same batch had failed.</summary>
    Skipped,
}

/// <summary>A statement that a client sent through a <see cref="PostgresProxy"/>.</summary>
public sealed class ProxiedStatement
{
    internal ProxiedStatement(int number, int connection, int backendProcessId, string sql)
    {
        Number = number;
        Connection = connection;
        BackendProcessId = backendProcessId;
        Sql = sql;
    }

    /// <summary>Its place among all statements of the proxy, from 1.</summary>
    public int Number { get; }

    /// <summary>The connection that sent it: the proxy's first is 1.</summary>
    public int Connection { get; }

    /// <summary>The process on the server that serves this connection.</summary>
    public int BackendProcessId { get; }

    /// <summary>Its text, also where only the name of a prepared statement was sent.</summary>
    public string Sql { get; }

    /// <summary>What became of it, as the server told.</summary>
    public StatementAnswer Answer { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => $"#{Number} on connection {Connection}, {Answer}: {Sql}";
}
