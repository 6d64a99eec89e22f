using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What people are told of.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126150000_AddNotifications")]
public sealed class AddNotifications : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "notifications",
            columns: table => new
            {
                person_id = table.Column<Guid>("uuid"),
                id = table.Column<Guid>("uuid"),
                kind = table.Column<string>("text"),
                actor_id = table.Column<Guid>("uuid", nullable: true),
                todo_id = table.Column<Guid>("uuid", nullable: true),
                comment_id = table.Column<Guid>("uuid", nullable: true),
                list_id = table.Column<Guid>("uuid", nullable: true),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                read_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("notifications_pkey", notification => new { notification.person_id, notification.id });
                table.ForeignKey("notifications_person_id_fkey", notification => notification.person_id, "users", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("notifications_actor_id_fkey", notification => notification.actor_id, "users", "id", onDelete: ReferentialAction.SetNull);
                table.ForeignKey("notifications_todo_id_fkey", notification => notification.todo_id, "todos", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("notifications_list_id_fkey", notification => notification.list_id, "todo_lists", "id", onDelete: ReferentialAction.Cascade);
                table.CheckConstraint("notifications_subject_check", "num_nonnulls(todo_id, list_id) = 1");
                table.CheckConstraint("notifications_kind_check", "kind IN ('todo_assigned', 'todo_completed', 'mentioned', 'commented', 'list_shared')");
            });

        // What is unread is counted all the time, and is little; todos are purged with what was told of them. People and lists rarely are.
        migrationBuilder.Sql("CREATE INDEX notifications_unread_idx ON notifications (person_id, id) WHERE read_at IS NULL;");
        migrationBuilder.CreateIndex("notifications_todo_id_idx", "notifications", "todo_id");
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("notifications");
}
