using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What matters most, a page at a time, whatever list it is in.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261130071500_IndexTodoPriorities")]
public sealed class IndexTodoPriorities : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_priority_id_idx ON todos (priority, id);", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_priority_id_idx;", suppressTransaction: true);
}
