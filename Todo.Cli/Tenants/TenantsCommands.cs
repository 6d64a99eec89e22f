using System.CommandLine;

namespace Todo.Cli.Tenants;

/// <summary><c>todo tenants</c>: every verb is a class of its own, added here.</summary>
internal static class TenantsCommands
{
    public static Command Create()
    {
        var command = new Command("tenants", "Single tenants.") { ListCommand.Create(), ShowCommand.Create(), CreateCommand.Create(), PoolCommand.Create() };
        foreach (var verb in LifecycleCommands.Create())
        {
            command.Add(verb);
        }

        return command;
    }
}
