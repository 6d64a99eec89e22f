using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>A list in its order, a page at a time, and the neighbours of a todo that is moved.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126011000_IndexTodoOrder")]
public sealed class IndexTodoOrder : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_list_id_position_id_idx ON todos (list_id, position, id);", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_list_id_position_id_idx;", suppressTransaction: true);
}
