using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What is due in a time, soonest first.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126012500_IndexTodoDue")]
public sealed class IndexTodoDue : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_due_at_id_idx ON todos (due_at, id) WHERE due_at IS NOT NULL;", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_due_at_id_idx;", suppressTransaction: true);
}
