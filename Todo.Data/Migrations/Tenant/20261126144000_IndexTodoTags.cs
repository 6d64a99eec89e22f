using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>The todos with a tag: listed, and changed when tags are merged. Those without any cost this nothing.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126144000_IndexTodoTags")]
public sealed class IndexTodoTags : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY todos_tag_ids_idx ON todos USING gin (tag_ids) WHERE cardinality(tag_ids) > 0;", suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_tag_ids_idx;", suppressTransaction: true);
}
