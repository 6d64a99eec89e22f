using Microsoft.EntityFrameworkCore.Storage;

namespace Todo.Tenancy.Scoping;

/// <summary>A transaction around all others of one context; see <see cref="TenantScopedDbContext.BeginEnclosingTransactionAsync"/>.</summary>
public sealed class EnclosingTransaction : IAsyncDisposable
{
    private readonly TenantScopedDbContext _context;
    private readonly IDbContextTransaction _transaction;

    internal EnclosingTransaction(TenantScopedDbContext context, IDbContextTransaction transaction) => (_context, _transaction) = (context, transaction);

    internal IDbContextTransaction Inner => _transaction;

    /// <summary>Commits what those within it have committed, and gives the connection back.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        await _transaction.CommitAsync(cancellationToken);
        await DisposeAsync();
    }

    /// <summary>Rolls everything back, unless it is committed, and gives the connection back.</summary>
    public async ValueTask DisposeAsync()
    {
        _context.EndEnclosing(this);
        await _transaction.DisposeAsync();
    }
}
