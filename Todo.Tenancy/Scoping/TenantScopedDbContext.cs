using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Todo.Tenancy.Scoping;

/// <summary>
/// A context whose one compiled model serves every tenant: the model names <see cref="TenantSchema.Placeholder"/>, and
/// <see cref="TenantSchemaInterceptor"/> puts the current tenant's schema in its place, statement by statement.
/// </summary>
public abstract class TenantScopedDbContext : DbContext
{
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
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.HasDefaultSchema(TenantSchema.Placeholder);
    }
}
