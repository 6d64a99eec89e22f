using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>The parts of a todo: shown, moved, deleted and copied with it.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126011500_IndexTodoParts")]
public sealed class IndexTodoParts : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_parent_id_idx ON todos (parent_id) WHERE parent_id IS NOT NULL;", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_parent_id_idx;", suppressTransaction: true);
}
