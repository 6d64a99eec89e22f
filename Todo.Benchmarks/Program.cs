using System.CommandLine;
using Todo.Benchmarks.Access;
using Todo.Benchmarks.Fleet;
using Todo.Benchmarks.Limits;
using Todo.Benchmarks.Requests;
using Todo.Benchmarks.Telemetry;
using Todo.Benchmarks.Todos;

var benchmarks = new RootCommand("What we claim about speed, measured. Every verb prints a Markdown table, ready for docs/performance.md.")
{
    RequestsCommand.Create(),
    BaselineCommand.Create(),
    FleetCommand.Create(),
    FleetLoopCommand.Create(),
    LimitsCommand.Create(),
    AccessCommand.Create(),
    DoorsCommand.Create(),
    TelemetryCommand.Create(),
    CollectorCommand.Create(),
    TodosCommand.Create(),
};

// On Ctrl+C there are servers to stop and throw-away folders to delete, which takes longer than the two seconds given otherwise.
return await benchmarks.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
