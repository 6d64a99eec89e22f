using System.CommandLine;
using Todo.Cli.Fleet;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Runs;

internal static class ResumeCommand
{
    public static Command Create()
    {
        var id = RunsCommands.IdArgument();
        var confirm = new Option<Guid?>("--confirm") { Description = "Confirms the loss of data of a planned rollback, with the id that the refusal names." };
        var execution = new ExecutionOptions();
        var command = new Command("resume", "Goes on with a run and works on it here; tenants that failed are tried again.") { id, confirm };
        execution.AddTo(command);
        return command.Does(async (invocation, cancellationToken) =>
        {
            var how = execution.Read(invocation);
            var run = await invocation.Service<RunStore>().ResumeAsync(invocation.Get(id), invocation.Get(confirm), invocation.Service<FleetPlanner>().Line, cancellationToken);
            return await RunHere.ExecuteAsync(invocation, run, how, plan: null, cancellationToken);
        });
    }
}
