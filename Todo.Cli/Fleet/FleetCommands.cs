using System.CommandLine;

namespace Todo.Cli.Fleet;

/// <summary><c>todo fleet</c>: every verb is a class of its own, added here.</summary>
internal static class FleetCommands
{
    public static Command Create() => new("fleet", "All tenants at once: where they are, and bringing them up or back.")
    {
        StatusCommand.Create(),
        PlanCommand.Create(),
        ApplyCommand.Create(),
        RollbackCommand.Create(),
        InspectCommands.CreateVerify(),
        InspectCommands.CreateDrift(),
        RepairCommand.Create(),
        BaselineCommand.Create(),
    };
}
