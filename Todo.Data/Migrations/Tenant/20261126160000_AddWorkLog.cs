using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>
/// Who did what with a todo, and how long people worked at it; and the permission to see how long others did, which those have who look after people.
/// Of what is there already the state follows from the rest of its row.
/// </summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126160000_AddWorkLog")]
public sealed class AddWorkLog : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        // A constant default: no row is written again, and the build before this one still inserts, and completes without a word about the state.
        migrationBuilder.Sql(
            """
            ALTER TABLE todos ADD COLUMN work_state smallint NOT NULL DEFAULT 0;
            ALTER TABLE todos ADD CONSTRAINT todos_work_state_check CHECK (work_state BETWEEN 0 AND 8) NOT VALID;
            """);
        migrationBuilder.CreateTable(
            name: "work_entries",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                todo_id = table.Column<Guid>("uuid"),
                actor_id = table.Column<Guid>("uuid", nullable: true),
                person_id = table.Column<Guid>("uuid", nullable: true),
                action = table.Column<short>("smallint"),
                from_state = table.Column<short>("smallint"),
                to_state = table.Column<short>("smallint"),
                comment = table.Column<string>("text", nullable: true),
                at = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table =>
            {
                table.PrimaryKey("work_entries_pkey", entry => entry.id);
                table.ForeignKey("work_entries_todo_id_fkey", entry => entry.todo_id, "todos", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("work_entries_actor_id_fkey", entry => entry.actor_id, "users", "id", onDelete: ReferentialAction.SetNull);
                table.ForeignKey("work_entries_person_id_fkey", entry => entry.person_id, "users", "id", onDelete: ReferentialAction.SetNull);
                table.CheckConstraint("work_entries_action_check", "action BETWEEN 0 AND 10");
                table.CheckConstraint("work_entries_state_check", "from_state BETWEEN 0 AND 8 AND to_state BETWEEN 0 AND 8");
            });
        migrationBuilder.CreateIndex("work_entries_todo_id_id_idx", "work_entries", ["todo_id", "id"]);
        migrationBuilder.CreateTable(
            name: "work_spans",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                todo_id = table.Column<Guid>("uuid"),
                person_id = table.Column<Guid>("uuid", nullable: true),
                started_at = table.Column<DateTimeOffset>("timestamptz"),
                ended_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("work_spans_pkey", span => span.id);
                table.ForeignKey("work_spans_todo_id_fkey", span => span.todo_id, "todos", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("work_spans_person_id_fkey", span => span.person_id, "users", "id", onDelete: ReferentialAction.SetNull);
                table.CheckConstraint("work_spans_ended_at_check", "ended_at >= started_at");
            });

        // Whoever works at a todo does so once, whatever happens at the same time. By its end a span is found by when it was.
        migrationBuilder.Sql("CREATE UNIQUE INDEX work_spans_open_idx ON work_spans (todo_id, person_id) WHERE ended_at IS NULL;");
        migrationBuilder.CreateIndex("work_spans_todo_id_idx", "work_spans", "todo_id");
        migrationBuilder.CreateIndex("work_spans_ended_at_person_id_idx", "work_spans", ["ended_at", "person_id"]);
        migrationBuilder.Sql(
            """
            INSERT INTO permissions (name, description) VALUES ('work.read', 'See how long others worked');
            INSERT INTO role_permissions (role_id, permission)
                SELECT id, 'work.read' FROM roles WHERE is_built_in AND name IN ('owner', 'administrator');
            """);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("DELETE FROM permissions WHERE name = 'work.read';");
        migrationBuilder.DropTable("work_spans");
        migrationBuilder.DropTable("work_entries");
        migrationBuilder.Sql("ALTER TABLE todos DROP CONSTRAINT todos_work_state_check;");
        migrationBuilder.DropColumn("work_state", "todos");
    }
}
