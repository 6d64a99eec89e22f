using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What was changed last, a page at a time, whatever list it is in.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261130071000_IndexTodoUpdates")]
public sealed class IndexTodoUpdates : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_updated_at_id_idx ON todos (updated_at, id);", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_updated_at_id_idx;", suppressTransaction: true);
}
