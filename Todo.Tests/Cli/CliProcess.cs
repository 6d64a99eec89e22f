using Todo.Tests.Servers;

namespace Todo.Tests.Cli;

/// <summary>The command line tool, as a person calls it, with no terminal to ask on.</summary>
internal sealed class CliProcess(string? connectionString, string? workingDirectory, params string[] arguments) : ObservedProcess(
    Path.Combine(AppContext.BaseDirectory, "Todo.Cli.dll"),
    arguments,
    new Dictionary<string, string> { ["ConnectionStrings__tododb"] = connectionString ?? "" },
    workingDirectory);
