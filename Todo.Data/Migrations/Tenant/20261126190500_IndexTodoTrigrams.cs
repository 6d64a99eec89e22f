using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;
using Todo.Tenancy.Migrations;

namespace Todo.Data.Migrations.Tenant;

/// <summary>The trigrams of titles and notes: for titles with typing errors, and for the filter that looks for a text anywhere in either.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126190500_IndexTodoTrigrams")]
[Acknowledge("schema-qualified-name", "The operator class is of an extension, which is installed once for the database, and is nobody's own.")]
public sealed class IndexTodoTrigrams : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        "CREATE INDEX CONCURRENTLY todos_trigrams_idx ON todos USING gin (title public.gin_trgm_ops, notes public.gin_trgm_ops);", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_trigrams_idx;", suppressTransaction: true);
}
