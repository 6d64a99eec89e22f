using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Benchmarks.Fleet;

/// <summary>A small tenant line of two versions: what is measured is the way from the first to the second, and back.</summary>
public sealed class BenchmarkLineContext(DbContextOptions<BenchmarkLineContext> options) : TenantScopedDbContext(options)
{
    internal const string First = "20260101000000_First";
    internal const string Second = "20260102000000_Second";

    internal static MigrationLine Load()
    {
        var options = new DbContextOptionsBuilder<BenchmarkLineContext>().UseNpgsql();
        options.UseTenantSchemas();
        using var context = new BenchmarkLineContext(options.Options);
        return MigrationLine.Load(context);
    }
}

/// <summary>What a tenant has before.</summary>
[DbContext(typeof(BenchmarkLineContext))]
[Migration(BenchmarkLineContext.First)]
public sealed class FirstVersion : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "items",
            table => new { id = table.Column<int>("integer"), title = table.Column<string>("text") },
            constraints: table => table.PrimaryKey("items_pkey", item => item.id));
        migrationBuilder.Sql("INSERT INTO items (id, title) SELECT number, 'item ' || number FROM generate_series(1, 20) AS number");
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("items");
}

/// <summary>Three statements, as an ordinary migration has them: a column, an index, some data.</summary>
[DbContext(typeof(BenchmarkLineContext))]
[Migration(BenchmarkLineContext.Second)]
public sealed class SecondVersion : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<DateTimeOffset>("due_at", "items", "timestamptz", nullable: true);
        migrationBuilder.CreateIndex("items_title_idx", "items", "title");
        migrationBuilder.Sql("UPDATE items SET due_at = now() WHERE id = 1");
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropIndex("items_title_idx", "items");
        migrationBuilder.DropColumn("due_at", "items");
    }
}
