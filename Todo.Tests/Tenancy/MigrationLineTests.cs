using Npgsql;
using Todo.Data;
using Todo.Tenancy.Migrations;

namespace Todo.Tests.Tenancy;

public sealed class MigrationLineTests : IAsyncLifetime
{
    private readonly FleetDatabase _database = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    public static TheoryData<string> Lines => new("catalog", "tenant", "probe");

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Every_Down_undoes_its_Up(string name)
    {
        var line = name switch
        {
            "catalog" => MigrationLines.Catalog,
            "tenant" => MigrationLines.Tenant,
            _ => ProbeDbContext.Line,
        };
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await RunAsync(connection, ["CREATE SCHEMA t_line", "SET search_path TO t_line", .. line.CreateHistory]);
        var shapes = new Stack<string>();
        foreach (var step in line.Steps)
        {
            shapes.Push(await _database.ShapeAsync("t_line"));
            await RunAsync(connection, step.Up.Statements);
        }

        foreach (var step in line.Steps.Reverse())
        {
            await RunAsync(connection, step.Down!.Statements);
            (await _database.ShapeAsync("t_line")).ShouldBe(shapes.Pop(), step.Id);
        }

        (await _database.ScalarAsync<long>("SELECT count(*) FROM t_line.\"__EFMigrationsHistory\"")).ShouldBe(0);
        await RunAsync(connection, ["RESET search_path"]);
    }

    [Fact]
    public void Migrations_name_no_schema()
    {
        foreach (var step in MigrationLines.Tenant.Steps)
        {
            string.Join(";", step.Up.Statements.Concat(step.Down!.Statements)).ShouldNotContain("<tenant>", Case.Sensitive, step.Id);

            // Operator classes of an extension are the database's.
            string.Join(";", step.Up.Statements.Concat(step.Down!.Statements)).Replace("public.gin_trgm_ops", "", StringComparison.Ordinal).ShouldNotContain("public.", Case.Sensitive, step.Id);
        }
    }

    [Fact]
    public void Checksums_tell_lines_apart()
    {
        var line = ProbeDbContext.Line;
        line.Steps.Select(step => step.LineChecksum).Distinct().Count().ShouldBe(line.Steps.Count);
        line.UpTo(ProbeDbContext.First).Head.LineChecksum.ShouldBe(line.Steps[0].LineChecksum);
        line.StepsAfter(ProbeDbContext.First).ShouldHaveSingleItem().Id.ShouldBe(ProbeDbContext.Second);
        line.StepsAfter(ProbeDbContext.Second).ShouldBeEmpty();
        Should.Throw<UnknownMigrationException>(() => line.StepsAfter("20990101000000_Future")).Message.ShouldContain("does not know");
    }

    private static async Task RunAsync(NpgsqlConnection connection, IEnumerable<string> statements)
    {
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
