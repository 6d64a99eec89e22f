using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Catalog;

namespace Todo.Data.Migrations.Catalog;

/// <summary>
/// Trigrams, by which todos are found in spite of typing errors: an extension that comes with PostgreSQL, and that whoever owns the database may
/// install. It is the database's, so it stands here; the tenants' indexes need it.
/// </summary>
[DbContext(typeof(CatalogDbContext))]
[Migration("20261126190000_AddTrigrams")]
public sealed class AddTrigrams : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;");

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP EXTENSION IF EXISTS pg_trgm;");
}
