using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>Conditions on todos that somebody keeps under a name.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126191000_AddSavedFilters")]
public sealed class AddSavedFilters : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
        name: "saved_filters",
        columns: table => new
        {
            id = table.Column<Guid>("uuid"),
            user_id = table.Column<Guid>("uuid"),
            name = table.Column<string>("text"),
            name_key = table.Column<string>("text", collation: "C"),
            conditions = table.Column<string>("jsonb"),
            sort = table.Column<string>("text", nullable: true),
            version = table.Column<int>("integer"),
            created_at = table.Column<DateTimeOffset>("timestamptz"),
        },
        constraints: table =>
        {
            table.PrimaryKey("saved_filters_pkey", filter => filter.id);
            table.UniqueConstraint("saved_filters_user_id_name_key_key", filter => new { filter.user_id, filter.name_key });
            table.ForeignKey("saved_filters_user_id_fkey", filter => filter.user_id, "users", "id", onDelete: ReferentialAction.Cascade);
        });

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("saved_filters");
}
