using Microsoft.EntityFrameworkCore;

namespace Todo.Tenancy.Scoping;

/// <summary>The option that makes a context a tenant's.</summary>
public static class TenantScopedOptions
{
    /// <summary>Has every statement's placeholder schema replaced with the schema that the context entered, and no transaction that encloses others go on without its connection.</summary>
    public static DbContextOptionsBuilder UseTenantSchemas(this DbContextOptionsBuilder options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.AddInterceptors(TenantSchemaInterceptor.Instance, LostTransactionInterceptor.Instance);
    }
}
