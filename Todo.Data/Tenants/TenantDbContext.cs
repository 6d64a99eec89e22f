using Microsoft.EntityFrameworkCore;
using Todo.Tenancy.Scoping;

namespace Todo.Data.Tenants;

/// <summary>The tables of one tenant, whichever it is: see <see cref="TenantScopedDbContext"/>.</summary>
public sealed class TenantDbContext(DbContextOptions<TenantDbContext> options) : TenantScopedDbContext(options)
{
    /// <summary>The tenant's people.</summary>
    public DbSet<User> Users => Set<User>();

    /// <summary>Their roles.</summary>
    public DbSet<Role> Roles => Set<Role>();

    /// <summary>What roles may hold.</summary>
    public DbSet<PermissionEntry> Permissions => Set<PermissionEntry>();

    /// <summary>What each role holds.</summary>
    public DbSet<RolePermission> RolePermissions => Set<RolePermission>();

    /// <summary>Who is signed in.</summary>
    public DbSet<Session> Sessions => Set<Session>();

    /// <summary>Lists of todos.</summary>
    public DbSet<TodoList> Lists => Set<TodoList>();

    /// <summary>Todos.</summary>
    public DbSet<TodoItem> Todos => Set<TodoItem>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<User>().ToTable("users");
        modelBuilder.Entity<Role>().ToTable("roles");
        modelBuilder.Entity<PermissionEntry>().ToTable("permissions").HasKey(permission => permission.Name);
        modelBuilder.Entity<RolePermission>().ToTable("role_permissions").HasKey(link => new { link.RoleId, link.Permission });
        modelBuilder.Entity<Session>().ToTable("sessions").HasKey(session => session.TokenHash);
        modelBuilder.Entity<TodoList>().ToTable("todo_lists");
        modelBuilder.Entity<TodoItem>().ToTable("todos");
        modelBuilder.UseSnakeCaseNames();
    }
}
