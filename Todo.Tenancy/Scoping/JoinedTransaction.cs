using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Todo.Tenancy.Scoping;

/// <summary>
/// A part of an enclosing transaction, for code that begins and commits one of its own. Committed, it is kept if the enclosing one is; not
/// committed, what it did is undone and the rest goes on (PostgreSQL manual, SAVEPOINT).
/// </summary>
internal sealed class JoinedTransaction : IDbContextTransaction, IInfrastructure<DbTransaction>
{
    private const string Savepoint = "joined";

    private readonly IDbContextTransaction _enclosing;
    private readonly DbConnection? _connection;
    private bool _isOver;

    private JoinedTransaction(IDbContextTransaction enclosing) => (_enclosing, _connection) = (enclosing, enclosing.GetDbTransaction().Connection);

    // With a broken connection everything is undone already, and an error of its own would hide the one that broke it.
    private bool IsUndoable => !_isOver && _connection?.State == ConnectionState.Open;

    public Guid TransactionId => _enclosing.TransactionId;

    public bool SupportsSavepoints => true;

    DbTransaction IInfrastructure<DbTransaction>.Instance => _enclosing.GetDbTransaction();

    public static JoinedTransaction Begin(IDbContextTransaction enclosing)
    {
        enclosing.CreateSavepoint(Savepoint);
        return new JoinedTransaction(enclosing);
    }

    public static async Task<JoinedTransaction> BeginAsync(IDbContextTransaction enclosing, CancellationToken cancellationToken)
    {
        await enclosing.CreateSavepointAsync(Savepoint, cancellationToken);
        return new JoinedTransaction(enclosing);
    }

    public void Commit() => _isOver = true;

    public Task CommitAsync(CancellationToken cancellationToken = default)
    {
        Commit();
        return Task.CompletedTask;
    }

    public void Rollback()
    {
        if (IsUndoable)
        {
            _enclosing.RollbackToSavepoint(Savepoint);
        }

        _isOver = true;
    }

    public async Task RollbackAsync(CancellationToken cancellationToken = default)
    {
        if (IsUndoable)
        {
            await _enclosing.RollbackToSavepointAsync(Savepoint, cancellationToken);
        }

        _isOver = true;
    }

    public void CreateSavepoint(string name) => _enclosing.CreateSavepoint(name);

    public Task CreateSavepointAsync(string name, CancellationToken cancellationToken = default) => _enclosing.CreateSavepointAsync(name, cancellationToken);

    public void RollbackToSavepoint(string name) => _enclosing.RollbackToSavepoint(name);

    public Task RollbackToSavepointAsync(string name, CancellationToken cancellationToken = default) => _enclosing.RollbackToSavepointAsync(name, cancellationToken);

    public void ReleaseSavepoint(string name) => _enclosing.ReleaseSavepoint(name);

    public Task ReleaseSavepointAsync(string name, CancellationToken cancellationToken = default) => _enclosing.ReleaseSavepointAsync(name, cancellationToken);

    public void Dispose() => Rollback();

    public async ValueTask DisposeAsync() => await RollbackAsync();
}
