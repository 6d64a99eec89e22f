using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Catalog;

namespace Todo.Data.Migrations.Catalog;

/// <summary>Companies that signed up, sign-ups under way, mail to be sent, and failed sign-ins.</summary>
[DbContext(typeof(CatalogDbContext))]
[Migration("20261125190000_AddCompanies")]
public sealed class AddCompanies : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "companies",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                country = table.Column<string>("text"),
                tax_id = table.Column<string>("text"),
                name = table.Column<string>("text"),
                tenant_id = table.Column<Guid>("uuid", nullable: true),
                account_limit = table.Column<int>("integer", nullable: true),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table =>
            {
                table.PrimaryKey("companies_pkey", company => company.id);
                table.UniqueConstraint("companies_country_tax_id_key", company => new { company.country, company.tax_id });
                table.UniqueConstraint("companies_tenant_id_key", company => company.tenant_id);
                table.ForeignKey("companies_tenant_id_fkey", company => company.tenant_id, "tenants", "id", onDelete: ReferentialAction.SetNull);
            });

        // There is no secret in it: the password is chosen with the token of the mail, which is made when the mail is sent.
        migrationBuilder.CreateTable(
            name: "registrations",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                company_id = table.Column<Guid>("uuid"),
                email = table.Column<string>("text"),
                name = table.Column<string>("text"),
                language = table.Column<string>("text"),
                time_zone = table.Column<string>("text"),
                slug = table.Column<string>("text"),
                state = table.Column<string>("text"),
                tenant_id = table.Column<Guid>("uuid", nullable: true),
                user_id = table.Column<Guid>("uuid", nullable: true),
                terms_accepted_at = table.Column<DateTimeOffset>("timestamptz"),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                updated_at = table.Column<DateTimeOffset>("timestamptz"),
                attempts = table.Column<int>("integer"),
                not_before = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table =>
            {
                table.PrimaryKey("registrations_pkey", registration => registration.id);
                table.ForeignKey("registrations_company_id_fkey", registration => registration.company_id, "companies", "id", onDelete: ReferentialAction.Cascade);
                table.CheckConstraint("registrations_state_check", "state IN ('recorded', 'done', 'abandoned')");
            });
        migrationBuilder.CreateIndex("registrations_company_id_idx", "registrations", "company_id");
        migrationBuilder.CreateIndex("registrations_open_idx", "registrations", "not_before", filter: "state = 'recorded'");

        migrationBuilder.CreateTable(
            name: "outgoing_mail",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                tenant_id = table.Column<Guid>("uuid"),
                user_id = table.Column<Guid>("uuid"),
                template = table.Column<string>("text"),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                not_before = table.Column<DateTimeOffset>("timestamptz"),
                attempts = table.Column<int>("integer"),
                sent_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
                error = table.Column<string>("text", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("outgoing_mail_pkey", mail => mail.id);
                table.ForeignKey("outgoing_mail_tenant_id_fkey", mail => mail.tenant_id, "tenants", "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("outgoing_mail_tenant_id_idx", "outgoing_mail", "tenant_id");
        migrationBuilder.CreateIndex("outgoing_mail_due_idx", "outgoing_mail", "not_before", filter: "sent_at IS NULL");

        // By the hash of an account's address or of a network address: whether there is such an account makes no difference.
        migrationBuilder.CreateTable(
            name: "sign_in_failures",
            columns: table => new
            {
                key = table.Column<byte[]>("bytea"),
                failures = table.Column<int>("integer"),
                failed_at = table.Column<DateTimeOffset>("timestamptz"),
                locked_until = table.Column<DateTimeOffset>("timestamptz", nullable: true),
            },
            constraints: table => table.PrimaryKey("sign_in_failures_pkey", failure => failure.key));
        migrationBuilder.CreateIndex("sign_in_failures_failed_at_idx", "sign_in_failures", "failed_at");
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var table in (string[])["sign_in_failures", "outgoing_mail", "registrations", "companies"])
        {
            migrationBuilder.DropTable(table);
        }
    }
}
