using System.CommandLine;
using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Todos;

/// <summary>How much is asked.</summary>
/// <param name="Todos">Todos of the large tenant; the small one has <see cref="TodoTenants.Small"/>.</param>
/// <param name="Rounds">Measurements of each tenant and path.</param>
/// <param name="Seconds">Length of one measurement, and of the warm-up before each path.</param>
/// <param name="Connections">Kept-alive connections, each with one request under way.</param>
/// <param name="Database">Added to the API's connection string.</param>
/// <param name="Only">The paths.</param>
internal sealed record TodosOptions(int Todos, int Rounds, int Seconds, int Connections, string Database, string[] Only)
{
    /// <summary>Length of one measurement.</summary>
    public TimeSpan Length => TimeSpan.FromSeconds(Seconds);
}

internal static class TodosCommand
{
    public static Command Create()
    {
        var todos = RequestsCommand.Number("--todos", 100_000, 1_000, 1_000_000, "Todos of the large tenant.");
        var rounds = RequestsCommand.Number("--rounds", 5, 1, 100, "Measurements of each tenant and path.");
        var seconds = RequestsCommand.Number("--seconds", 4, 1, 60, "Length of one measurement.");
        var connections = RequestsCommand.Number("--connections", 16, 1, 64, "Kept-alive connections, each with one request under way.");
        var database = new Option<string>("--database") { Description = "Added to the API's connection string; the default is what the API's role has.", DefaultValueFactory = _ => "Options=-c jit=off" };
        var only = new Option<string[]>("--only") { Description = "One of the paths; may be repeated.", DefaultValueFactory = _ => [.. TodoPath.All.Select(path => path.Name)] };
        only.AcceptOnlyFromAmong([.. TodoPath.All.Select(path => path.Name)]);
        var command = new Command("todos", $"What todos cost in a tenant that has many, beside one of {TodoTenants.Small}.") { todos, rounds, seconds, connections, database, only };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new TodosOptions(
                parsed.GetValue(todos), parsed.GetValue(rounds), parsed.GetValue(seconds), parsed.GetValue(connections), parsed.GetValue(database)!, parsed.GetValue(only)!);
            try
            {
                Console.WriteLine(await TodosBenchmark.RunAsync(options, cancellationToken));
                return 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync("Interrupted; everything that was started is stopped.");
                return 130;
            }
        });
        return command;
    }
}
