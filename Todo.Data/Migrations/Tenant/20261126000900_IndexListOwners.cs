using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>Somebody's own lists, and whether a person who is to be deleted has any.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126000900_IndexListOwners")]
public sealed class IndexListOwners : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todo_lists_owner_id_idx ON todo_lists (owner_id);", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todo_lists_owner_id_idx;", suppressTransaction: true);
}
