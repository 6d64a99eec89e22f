using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What happened in a list, newest first.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126172000_IndexListActivity")]
public sealed class IndexListActivity : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY events_list_id_id_idx ON events (list_id, id) WHERE list_id IS NOT NULL;", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY events_list_id_id_idx;", suppressTransaction: true);
}
