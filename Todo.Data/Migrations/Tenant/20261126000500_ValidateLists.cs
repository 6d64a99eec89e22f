using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>The constraints of lists, looked at row by row while everybody goes on reading and writing.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126000500_ValidateLists")]
public sealed class ValidateLists : Migration
{
    private static readonly (string Name, string Rule)[] Constraints =
    [
        ("todo_lists_owner_id_fkey", "FOREIGN KEY (owner_id) REFERENCES users (id)"),
        ("todo_lists_visibility_check", "CHECK (visibility IN ('private', 'tenant'))"),
        ("todo_lists_inbox_check", "CHECK (NOT is_inbox OR (owner_id = id AND visibility = 'private' AND archived_at IS NULL AND deleted_at IS NULL))"),
    ];

    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        foreach (var (name, _) in Constraints)
        {
            migrationBuilder.Sql($"ALTER TABLE todo_lists VALIDATE CONSTRAINT {name};");
        }
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var (name, rule) in Constraints)
        {
            migrationBuilder.Sql($"ALTER TABLE todo_lists DROP CONSTRAINT {name};");
            migrationBuilder.Sql($"ALTER TABLE todo_lists ADD CONSTRAINT {name} {rule} NOT VALID;");
        }
    }
}
