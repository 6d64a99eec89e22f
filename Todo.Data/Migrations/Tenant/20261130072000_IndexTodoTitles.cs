using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>Todos by their titles, a page at a time, whatever list they are in.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261130072000_IndexTodoTitles")]
public sealed class IndexTodoTitles : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_title_id_idx ON todos (title, id);", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_title_id_idx;", suppressTransaction: true);
}
