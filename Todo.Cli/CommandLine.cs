using System.CommandLine;

namespace Todo.Cli;

/// <summary>Parses and runs; every way to fail ends in one line on stderr and an exit code.</summary>
internal static class CommandLine
{
    // On Ctrl+C the server is told to stop what is in hand, and what was done is reported.
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors is [var error, ..])
        {
            var name = string.Join(' ', parsed.CommandResult.Command is RootCommand ? ["todo"] : Path(parsed.CommandResult.Command));
            await Console.Error.WriteLineAsync($"{OneLine(error.Message)} See: {name} --help");
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TerminationTimeout });
    }

    /// <summary>Sets what a command does; its result is the exit code.</summary>
    public static Command Does(this Command command, Func<Invocation, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var invocation = new Invocation(parsed);
            try
            {
                return await action(invocation, cancellationToken);
            }
#pragma warning disable CA1031 // Whatever went wrong, people get a line and scripts a number.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                var (exitCode, message) = Errors.Explain(exception, cancellationToken);
                await Console.Error.WriteLineAsync(OneLine(message));
                return exitCode;
            }
        });
        return command;
    }

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static IEnumerable<string> Path(Symbol symbol) =>
        symbol is RootCommand ? ["todo"] : [.. Path(symbol.Parents.First()), symbol.Name];
}
