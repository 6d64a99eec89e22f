using System.CommandLine;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Fleet;

/// <summary>How hard a run is worked on: a new run keeps it for whoever goes on with it, and a resumed one is worked on here as it says.</summary>
internal sealed class ExecutionOptions
{
    private static readonly RunExecution Standard = new();

    private readonly Option<int?> _parallelism = new("--parallelism")
    {
        Description = $"Tenants at once, 1 to 64. More than twice the server's cores gains nothing. Absent: as the run was started with, else {RunExecution.StandardParallelism}.",
    };

    private readonly Option<double?> _maxLoad = new("--max-load")
    {
        Description = "How much of the time each of them is worked on, above 0 and up to 1: less leaves the server room for requests. Absent: as the run was started with, else 1.",
    };

    private readonly Option<double> _lockTimeout = new("--lock-timeout")
    {
        Description = "Seconds that a statement waits for a lock, during which everybody else queues behind it.",
        DefaultValueFactory = _ => Standard.LockTimeout.TotalSeconds,
    };

    public void AddTo(Command command)
    {
        command.Add(_parallelism);
        command.Add(_maxLoad);
        command.Add(_lockTimeout);
    }

    /// <exception cref="ArgumentException">They break a rule.</exception>
    public RunExecution Read(Invocation invocation)
    {
        var seconds = invocation.Get(_lockTimeout);
        if (seconds is not (>= 0.001 and <= 3600))
        {
            throw CliException.Usage("--lock-timeout is a number of seconds, at least 0.001 and at most 3600.");
        }

        var execution = new RunExecution { Parallelism = invocation.Get(_parallelism), MaxLoad = invocation.Get(_maxLoad), LockTimeout = TimeSpan.FromSeconds(seconds) };
        execution.Validate();
        return execution;
    }
}
