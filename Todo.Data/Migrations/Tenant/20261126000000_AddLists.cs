using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>
/// Lists get owners, an order, an archive and a trash, and can be shared and be favourites. Those that are there stay as they were: nobody's, and
/// seen by everybody.
/// </summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126000000_AddLists")]
public sealed class AddLists : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        // Constant defaults: no row is written again, and the build before this one still inserts.
        migrationBuilder.Sql(
            """
            ALTER TABLE todo_lists
                ADD COLUMN owner_id uuid,
                ADD COLUMN colour text,
                ADD COLUMN icon text,
                ADD COLUMN position text COLLATE "C" NOT NULL DEFAULT 'V',
                ADD COLUMN visibility text NOT NULL DEFAULT 'tenant',
                ADD COLUMN is_inbox boolean NOT NULL DEFAULT false,
                ADD COLUMN archived_at timestamptz,
                ADD COLUMN deleted_at timestamptz,
                ADD COLUMN version integer NOT NULL DEFAULT 1;
            ALTER TABLE todo_lists ADD CONSTRAINT todo_lists_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users (id) NOT VALID;
            ALTER TABLE todo_lists ADD CONSTRAINT todo_lists_visibility_check CHECK (visibility IN ('private', 'tenant')) NOT VALID;
            ALTER TABLE todo_lists ADD CONSTRAINT todo_lists_inbox_check CHECK (NOT is_inbox OR (owner_id = id AND visibility = 'private' AND archived_at IS NULL AND deleted_at IS NULL)) NOT VALID;
            """);

        migrationBuilder.CreateTable(
            name: "list_shares",
            columns: table => new
            {
                list_id = table.Column<Guid>("uuid"),
                subject_id = table.Column<Guid>("uuid"),
                user_id = table.Column<Guid>("uuid", nullable: true),
                group_id = table.Column<Guid>("uuid", nullable: true),
                access = table.Column<short>("smallint"),
            },
            constraints: table =>
            {
                table.PrimaryKey("list_shares_pkey", share => new { share.list_id, share.subject_id });
                table.ForeignKey("list_shares_list_id_fkey", share => share.list_id, "todo_lists", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("list_shares_user_id_fkey", share => share.user_id, "users", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("list_shares_group_id_fkey", share => share.group_id, "groups", "id", onDelete: ReferentialAction.Cascade);
                table.CheckConstraint("list_shares_subject_check", "num_nonnulls(user_id, group_id) = 1 AND subject_id = coalesce(user_id, group_id)");
                table.CheckConstraint("list_shares_access_check", "access BETWEEN 1 AND 3");
            });
        migrationBuilder.CreateIndex("list_shares_user_id_idx", "list_shares", "user_id");
        migrationBuilder.CreateIndex("list_shares_group_id_idx", "list_shares", "group_id");

        migrationBuilder.CreateTable(
            name: "list_favourites",
            columns: table => new
            {
                user_id = table.Column<Guid>("uuid"),
                list_id = table.Column<Guid>("uuid"),
            },
            constraints: table =>
            {
                table.PrimaryKey("list_favourites_pkey", favourite => new { favourite.user_id, favourite.list_id });
                table.ForeignKey("list_favourites_user_id_fkey", favourite => favourite.user_id, "users", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("list_favourites_list_id_fkey", favourite => favourite.list_id, "todo_lists", "id", onDelete: ReferentialAction.Cascade);
            });
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        // For the build before this one nothing is in the trash: what is there would come back.
        migrationBuilder.Sql("DELETE FROM todo_lists WHERE deleted_at IS NOT NULL;");
        migrationBuilder.DropTable("list_favourites");
        migrationBuilder.DropTable("list_shares");
        foreach (var constraint in (string[])["todo_lists_inbox_check", "todo_lists_visibility_check", "todo_lists_owner_id_fkey"])
        {
            migrationBuilder.Sql($"ALTER TABLE todo_lists DROP CONSTRAINT {constraint};");
        }

        foreach (var column in (string[])["version", "deleted_at", "archived_at", "is_inbox", "visibility", "position", "icon", "colour", "owner_id"])
        {
            migrationBuilder.DropColumn(column, "todo_lists");
        }
    }
}
