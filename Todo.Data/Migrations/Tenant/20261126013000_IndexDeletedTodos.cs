using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What is in the trash, and since when.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126013000_IndexDeletedTodos")]
public sealed class IndexDeletedTodos : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_deleted_at_idx ON todos (deleted_at) WHERE deleted_at IS NOT NULL;", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_deleted_at_idx;", suppressTransaction: true);
}
