using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;

namespace Todo.Data.Catalog;

/// <summary>The tables of <c>public</c>: what must be known before a tenant is.</summary>
public sealed class CatalogDbContext(DbContextOptions<CatalogDbContext> options) : DbContext(options)
{
    /// <summary>All tenants, whatever their status.</summary>
    public DbSet<Tenant> Tenants => Set<Tenant>();

    /// <summary>The sign-in directory.</summary>
    public DbSet<SignIn> SignIns => Set<SignIn>();

    /// <summary>Companies that signed up.</summary>
    public DbSet<Company> Companies => Set<Company>();

    /// <summary>Sign-ups, under way and done.</summary>
    public DbSet<Registration> Registrations => Set<Registration>();

    /// <summary>Mail, sent and to be sent.</summary>
    public DbSet<OutgoingMail> OutgoingMail => Set<OutgoingMail>();

    /// <summary>Which tenants have webhooks.</summary>
    public DbSet<WebhookTenant> WebhookTenants => Set<WebhookTenant>();

    /// <summary>Failed sign-ins.</summary>
    public DbSet<SignInFailure> SignInFailures => Set<SignInFailure>();

    /// <summary>Migration runs, open and ended.</summary>
    public DbSet<MigrationRun> MigrationRuns => Set<MigrationRun>();

    /// <summary>What each run has to do, or did, to each of its tenants.</summary>
    public DbSet<MigrationRunTenant> MigrationRunTenants => Set<MigrationRunTenant>();

    /// <summary>A context of the catalog that takes part in the caller's transaction.</summary>
    public static CatalogDbContext Join(NpgsqlTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var context = new CatalogDbContext(new DbContextOptionsBuilder<CatalogDbContext>().UseNpgsql(transaction.Connection!).Options);
        context.Database.UseTransaction(transaction);
        return context;
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("public");
        modelBuilder.Entity<Tenant>(tenant =>
        {
            tenant.ToTable("tenants");
            tenant.Property(t => t.Status).HasConversion(new SnakeCaseEnum<TenantStatus>());
        });
        modelBuilder.Entity<SignIn>(signIn =>
        {
            signIn.ToTable("sign_ins");
            signIn.HasKey(s => new { s.Email, s.TenantId });
        });
        modelBuilder.Entity<Company>().ToTable("companies");
        modelBuilder.Entity<Registration>(registration =>
        {
            registration.ToTable("registrations");
            registration.Property(r => r.State).HasConversion(new SnakeCaseEnum<RegistrationState>());
        });
        modelBuilder.Entity<OutgoingMail>().ToTable("outgoing_mail");
        modelBuilder.Entity<WebhookTenant>().ToTable("webhook_tenants").HasKey(tenant => tenant.TenantId);
        modelBuilder.Entity<SignInFailure>().ToTable("sign_in_failures").HasKey(failure => failure.Key);
        modelBuilder.Entity<MigrationRun>(run =>
        {
            run.ToTable("migration_runs");
            run.Ignore(r => r.IsPausedByPerson);
            run.Property(r => r.Kind).HasConversion(new SnakeCaseEnum<RunKind>());
            run.Property(r => r.State).HasConversion(new SnakeCaseEnum<RunState>());
        });
        modelBuilder.Entity<MigrationRunTenant>(tenant =>
        {
            tenant.ToTable("migration_run_tenants");
            tenant.HasKey(t => new { t.RunId, t.TenantId });
            tenant.Property(t => t.State).HasConversion(new SnakeCaseEnum<RunTenantState>());
        });
        modelBuilder.Entity<FleetSettings>().ToTable("fleet");
        modelBuilder.UseSnakeCaseNames();
    }
}
