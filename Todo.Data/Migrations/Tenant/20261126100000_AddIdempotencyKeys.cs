using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>Answers that are given again to whoever sends a POST again.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126100000_AddIdempotencyKeys")]
public sealed class AddIdempotencyKeys : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "idempotency_keys",
            columns: table => new
            {
                hash = table.Column<byte[]>("bytea"),
                fingerprint = table.Column<byte[]>("bytea"),
                status = table.Column<short>("smallint"),
                headers = table.Column<string>("jsonb"),
                body = table.Column<byte[]>("bytea", nullable: true),
                expires_at = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table => table.PrimaryKey("idempotency_keys_pkey", key => key.hash));
        migrationBuilder.CreateIndex("idempotency_keys_expires_at_idx", "idempotency_keys", "expires_at");
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("idempotency_keys");
}
