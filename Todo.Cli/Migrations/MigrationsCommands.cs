using System.CommandLine;

namespace Todo.Cli.Migrations;

/// <summary><c>todo migrations</c>: the migrations of this build. None of it needs a database unless it says so.</summary>
internal static class MigrationsCommands
{
    public static Command Create() => new("migrations", "The migrations of this build, and writing new ones.")
    {
        NewCommand.Create(),
        ListCommand.Create(),
        LintCommand.Create(),
    };
}
