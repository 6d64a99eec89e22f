using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;
using Todo.Tenancy.Migrations;

namespace Todo.Data.Migrations.Tenant;

/// <summary>Todos that repeat, and what of their occurrences is not as the rule has it.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126210000_AddRecurrence")]
[Acknowledge("prefer-timestamp-tz", "An occurrence is named by the wall clock of the todo's own zone, as RFC 5545 has it: which moment that is may change with the zone's rules.")]
public sealed class AddRecurrence : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        // Without a zone: an occurrence is at a time on the wall, whatever the clocks' offset is by then.
        migrationBuilder.AddColumn<string>("recurrence_rule", "todos", "text", nullable: true);
        migrationBuilder.AddColumn<string>("recurrence_mode", "todos", "text", nullable: true);
        migrationBuilder.AddColumn<DateTime>("recurrence_from", "todos", "timestamp", nullable: true);
        migrationBuilder.AddColumn<DateTime>("occurrence", "todos", "timestamp", nullable: true);
        migrationBuilder.CreateTable(
            name: "todo_occurrences",
            columns: table => new
            {
                todo_id = table.Column<Guid>("uuid"),
                original = table.Column<DateTime>("timestamp"),
                moved_to = table.Column<DateTime>("timestamp", nullable: true),
                title = table.Column<string>("text", nullable: true),
                notes = table.Column<string>("text", nullable: true),
                is_cancelled = table.Column<bool>("boolean"),
                completed_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
                completed_by = table.Column<Guid>("uuid", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("todo_occurrences_pkey", occurrence => new { occurrence.todo_id, occurrence.original });
                table.ForeignKey("todo_occurrences_todo_id_fkey", occurrence => occurrence.todo_id, "todos", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("todo_occurrences_completed_by_fkey", occurrence => occurrence.completed_by, "users", "id", onDelete: ReferentialAction.SetNull);
            });
        migrationBuilder.CreateIndex("todo_occurrences_completed_by_idx", "todo_occurrences", "completed_by", filter: "completed_by IS NOT NULL");
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable("todo_occurrences");
        foreach (var column in (string[])["occurrence", "recurrence_from", "recurrence_mode", "recurrence_rule"])
        {
            migrationBuilder.DropColumn(column, "todos");
        }
    }
}
