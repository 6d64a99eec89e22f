using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>
/// The words of titles and notes, for searching. Over an expression and not a column: a stored column would write the whole table again. The
/// query says the same expression, word by word (TodoSearch).
/// </summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126190000_IndexTodoWords")]
public sealed class IndexTodoWords : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        CREATE INDEX CONCURRENTLY todos_words_idx ON todos USING gin ((
            setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('english', title), 'B')
            || setweight(to_tsvector('simple', COALESCE(notes, '')), 'C') || setweight(to_tsvector('english', COALESCE(notes, '')), 'D')));
        """,
        suppressTransaction: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("DROP INDEX CONCURRENTLY todos_words_idx;", suppressTransaction: true);
}
