using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What somebody is to do. Most todos are nobody's, and cost this nothing.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126012000_IndexTodoAssignees")]
public sealed class IndexTodoAssignees : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_assignee_ids_idx ON todos USING gin (assignee_ids) WHERE cardinality(assignee_ids) > 0;", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_assignee_ids_idx;", suppressTransaction: true);
}
