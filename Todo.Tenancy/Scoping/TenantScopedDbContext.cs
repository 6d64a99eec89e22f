using Microsoft.EntityFrameworkCore;

namespace Todo.Tenancy.Scoping;

/// <summary>
/// A context whose one compiled model serves every tenant: the model names <see cref="TenantSchema.Placeholder"/>, and
/// <see cref="TenantSchemaInterceptor"/> puts the current tenant's schema in its place, statement by statement.
/// </summary>
public abstract class TenantScopedDbContext(DbContextOptions options) : DbContext(options)
{
    /// <summary>The tenant whose tables the statements reach; null until <see cref="Enter"/>.</summary>
    public TenantSchema? Schema { get; private set; }

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

    // Disposing a pooled context returns it: it goes back without a tenant, so the next lease fails closed until it enters one.

    /// <inheritdoc/>
    public override void Dispose()
    {
        Schema = null;
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Schema = null;
        GC.SuppressFinalize(this);
        return base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        optionsBuilder.AddInterceptors(TenantSchemaInterceptor.Instance);
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.HasDefaultSchema(TenantSchema.Placeholder);
    }
}
