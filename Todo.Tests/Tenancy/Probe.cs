using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Tests.Tenancy;

/// <summary>A tenant line of the tests' own, with more than one version.</summary>
public sealed class ProbeDbContext(DbContextOptions<ProbeDbContext> options) : TenantScopedDbContext(options)
{
    public const string First = "20260101000000_First";
    public const string Second = "20260102000000_Second";

    private static readonly Lazy<MigrationLine> LazyLine = new(() =>
    {
        var options = new DbContextOptionsBuilder<ProbeDbContext>().UseNpgsql();
        options.UseTenantSchemas();
        using var context = new ProbeDbContext(options.Options);
        return MigrationLine.Load(context);
    });

    /// <summary>Both migrations.</summary>
    public static MigrationLine Line => LazyLine.Value;

    /// <summary>Only the first, as an older build has it.</summary>
    public static MigrationLine OldLine => Line.UpTo(First);

    public DbSet<Note> Notes => Set<Note>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<Note>().ToTable("notes");
    }
}

public sealed class Note
{
    public int Id { get; init; }

    public string Text { get; set; } = "";
}

[DbContext(typeof(ProbeDbContext))]
[Migration(ProbeDbContext.First)]
public sealed class FirstProbe : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("""CREATE TABLE notes ("Id" int PRIMARY KEY, "Text" text NOT NULL); INSERT INTO notes VALUES (1, 'semi;colon @head_version $1');""");
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("notes");
}

/// <summary>Would show if it ran twice: it adds a row each time.</summary>
[DbContext(typeof(ProbeDbContext))]
[Migration(ProbeDbContext.Second)]
public sealed class SecondProbe : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<DateTimeOffset>("due_at", "notes", "timestamptz", nullable: true);
        migrationBuilder.Sql("""INSERT INTO notes SELECT max("Id") + 1, 'second' FROM notes""");
        migrationBuilder.CreateTable(
            "labels",
            table => new { name = table.Column<string>("text") },
            constraints: table => table.PrimaryKey("labels_pkey", label => label.name));
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable("labels");
        migrationBuilder.Sql("DELETE FROM notes WHERE \"Text\" = 'second'");
        migrationBuilder.DropColumn("due_at", "notes");
    }
}
