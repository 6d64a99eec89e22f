using Microsoft.EntityFrameworkCore;
using Todo.Tenancy.Catalog;

namespace Todo.Data.Catalog;

/// <summary>The tables of <c>public</c>: what must be known before a tenant is.</summary>
public sealed class CatalogDbContext(DbContextOptions<CatalogDbContext> options) : DbContext(options)
{
    /// <summary>All tenants, whatever their status.</summary>
    public DbSet<Tenant> Tenants => Set<Tenant>();

    /// <summary>The sign-in directory.</summary>
    public DbSet<SignIn> SignIns => Set<SignIn>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("public");
        modelBuilder.Entity<Tenant>(tenant =>
        {
            tenant.ToTable("tenants");
            tenant.Property(t => t.Status).HasConversion(
                status => status.ToString().ToLowerInvariant(),
                text => Enum.Parse<TenantStatus>(text, ignoreCase: true));
        });
        modelBuilder.Entity<SignIn>(signIn =>
        {
            signIn.ToTable("sign_ins");
            signIn.HasKey(s => new { s.Email, s.TenantId });
        });
        modelBuilder.UseSnakeCaseNames();
    }
}
