using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>Who made what: for handing it over before its maker is deleted for good, for the foreign key that is checked then, and for a newcomer's first steps.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261129211000_IndexTodoMakers")]
public sealed class IndexTodoMakers : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_created_by_idx ON todos (created_by);", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_created_by_idx;", suppressTransaction: true);
}
