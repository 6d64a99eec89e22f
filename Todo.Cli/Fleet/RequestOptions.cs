using System.CommandLine;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Fleet;

/// <summary>How a new run spreads over its tenants, and what stops it.</summary>
internal sealed class RequestOptions(string standardWaves)
{
    private readonly Option<string> _waves = new("--waves")
    {
        Description = "Shares that count from the beginning, such as one canary, a tenth, the rest.",
        DefaultValueFactory = _ => standardWaves,
    };

    private readonly Option<string?> _errorBudget = new("--error-budget") { Description = "How many tenants may fail before the run pauses: 5 or 10%. Of the first of several waves none may." };
    private readonly Option<Uri?> _gateUrl = new("--gate-url") { Description = "Asked with GET between waves; anything but a 2xx pauses the run." };

    public void AddTo(Command command)
    {
        command.Add(_waves);
        command.Add(_errorBudget);
        command.Add(_gateUrl);
    }

    /// <exception cref="FormatException">A share is malformed.</exception>
    public RunRequest Read(Invocation invocation, RunExecution execution, Guid? confirmation)
    {
        var gate = invocation.Get(_gateUrl);
        return gate is null or { IsAbsoluteUri: true, Scheme: "http" or "https" }
            ? new RunRequest("cli", Invocation.Person)
            {
                Waves = Waves.Parse(invocation.Get(_waves)!),
                ErrorBudget = invocation.Get(_errorBudget) is { } budget ? Share.Parse(budget) : null,
                GateUrl = gate,
                Parallelism = execution.Parallelism,
                MaxLoad = execution.MaxLoad,
                Confirmation = confirmation,
            }
            : throw CliException.Usage("The gate is asked at an http or https address.");
    }
}
