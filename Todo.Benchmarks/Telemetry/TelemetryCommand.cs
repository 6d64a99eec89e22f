using System.CommandLine;
using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Telemetry;

/// <summary>How much is asked.</summary>
/// <param name="Rounds">Measurements of each side.</param>
/// <param name="Seconds">Length of one measurement.</param>
/// <param name="Connections">Each with one request under way.</param>
internal sealed record TelemetryOptions(int Rounds, int Seconds, int Connections)
{
    /// <summary>Length of one measurement.</summary>
    public TimeSpan Length => TimeSpan.FromSeconds(Seconds);
}

internal static class TelemetryCommand
{
    public static Command Create()
    {
        var rounds = RequestsCommand.Number("--rounds", 7, 1, 100, "Measurements of each side.");
        var seconds = RequestsCommand.Number("--seconds", 8, 1, 60, "Length of one measurement.");
        var connections = RequestsCommand.Number("--connections", 32, 1, 512, "Connections, each with one request under way.");
        var command = new Command("telemetry", "What traces, metrics and logs cost a request: off, without a collector, and with one.") { rounds, seconds, connections };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                Console.WriteLine(await TelemetryBenchmark.RunAsync(new TelemetryOptions(parsed.GetValue(rounds), parsed.GetValue(seconds), parsed.GetValue(connections)), cancellationToken));
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
