using Microsoft.EntityFrameworkCore;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Data;

/// <summary>The two independent lines of migrations in this assembly, generated once per process.</summary>
public static class MigrationLines
{
    private static readonly Lazy<MigrationLine> LazyCatalog = new(() =>
    {
        using var context = new CatalogDbContext(new DbContextOptionsBuilder<CatalogDbContext>().UseNpgsql().Options);
        return MigrationLine.Load(context);
    });

    private static readonly Lazy<MigrationLine> LazyTenant = new(() =>
    {
        var options = new DbContextOptionsBuilder<TenantDbContext>().UseNpgsql();
        options.UseTenantSchemas();
        using var context = new TenantDbContext(options.Options);
        return MigrationLine.Load(context);
    });

    /// <summary>The line of <c>public</c>.</summary>
    public static MigrationLine Catalog => LazyCatalog.Value;

    /// <summary>The line of every tenant's schema.</summary>
    public static MigrationLine Tenant => LazyTenant.Value;
}
