using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Catalog;

namespace Todo.Data.Migrations.Catalog;

/// <summary>Which request, as its <c>traceparent</c>, a mail is sent for: the sending is then part of that request's trace.</summary>
[DbContext(typeof(CatalogDbContext))]
[Migration("20261126093000_AddMailTrace")]
public sealed class AddMailTrace : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.AddColumn<string>("trace_parent", "outgoing_mail", "text", nullable: true);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropColumn("trace_parent", "outgoing_mail");
}
