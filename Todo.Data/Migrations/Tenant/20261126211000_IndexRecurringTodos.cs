using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>The todos that repeat: a calendar looks into each of them. The others cost this nothing.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126211000_IndexRecurringTodos")]
public sealed class IndexRecurringTodos : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_recurring_idx ON todos (list_id) WHERE recurrence_rule IS NOT NULL;", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_recurring_idx;", suppressTransaction: true);
}
