using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>Files on todos, and how much they are.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261129210000_AddFiles")]
public sealed class AddFiles : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "files",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                todo_id = table.Column<Guid>("uuid", nullable: true),
                name = table.Column<string>("text"),
                content_type = table.Column<string>("text"),
                size = table.Column<long>("bigint"),
                sha256 = table.Column<byte[]>("bytea", nullable: true),
                created_by = table.Column<Guid>("uuid", nullable: true),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                state = table.Column<string>("text"),
            },
            constraints: table =>
            {
                table.PrimaryKey("files_pkey", file => file.id);

                // The same twice on a todo is once: who sends it again, not knowing whether it came, doubles nothing. Only what is stored has a checksum.
                table.UniqueConstraint("files_todo_id_name_sha256_key", file => new { file.todo_id, file.name, file.sha256 });

                // Not with its todo: the row says what the storage still has.
                table.ForeignKey("files_todo_id_fkey", file => file.todo_id, "todos", "id", onDelete: ReferentialAction.SetNull);
                table.ForeignKey("files_created_by_fkey", file => file.created_by, "users", "id", onDelete: ReferentialAction.SetNull);
            });

        // What the clean-up looks for: nearly nothing, most of the time.
        migrationBuilder.Sql(
            """
            CREATE INDEX files_unsettled_idx ON files (created_at) WHERE state <> 'stored' OR todo_id IS NULL;
            CREATE TABLE file_usage (id smallint NOT NULL, bytes bigint NOT NULL, CONSTRAINT file_usage_pkey PRIMARY KEY (id));
            INSERT INTO file_usage (id, bytes) VALUES (1, 0);
            """);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable("file_usage");
        migrationBuilder.DropTable("files");
    }
}
