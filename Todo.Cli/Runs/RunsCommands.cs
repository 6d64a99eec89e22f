using System.CommandLine;

namespace Todo.Cli.Runs;

/// <summary><c>todo runs</c>.</summary>
internal static class RunsCommands
{
    public static Command Create() => new("runs", "Migration runs, open and ended.")
    {
        ListCommand.Create(),
        ShowCommand.Create(),
        PauseCommand.Create(),
        ResumeCommand.Create(),
        CancelCommand.Create(),
    };

    public static Argument<Guid> IdArgument() => new("run") { Description = "The run's id." };
}
