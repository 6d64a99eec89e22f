using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Catalog;

namespace Todo.Data.Migrations.Catalog;

/// <summary>Which tenants have webhooks, and when they are looked after next: otherwise somebody would ask every tenant all the time.</summary>
[DbContext(typeof(CatalogDbContext))]
[Migration("20261126173000_AddWebhookTenants")]
public sealed class AddWebhookTenants : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "webhook_tenants",
            columns: table => new
            {
                tenant_id = table.Column<Guid>("uuid"),
                due_at = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table =>
            {
                table.PrimaryKey("webhook_tenants_pkey", tenant => tenant.tenant_id);
                table.ForeignKey("webhook_tenants_tenant_id_fkey", tenant => tenant.tenant_id, "tenants", "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("webhook_tenants_due_at_idx", "webhook_tenants", "due_at");
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("webhook_tenants");
}
