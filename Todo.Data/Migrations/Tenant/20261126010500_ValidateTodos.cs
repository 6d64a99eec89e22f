using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>The constraints of todos, looked at row by row while everybody goes on reading and writing.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126010500_ValidateTodos")]
public sealed class ValidateTodos : Migration
{
    private static readonly (string Name, string Rule)[] Constraints =
    [
        ("todos_parent_id_fkey", "FOREIGN KEY (parent_id) REFERENCES todos (id) ON DELETE CASCADE"),
        ("todos_parent_id_check", "CHECK (parent_id <> id)"),
        ("todos_priority_check", "CHECK (priority BETWEEN 0 AND 4)"),
        ("todos_source_check", "CHECK (source IN ('user', 'api_key', 'guest', 'quick_add', 'import', 'recurrence'))"),
    ];

    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        foreach (var (name, _) in Constraints)
        {
            migrationBuilder.Sql($"ALTER TABLE todos VALIDATE CONSTRAINT {name};");
        }
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var (name, rule) in Constraints)
        {
            migrationBuilder.Sql($"ALTER TABLE todos DROP CONSTRAINT {name};");
            migrationBuilder.Sql($"ALTER TABLE todos ADD CONSTRAINT {name} {rule} NOT VALID;");
        }
    }
}
