using System.CommandLine;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Runs;

internal static class CancelCommand
{
    public static Command Create()
    {
        var id = RunsCommands.IdArgument();
        var reason = new Option<string?>("--reason") { Description = "Why, for others to read." };
        return new Command("cancel", "Ends a run where it is. Tenants already moved stay moved; 'fleet rollback --run' brings them back.") { id, reason }.Does(async (invocation, cancellationToken) =>
        {
            var text = $"cancelled by {Invocation.Person}{(invocation.Get(reason) is { Length: > 0 } why ? $": {why}" : "")}";
            var run = await invocation.Service<RunStore>().CancelAsync(invocation.Get(id), text, cancellationToken);
            await invocation.Output.AnswerAsync(run, cancelled => [$"Run {cancelled.Id} is cancelled; tenants already moved stay moved."]);
            return ExitCode.Success;
        });
    }
}
