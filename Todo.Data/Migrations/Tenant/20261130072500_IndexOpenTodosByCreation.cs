using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What is open in the order in which it was made, without passing over what is done.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261130072500_IndexOpenTodosByCreation")]
public sealed class IndexOpenTodosByCreation : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_open_id_idx ON todos (id) WHERE completed_at IS NULL;", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_open_id_idx;", suppressTransaction: true);
}
