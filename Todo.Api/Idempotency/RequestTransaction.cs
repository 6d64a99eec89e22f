using Npgsql;

namespace Todo.Api.Idempotency;

/// <summary>
/// The transaction around everything that a request with an <c>Idempotency-Key</c> does. Code that opens a connection of its own takes part in it
/// instead, and what must not be seen before the commit, such as a message to other replicas, waits for it.
/// </summary>
internal sealed class RequestTransaction
{
    private readonly List<Func<Task>> _afterwards = [];

    /// <summary>Null: the request has no such transaction, and each change commits by itself.</summary>
    public NpgsqlTransaction? Current { get; private set; }

    /// <summary>Does it once the change that was just made can be seen by others: now, or after the commit.</summary>
    public Task AfterCommitAsync(Func<Task> work)
    {
        if (Current is null)
        {
            return work();
        }

        _afterwards.Add(work);
        return Task.CompletedTask;
    }

    internal void Enter(NpgsqlTransaction transaction) => Current = transaction;

    /// <summary>Everything is committed, and the connection given back.</summary>
    internal async Task CommittedAsync()
    {
        Current = null;
        foreach (var work in _afterwards)
        {
            await work();
        }

        _afterwards.Clear();
    }

    /// <summary>Nothing of it happened.</summary>
    internal void RolledBack()
    {
        Current = null;
        _afterwards.Clear();
    }
}
