using System.CommandLine;
using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Limits;

/// <summary>How much is asked.</summary>
/// <param name="Rounds">Measurements of each side.</param>
/// <param name="Seconds">Length of one measurement.</param>
/// <param name="Connections">Connections of whoever is at full speed, each with one request under way.</param>
/// <param name="Pace">Requests a second of the quiet tenant.</param>
/// <param name="Only">The measurements.</param>
internal sealed record LimitsOptions(int Rounds, int Seconds, int Connections, int Pace, string[] Only)
{
    /// <summary>Length of one measurement.</summary>
    public TimeSpan Length => TimeSpan.FromSeconds(Seconds);
}

internal static class LimitsCommand
{
    public const string Cost = "cost";
    public const string Neighbour = "neighbour";

    public static Command Create()
    {
        var rounds = RequestsCommand.Number("--rounds", 5, 1, 100, "Measurements of each side.");
        var seconds = RequestsCommand.Number("--seconds", 10, 1, 60, "Length of one measurement.");
        var connections = RequestsCommand.Number("--connections", 32, 1, 512, "Connections of whoever is at full speed, each with one request under way.");
        var pace = RequestsCommand.Number("--pace", 80, 1, 1000, "Requests a second of the quiet tenant.");
        var only = new Option<string[]>("--only") { Description = "One of the measurements; may be repeated.", DefaultValueFactory = _ => [Cost, Neighbour] };
        only.AcceptOnlyFromAmong(Cost, Neighbour);
        var command = new Command("limits", "What rate limits cost a request, and how fast a quiet tenant is served while another sends all it can.")
        {
            rounds, seconds, connections, pace, only,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new LimitsOptions(
                parsed.GetValue(rounds), parsed.GetValue(seconds), parsed.GetValue(connections), parsed.GetValue(pace), parsed.GetValue(only)!);
            try
            {
                Console.WriteLine(await LimitsBenchmark.RunAsync(options, cancellationToken));
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
