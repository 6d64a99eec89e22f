namespace Todo.Cli;

/// <summary>Ends the command with one line on stderr.</summary>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>The caller must ask for something else.</summary>
    public static CliException Usage(string message) => new(Cli.ExitCode.Usage, message);
}
