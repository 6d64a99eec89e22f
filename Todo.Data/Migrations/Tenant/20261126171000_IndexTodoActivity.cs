using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What happened to a todo, newest first.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126171000_IndexTodoActivity")]
public sealed class IndexTodoActivity : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY events_todo_id_id_idx ON events (todo_id, id) WHERE todo_id IS NOT NULL;", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY events_todo_id_id_idx;", suppressTransaction: true);
}
