using System.CommandLine;

namespace Todo.Cli;

/// <summary>What every command takes.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Connection = new("--connection")
    {
        Description = $"The connection string of the database. Without it: the environment variable {Database.Variable}, then ConnectionStrings:{Database.Name} in appsettings.json here.",
        HelpName = "connection string",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document instead of text.", Recursive = true };
}
