using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What people say about todos.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126142000_AddComments")]
public sealed class AddComments : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "comments",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                todo_id = table.Column<Guid>("uuid"),
                author_id = table.Column<Guid>("uuid", nullable: true),
                text = table.Column<string>("text"),
                mention_ids = table.Column<Guid[]>("uuid[]"),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                edited_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
                version = table.Column<int>("integer"),
            },
            constraints: table =>
            {
                table.PrimaryKey("comments_pkey", comment => comment.id);
                table.ForeignKey("comments_todo_id_fkey", comment => comment.todo_id, "todos", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("comments_author_id_fkey", comment => comment.author_id, "users", "id", onDelete: ReferentialAction.SetNull);
            });
        migrationBuilder.CreateIndex("comments_todo_id_id_idx", "comments", ["todo_id", "id"]);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("comments");
}
