using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>Tags, which todos have, and the permission to look after them: whoever works with todos has it from the start.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126140000_AddTags")]
public sealed class AddTags : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "tags",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                name = table.Column<string>("text"),
                name_key = table.Column<string>("text", collation: "C"),
                colour = table.Column<string>("text", nullable: true),
                is_hidden = table.Column<bool>("boolean"),
                version = table.Column<int>("integer"),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table =>
            {
                table.PrimaryKey("tags_pkey", tag => tag.id);
                table.UniqueConstraint("tags_name_key_key", tag => tag.name_key);
            });

        // A constant default: no row is written again, and the build before this one still inserts.
        migrationBuilder.Sql("ALTER TABLE todos ADD COLUMN tag_ids uuid[] NOT NULL DEFAULT '{}';");
        migrationBuilder.Sql(
            """
            INSERT INTO permissions (name, description) VALUES ('tags.write', 'Make, change, merge and delete tags');
            INSERT INTO role_permissions (role_id, permission)
                SELECT id, 'tags.write' FROM roles WHERE is_built_in AND name IN ('owner', 'administrator', 'member');
            """);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("DELETE FROM permissions WHERE name = 'tags.write';");
        migrationBuilder.DropColumn("tag_ids", "todos");
        migrationBuilder.DropTable("tags");
    }
}
