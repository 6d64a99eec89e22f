using Npgsql;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;

namespace Todo.Benchmarks.Fleet;

/// <summary>The engine, as a worker has it.</summary>
internal static class Engine
{
    public static RunRequest Request { get; } = new("cli", "a benchmark");

    public static FleetMigration Of(NpgsqlDataSource dataSource, MigrationLine line, HttpClient http)
    {
        var runs = new RunStore(dataSource);
        return new FleetMigration(dataSource, new FleetPlanner(dataSource, line), runs, new RunExecutor(dataSource, line, runs, http));
    }
}
