using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What begins in the time that a calendar shows, or begins before it and ends after.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126212000_IndexTodoStart")]
public sealed class IndexTodoStart : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_start_at_due_at_idx ON todos (start_at, due_at) WHERE start_at IS NOT NULL;", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_start_at_due_at_idx;", suppressTransaction: true);
}
