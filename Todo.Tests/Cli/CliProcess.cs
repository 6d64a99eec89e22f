using Todo.Tests.Servers;

namespace Todo.Tests.Cli;

/// <summary>The command line tool, as a script calls it, with no terminal to ask on.</summary>
internal sealed class CliProcess(string? connectionString, string? workingDirectory, IReadOnlyDictionary<string, string>? environment, params string[] arguments) : ObservedProcess(
    Assembly,
    arguments,
    new Dictionary<string, string>(environment ?? new Dictionary<string, string>()) { ["ConnectionStrings__tododb"] = connectionString ?? "" },
    workingDirectory)
{
    /// <summary>The executable.</summary>
    public static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "todo.dll");

    /// <summary>Runs it to its end; what it printed.</summary>
    public static Task<string> RunAsync(string? connectionString, string? workingDirectory, int exitCode, params string[] arguments) =>
        RunAsync(connectionString, workingDirectory, null, exitCode, arguments);

    /// <summary>Runs it to its end with more environment variables; what it printed.</summary>
    public static async Task<string> RunAsync(
        string? connectionString, string? workingDirectory, IReadOnlyDictionary<string, string>? environment, int exitCode, params string[] arguments)
    {
        using var process = new CliProcess(connectionString, workingDirectory, environment, arguments);
        (await process.ExitCodeAsync()).ShouldBe(exitCode, process.Output);
        process.Output.ShouldNotContain("   at ");
        return process.Output;
    }
}
