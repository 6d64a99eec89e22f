using System.CommandLine;
using Todo.Cli;
using Todo.Cli.Fleet;
using Todo.Cli.Migrations;
using Todo.Cli.Runs;
using Todo.Cli.Tenants;

var todo = new RootCommand($"Migrates the tenants of Todo, and looks after them.\n\n{ExitCode.Description}")
{
    FleetCommands.Create(),
    RunsCommands.Create(),
    MigrationsCommands.Create(),
    TenantsCommands.Create(),
    GlobalOptions.Connection,
    GlobalOptions.Json,
};

return await CommandLine.RunAsync(todo, args);
