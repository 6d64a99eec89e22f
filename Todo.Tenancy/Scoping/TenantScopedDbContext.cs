using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Todo.Tenancy.Scoping;

/// <summary>
/// A context whose one compiled model serves every tenant: the model names <see cref="TenantSchema.Placeholder"/>, and
/// <see cref="TenantSchemaInterceptor"/> puts the current tenant's schema in its place, statement by statement.
/// </summary>
public abstract class TenantScopedDbContext : DbContext
{
    private JoiningDatabase? _database;

    /// <summary>Takes options made with <see cref="TenantScopedOptions.UseTenantSchemas"/>.</summary>
    /// <exception cref="ArgumentException">They were not: such a context would send the placeholder to the server.</exception>
    protected TenantScopedDbContext(DbContextOptions options)
        : base(options)
    {
        if (options.FindExtension<CoreOptionsExtension>()?.Interceptors?.Contains(TenantSchemaInterceptor.Instance) != true)
        {
            throw new ArgumentException($"Options of a tenant's context need {nameof(TenantScopedOptions.UseTenantSchemas)}().", nameof(options));
        }
    }

    /// <summary>The tenant whose tables the statements reach; null until <see cref="Enter"/>.</summary>
    public TenantSchema? Schema { get; private set; }

    /// <summary>The transaction that encloses those that begin now; null if there is none.</summary>
    public EnclosingTransaction? EnclosingTransaction { get; private set; }

    /// <summary>Binds this context to a tenant until it is disposed.</summary>
    /// <exception cref="InvalidOperationException">It is bound to another tenant, whose entities it may be tracking.</exception>
    public void Enter(TenantSchema schema)
    {
        if (Schema is { } current && current != schema)
        {
            throw new InvalidOperationException($"This context is bound to {current}; take another one for {schema}.");
        }

        Schema = schema;
    }

    /// <inheritdoc/>
    public override DatabaseFacade Database => _database ??= new JoiningDatabase(this);

    /// <summary>
    /// Begins a transaction around others: until it ends, each that begins on this context joins it, and is undone alone if it is not committed.
    /// So whoever encloses code that commits decides whether anything of it stays.
    /// </summary>
    /// <exception cref="InvalidOperationException">A transaction is under way.</exception>
    public async Task<EnclosingTransaction> BeginEnclosingTransactionAsync(CancellationToken cancellationToken) =>
        EnclosingTransaction = new EnclosingTransaction(this, await Database.BeginTransactionAsync(cancellationToken));

    /// <summary>
    /// Saves what has changed within a transaction that the caller gives up if this fails: without the savepoint that EF Core makes to undo this alone,
    /// which takes two round trips.
    /// </summary>
    /// <exception cref="DbUpdateException">It was not saved, and nothing else of the transaction can be.</exception>
    public async Task SaveOrGiveUpAsync(CancellationToken cancellationToken)
    {
        Database.AutoSavepointsEnabled = false;
        try
        {
            await SaveChangesAsync(cancellationToken);
        }
        finally
        {
            Database.AutoSavepointsEnabled = true;
        }
    }

    // Disposing a pooled context returns it: it goes back without a tenant, so the next lease fails closed until it enters one.

    /// <inheritdoc/>
    public override void Dispose()
    {
        Leave();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Leave();
        GC.SuppressFinalize(this);
        return base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.HasDefaultSchema(TenantSchema.Placeholder);
    }

    internal void EndEnclosing(EnclosingTransaction transaction)
    {
        if (EnclosingTransaction == transaction)
        {
            EnclosingTransaction = null;
        }
    }

    /// <summary>Forgets the tenant, and whatever else belongs to who leased this context.</summary>
    protected virtual void Leave()
    {
        Schema = null;
        EnclosingTransaction = null;
    }
}
