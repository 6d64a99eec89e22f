using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>Addresses at which people's calendar programs read their todos.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126211500_AddCalendarFeeds")]
public sealed class AddCalendarFeeds : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "calendar_feeds",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                name = table.Column<string>("text"),
                hash = table.Column<byte[]>("bytea"),
                assigned_only = table.Column<bool>("boolean"),
                created_by = table.Column<Guid>("uuid"),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                last_used_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
                revoked_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("calendar_feeds_pkey", feed => feed.id);
                table.UniqueConstraint("calendar_feeds_hash_key", feed => feed.hash);
                table.ForeignKey("calendar_feeds_created_by_fkey", feed => feed.created_by, "users", "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("calendar_feeds_created_by_id_idx", "calendar_feeds", ["created_by", "id"]);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("calendar_feeds");
}
