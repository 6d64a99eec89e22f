using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>Addresses that are told what happens, what each was told or is to be, and the permission to look after them.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126175000_AddWebhooks")]
public sealed class AddWebhooks : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "webhooks",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                name = table.Column<string>("text"),
                url = table.Column<string>("text"),
                kinds = table.Column<string[]>("text[]"),
                salt = table.Column<byte[]>("bytea"),
                position = table.Column<long>("bigint"),
                is_active = table.Column<bool>("boolean"),
                failing_since = table.Column<DateTimeOffset>("timestamptz", nullable: true),
                disabled_reason = table.Column<string>("text", nullable: true),
                created_by = table.Column<Guid>("uuid"),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                version = table.Column<int>("integer"),
            },
            constraints: table =>
            {
                table.PrimaryKey("webhooks_pkey", webhook => webhook.id);
                table.ForeignKey("webhooks_created_by_fkey", webhook => webhook.created_by, "users", "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateTable(
            name: "webhook_deliveries",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                webhook_id = table.Column<Guid>("uuid"),
                kind = table.Column<string>("text"),
                body = table.Column<string>("text"),
                state = table.Column<string>("text"),
                attempts = table.Column<int>("integer"),
                not_before = table.Column<DateTimeOffset>("timestamptz"),
                status = table.Column<int>("integer", nullable: true),
                error = table.Column<string>("text", nullable: true),
                duration_ms = table.Column<int>("integer", nullable: true),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                ended_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("webhook_deliveries_pkey", delivery => delivery.id);
                table.ForeignKey("webhook_deliveries_webhook_id_fkey", delivery => delivery.webhook_id, "webhooks", "id", onDelete: ReferentialAction.Cascade);
            });

        // What is due; and what one webhook was told, newest first.
        migrationBuilder.Sql(
            """
            CREATE INDEX webhook_deliveries_not_before_idx ON webhook_deliveries (not_before) WHERE state = 'pending';
            CREATE INDEX webhook_deliveries_webhook_id_id_idx ON webhook_deliveries (webhook_id, id);
            CREATE INDEX webhooks_created_by_idx ON webhooks (created_by);
            INSERT INTO permissions (name, description) VALUES ('webhooks.manage', 'Make, see, change and delete webhooks');
            INSERT INTO role_permissions (role_id, permission)
                SELECT id, 'webhooks.manage' FROM roles WHERE is_built_in AND name IN ('owner', 'administrator');
            """);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("DELETE FROM permissions WHERE name = 'webhooks.manage';");
        migrationBuilder.DropTable("webhook_deliveries");
        migrationBuilder.DropTable("webhooks");
    }
}
