using System.CommandLine;
using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Access;

/// <summary>How much is asked.</summary>
/// <param name="Rounds">Measurements of each side.</param>
/// <param name="Seconds">Length of one measurement.</param>
/// <param name="Connections">Connections, each with one request under way.</param>
/// <param name="Times">How often a session is ended, and how often each question is asked that must not tell anything.</param>
/// <param name="Only">The measurements.</param>
internal sealed record AccessOptions(int Rounds, int Seconds, int Connections, int Times, string[] Only)
{
    /// <summary>Length of one measurement.</summary>
    public TimeSpan Length => TimeSpan.FromSeconds(Seconds);
}

internal static class AccessCommand
{
    public const string Cost = "cost";
    public const string Ended = "ended";
    public const string Answers = "answers";

    public static Command Create()
    {
        var rounds = RequestsCommand.Number("--rounds", 5, 1, 100, "Measurements of each side.");
        var seconds = RequestsCommand.Number("--seconds", 8, 1, 60, "Length of one measurement.");
        var connections = RequestsCommand.Number("--connections", 32, 1, 512, "Connections, each with one request under way.");
        var times = RequestsCommand.Number("--times", 50, 5, 500, "How often a session is ended, and how often each question is asked that must not tell anything.");
        var only = new Option<string[]>("--only") { Description = "One of the measurements; may be repeated.", DefaultValueFactory = _ => [Cost, Ended, Answers] };
        only.AcceptOnlyFromAmong(Cost, Ended, Answers);
        var command = new Command("access", "What signing in costs a request, how soon another replica refuses a session that was ended, and whether answers' times tell anything.")
        {
            rounds, seconds, connections, times, only,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new AccessOptions(
                parsed.GetValue(rounds), parsed.GetValue(seconds), parsed.GetValue(connections), parsed.GetValue(times), parsed.GetValue(only)!);
            try
            {
                Console.WriteLine(await AccessBenchmark.RunAsync(options, cancellationToken));
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
