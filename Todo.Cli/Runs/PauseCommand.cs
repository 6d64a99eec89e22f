using System.CommandLine;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Runs;

internal static class PauseCommand
{
    public static Command Create()
    {
        var id = RunsCommands.IdArgument();
        var reason = new Option<string?>("--reason") { Description = "Why, for others to read." };
        return new Command("pause", "Has every worker stop after the tenant in hand, until a person resumes the run.") { id, reason }.Does(async (invocation, cancellationToken) =>
        {
            // How it begins keeps workers that start from going on with it.
            var text = $"{MigrationRun.PausedByPerson}{Invocation.Person}{(invocation.Get(reason) is { Length: > 0 } why ? $": {why}" : "")}";
            var run = await invocation.Service<RunStore>().PauseAsync(invocation.Get(id), text, cancellationToken);
            await invocation.Output.AnswerAsync(run, paused => [$"Run {paused.Id} is paused. Go on with: todo runs resume {paused.Id}"]);
            return ExitCode.Success;
        });
    }
}
