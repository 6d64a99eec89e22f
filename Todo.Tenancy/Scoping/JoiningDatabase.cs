using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Todo.Tenancy.Scoping;

/// <summary>What a <see cref="TenantScopedDbContext"/> offers as its database: a transaction that begins within an enclosing one joins it.</summary>
internal sealed class JoiningDatabase(TenantScopedDbContext context) : DatabaseFacade(context)
{
    public override IDbContextTransaction BeginTransaction() =>
        context.EnclosingTransaction is { } enclosing ? JoinedTransaction.Begin(enclosing.Inner) : base.BeginTransaction();

    public override async Task<IDbContextTransaction> BeginTransactionAsync(CancellationToken cancellationToken = default) =>
        context.EnclosingTransaction is { } enclosing ? await JoinedTransaction.BeginAsync(enclosing.Inner, cancellationToken) : await base.BeginTransactionAsync(cancellationToken);
}
