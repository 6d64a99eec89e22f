using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>
/// What todos have beside title and notes: an order, parts, people who are to do them, times, and a trash. Those that are there get what nobody has
/// said yet, and keep the order of their making.
/// </summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126010000_ExtendTodos")]
public sealed class ExtendTodos : Migration
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
        // Constant defaults: no row is written again, and the build before this one still inserts.
        migrationBuilder.Sql(
            """
            ALTER TABLE todos
                ADD COLUMN parent_id uuid,
                ADD COLUMN position text COLLATE "C" NOT NULL DEFAULT 'V',
                ADD COLUMN priority smallint NOT NULL DEFAULT 0,
                ADD COLUMN colour text,
                ADD COLUMN start_at timestamptz,
                ADD COLUMN due_at timestamptz,
                ADD COLUMN is_all_day boolean NOT NULL DEFAULT false,
                ADD COLUMN time_zone text,
                ADD COLUMN reminders integer[] NOT NULL DEFAULT '{}',
                ADD COLUMN estimate_minutes integer,
                ADD COLUMN assignee_ids uuid[] NOT NULL DEFAULT '{}',
                ADD COLUMN source text NOT NULL DEFAULT 'user',
                ADD COLUMN deleted_at timestamptz,
                ADD COLUMN version integer NOT NULL DEFAULT 1;
            """);
        foreach (var (name, rule) in Constraints)
        {
            migrationBuilder.Sql($"ALTER TABLE todos ADD CONSTRAINT {name} {rule} NOT VALID;");
        }
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var (name, _) in Constraints)
        {
            migrationBuilder.Sql($"ALTER TABLE todos DROP CONSTRAINT {name};");
        }

        // For the build before this one nothing is in the trash: what is there would come back.
        migrationBuilder.Sql("DELETE FROM todos WHERE deleted_at IS NOT NULL;");
        string[] columns =
        [
            "version", "deleted_at", "source", "assignee_ids", "estimate_minutes", "reminders", "time_zone", "is_all_day", "due_at", "start_at", "colour", "priority", "position", "parent_id",
        ];
        foreach (var column in columns)
        {
            migrationBuilder.DropColumn(column, "todos");
        }
    }
}
