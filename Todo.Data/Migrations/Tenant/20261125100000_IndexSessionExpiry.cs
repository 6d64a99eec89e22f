using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>Signing in deletes the tenant's expired sessions, which this finds. Built without keeping anybody from signing in meanwhile.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261125100000_IndexSessionExpiry")]
public sealed class IndexSessionExpiry : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY sessions_expires_at_idx ON sessions (expires_at);", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY sessions_expires_at_idx;", suppressTransaction: true);
}
