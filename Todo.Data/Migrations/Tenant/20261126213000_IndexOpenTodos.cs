using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What is still to be done, soonest first, and what of it is late. What was ever completed grows, and is passed over; it costs this nothing.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126213000_IndexOpenTodos")]
public sealed class IndexOpenTodos : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_open_due_at_id_idx ON todos (due_at, id) WHERE completed_at IS NULL;", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_open_due_at_id_idx;", suppressTransaction: true);
}
