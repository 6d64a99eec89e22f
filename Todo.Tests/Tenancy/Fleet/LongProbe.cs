using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Tests.Tenancy.Fleet;

/// <summary>A line with four versions, the third of which builds an index outside of a transaction when the table is big.</summary>
public sealed class LongProbeDbContext(DbContextOptions<LongProbeDbContext> options) : TenantScopedDbContext(options)
{
    public const string Create = "20260201000000_Create";
    public const string Fill = "20260202000000_Fill";
    public const string Index = "20260203000000_Index";
    public const string Tag = "20260204000000_Tag";

    private static readonly Lazy<MigrationLine> LazyLine = new(() =>
    {
        var options = new DbContextOptionsBuilder<LongProbeDbContext>().UseNpgsql();
        options.UseTenantSchemas();
        using var context = new LongProbeDbContext(options.Options);
        return MigrationLine.Load(context);
    });

    public static MigrationLine Line => LazyLine.Value;
}

[DbContext(typeof(LongProbeDbContext))]
[Migration(LongProbeDbContext.Create)]
public sealed class CreateLongProbe : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("CREATE TABLE facts (id int PRIMARY KEY, word text NOT NULL); INSERT INTO facts SELECT n, 'word ' || n FROM generate_series(1, 50) n;");

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("facts");
}

/// <summary>Would show if it ran twice: it counts itself.</summary>
[DbContext(typeof(LongProbeDbContext))]
[Migration(LongProbeDbContext.Fill)]
public sealed class FillLongProbe : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<int>("runs", "facts", "integer", nullable: false, defaultValue: 0);
        migrationBuilder.Sql("UPDATE facts SET runs = runs + 1");
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropColumn("runs", "facts");
}

[DbContext(typeof(LongProbeDbContext))]
[Migration(LongProbeDbContext.Index)]
public sealed class IndexLongProbe : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("CREATE UNIQUE INDEX CONCURRENTLY facts_word_idx ON facts (word)", suppressTransaction: true);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP INDEX CONCURRENTLY facts_word_idx", suppressTransaction: true);
}

[DbContext(typeof(LongProbeDbContext))]
[Migration(LongProbeDbContext.Tag)]
public sealed class TagLongProbe : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("CREATE TABLE tags (name text PRIMARY KEY)");
        migrationBuilder.Sql("UPDATE facts SET runs = runs + 1");
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("UPDATE facts SET runs = runs - 1");
        migrationBuilder.DropTable("tags");
    }
}
