using System.CommandLine;
using Todo.Api.Paging;

namespace Todo.Benchmarks.Requests;

/// <summary>How much is asked of each side.</summary>
/// <param name="Tenants">Tenants in the case that takes them in turn.</param>
/// <param name="Todos">Todos of each tenant.</param>
/// <param name="People">People of each tenant.</param>
/// <param name="Rounds">Measurements of each side and case.</param>
/// <param name="Seconds">Length of one measurement, and of the warm-up before each case.</param>
/// <param name="Connections">Kept-alive connections, each with one request under way.</param>
/// <param name="Pool">Connections to PostgreSQL that each side has at most.</param>
/// <param name="Paths">What is asked for.</param>
/// <param name="Database">Added to the API's connection string, to try settings.</param>
internal sealed record RequestsOptions(int Tenants, int Todos, int People, int Rounds, int Seconds, int Connections, int Pool, string[] Paths, string Database)
{
    /// <summary>Length of one measurement.</summary>
    public TimeSpan Length => TimeSpan.FromSeconds(Seconds);
}

internal static class RequestsCommand
{
    public static Command Create()
    {
        var tenants = Number("--tenants", 100, 2, 10_000, "Tenants in the case that takes them in turn.");
        var todos = Number("--todos", 40, 1, Page.DefaultLimit, "Todos of each tenant; at most a page.");
        var people = Number("--people", 20, 1, Page.DefaultLimit, "People of each tenant; at most a page.");
        var rounds = Number("--rounds", 5, 1, 100, "Measurements of each side and case.");
        var seconds = Number("--seconds", 5, 1, 60, "Length of one measurement.");
        var connections = Number("--connections", 32, 1, 512, "Kept-alive connections, each with one request under way.");
        var pool = Number("--pool", 8, 1, 100, "Connections to PostgreSQL that each side has at most.");
        var database = new Option<string>("--database")
        {
            Description = "Added to the API's connection string, to try settings, such as \"Max Auto Prepare=0\".",
            DefaultValueFactory = _ => "",
        };
        var paths = new Option<string[]>("--path") { Description = "What is asked for; may be repeated.", DefaultValueFactory = _ => ["/todos", "/users"] };
        paths.AcceptOnlyFromAmong("/todos", "/users");
        var command = new Command("requests", "Requests a second of GET /todos and GET /users, beside an application that does nothing but the query.")
        {
            tenants, todos, people, rounds, seconds, connections, pool, paths, database,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new RequestsOptions(
                parsed.GetValue(tenants), parsed.GetValue(todos), parsed.GetValue(people), parsed.GetValue(rounds), parsed.GetValue(seconds), parsed.GetValue(connections),
                parsed.GetValue(pool), parsed.GetValue(paths)!, parsed.GetValue(database)!);
            try
            {
                Console.WriteLine(await RequestsBenchmark.RunAsync(options, cancellationToken));
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

    internal static Option<int> Number(string name, int standard, int min, int max, string description)
    {
        var option = new Option<int>(name) { Description = $"{description} {min} to {max}.", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            // Text that is no number has been complained about already.
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var value) && (value < min || value > max))
            {
                result.AddError($"{name} is a number from {min} to {max}.");
            }
        });
        return option;
    }
}
