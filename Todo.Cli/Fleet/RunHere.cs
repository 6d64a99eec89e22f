using Npgsql;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Fleet;

/// <summary>Works on a run in this process, shows how far it is, and says how it ended.</summary>
internal static class RunHere
{
    /// <returns>The exit code.</returns>
    /// <exception cref="CliException">It was interrupted, or the database went away; the run stays open.</exception>
    public static async Task<int> ExecuteAsync(Invocation invocation, MigrationRun run, RunExecution execution, PlanDocument? plan, CancellationToken cancellationToken)
    {
        var resume = $"Run {run.Id} stays open; go on with: todo runs resume {run.Id}";
        try
        {
            var before = await invocation.Service<RunStore>().CountAsync(run.Id, cancellationToken);
            await invocation.Output.SayAsync($"Run {run.Id}");
            var report = await RunProgressView.ShowAsync(
                invocation.Output, run, before,
                progress => invocation.Service<RunExecutor>().ExecuteAsync(run.Id, execution with { Progress = progress }, cancellationToken));
            return await RunResult.Of(report, plan).AnswerAsync(invocation);
        }

        // A statement that is cancelled on the server may end as an error of the server's.
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && exception is OperationCanceledException or NpgsqlException { InnerException: OperationCanceledException })
        {
            throw new CliException(ExitCode.Interrupted, $"Interrupted: the tenants in hand are as they were, or done. {resume}");
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            throw new CliException(ExitCode.Failed, $"{Errors.Explain(exception, cancellationToken).Message} {resume}");
        }
    }
}
