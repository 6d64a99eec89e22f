using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>The states of todos, looked at row by row while everybody goes on reading and writing.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126160500_ValidateWorkStates")]
public sealed class ValidateWorkStates : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("ALTER TABLE todos VALIDATE CONSTRAINT todos_work_state_check;");

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        ALTER TABLE todos DROP CONSTRAINT todos_work_state_check;
        ALTER TABLE todos ADD CONSTRAINT todos_work_state_check CHECK (work_state BETWEEN 0 AND 8) NOT VALID;
        """);
}
