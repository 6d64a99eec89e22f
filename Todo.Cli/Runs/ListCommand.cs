using System.CommandLine;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Runs;

internal static class ListCommand
{
    public static Command Create()
    {
        var limit = new Option<int>("--limit") { Description = "How many at most.", DefaultValueFactory = _ => 20 };
        var before = new Option<Guid?>("--before") { Description = "Only runs older than this one." };
        return new Command("list", "The newest runs, newest first.") { limit, before }.Does(async (invocation, cancellationToken) =>
        {
            var number = invocation.Get(limit) is var given and >= 1 and <= 10_000 ? given : throw CliException.Usage("--limit is a number of runs, 1 to 10000.");
            var runs = await invocation.Service<RunStore>().ListAsync(number, invocation.Get(before), cancellationToken);
            await invocation.Output.AnswerAsync(runs, list => Output.Table(
                ["RUN", "STATE", "KIND", "TARGET", "BY", "CREATED (UTC)", "REASON"],
                list.Select(run => new string?[] { run.Id.ToString(), EnumText.Of(run.State), EnumText.Of(run.Kind), run.Target, run.StartedBy, $"{run.CreatedAt:u}", run.Reason })));
            return ExitCode.Success;
        });
    }
}
