using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Catalog;

namespace Todo.Data.Migrations.Catalog;

/// <summary>Tenants, the sign-in directory, and the guard under which tenants are migrated.</summary>
[DbContext(typeof(CatalogDbContext))]
[Migration("20261122090000_CreateCatalog")]
public sealed class CreateCatalog : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "tenants",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                slug = table.Column<string>("text"),
                name = table.Column<string>("text"),
                schema = table.Column<string>("text"),
                host = table.Column<string>("text", nullable: true),
                status = table.Column<string>("text"),
                schema_version = table.Column<string>("text", nullable: true),
                schema_checksum = table.Column<string>("text", nullable: true),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                updated_at = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table =>
            {
                table.PrimaryKey("tenants_pkey", tenant => tenant.id);
                table.UniqueConstraint("tenants_slug_key", tenant => tenant.slug);
                table.UniqueConstraint("tenants_schema_key", tenant => tenant.schema);
                table.UniqueConstraint("tenants_host_key", tenant => tenant.host);
                table.CheckConstraint("tenants_status_check", "status IN ('provisioning', 'active', 'suspended', 'deleted', 'failed')");
            });

        // The state of the whole fleet is one scan of this index.
        migrationBuilder.CreateIndex("tenants_status_version_idx", "tenants", ["status", "schema_version"]);

        migrationBuilder.CreateTable(
            name: "sign_ins",
            columns: table => new
            {
                email = table.Column<string>("text"),
                tenant_id = table.Column<Guid>("uuid"),
            },
            constraints: table =>
            {
                table.PrimaryKey("sign_ins_pkey", signIn => new { signIn.email, signIn.tenant_id });
                table.ForeignKey("sign_ins_tenant_id_fkey", signIn => signIn.tenant_id, "tenants", "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("sign_ins_tenant_id_idx", "sign_ins", "tenant_id");

        // Compare-and-swap for schemas: goes on only if this transaction can have the tenant for itself and the history in
        // the schema on the search path ends where the caller believes. A lock that is taken is not waited for: across a fleet,
        // waiting would deadlock with CREATE INDEX CONCURRENTLY.
        migrationBuilder.Sql(
            """
            CREATE FUNCTION assert_tenant_version(tenant_id uuid, expected text) RETURNS void LANGUAGE plpgsql AS $guard$
            DECLARE
                actual text;
            BEGIN
                IF NOT pg_try_advisory_xact_lock(hashtextextended(tenant_id::text, 0)) THEN
                    RAISE EXCEPTION 'tenant % is being migrated by another session', tenant_id USING ERRCODE = 'lock_not_available';
                END IF;
                SELECT max("MigrationId") INTO actual FROM "__EFMigrationsHistory";
                IF actual IS DISTINCT FROM expected THEN
                    RAISE EXCEPTION 'tenant % is at % and not at %', tenant_id, coalesce(actual, 'nothing'), coalesce(expected, 'nothing') USING ERRCODE = 'TD001';
                END IF;
            END
            $guard$;
            """);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("DROP FUNCTION assert_tenant_version(uuid, text);");
        migrationBuilder.DropTable("sign_ins");
        migrationBuilder.DropTable("tenants");
    }
}
