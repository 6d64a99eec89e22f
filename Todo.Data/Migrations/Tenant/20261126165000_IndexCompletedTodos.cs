using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What was completed in a time: statistics look at that, and not at all that ever was. Open todos cost this nothing.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126165000_IndexCompletedTodos")]
public sealed class IndexCompletedTodos : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_completed_at_idx ON todos (completed_at) WHERE completed_at IS NOT NULL;", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_completed_at_idx;", suppressTransaction: true);
}
