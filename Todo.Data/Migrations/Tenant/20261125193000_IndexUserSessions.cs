using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>A person's sessions are listed newest first, and ended all at once.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261125193000_IndexUserSessions")]
public sealed class IndexUserSessions : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY sessions_user_id_created_at_idx ON sessions (user_id, created_at);", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY sessions_user_id_created_at_idx;", suppressTransaction: true);
}
