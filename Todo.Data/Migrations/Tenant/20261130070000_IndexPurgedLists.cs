using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>Who saw a list that is gone for good: asked for each event that happened in one.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261130070000_IndexPurgedLists")]
public sealed class IndexPurgedLists : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY events_purged_list_id_idx ON events (list_id) WHERE kind = 'list.purged';", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY events_purged_list_id_idx;", suppressTransaction: true);
}
