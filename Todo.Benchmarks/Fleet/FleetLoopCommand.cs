using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Todo.Data;
using Todo.Tenancy.Fleet;

namespace Todo.Benchmarks.Fleet;

/// <summary>
/// Moves all tenants one migration back and forth again, run after run, until its standard input ends; then says how many it moved. A
/// process of its own, as a worker is, so that what it costs others is the machine's doing and not the garbage collector's.
/// </summary>
internal static class FleetLoopCommand
{
    public const string Verb = "fleet-loop";
    public const string Database = "tododb";
    private const string MaxLoad = "--max-load";

    public static string[] Arguments(double maxLoad) => [Verb, MaxLoad, maxLoad.ToString(System.Globalization.CultureInfo.InvariantCulture)];

    public static Command Create()
    {
        var maxLoad = new Option<double>(MaxLoad) { DefaultValueFactory = _ => 1 };
        var command = new Command(Verb, "What 'fleet --only serving' has running beside the API.") { maxLoad };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(maxLoad), cancellationToken));
        return command;
    }

    private static async Task RunAsync(double maxLoad, CancellationToken cancellationToken)
    {
        var connectionString = new ConfigurationBuilder().AddEnvironmentVariables().Build().GetConnectionString(Database)!;
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        using var http = new HttpClient();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var told = Task.Run(async () =>
        {
            await Console.In.ReadToEndAsync(cancellationToken);
            await stop.CancelAsync();
        }, cancellationToken);
        var line = MigrationLines.Tenant;
        var runs = new RunStore(dataSource);
        var planner = new FleetPlanner(dataSource, line);
        var executor = new RunExecutor(dataSource, line, runs, http);
        var execution = new RunExecution { Parallelism = 2, MaxLoad = maxLoad, Stop = stop.Token };
        var moved = 0;
        for (var kind = RunKind.Rollback; !stop.IsCancellationRequested; kind = kind == RunKind.Apply ? RunKind.Rollback : RunKind.Apply)
        {
            var target = MigrationTarget.To(line.Steps[kind == RunKind.Apply ? ^1 : ^2].Id);
            var plan = await planner.PlanAsync(kind, TenantSelection.All, target, CancellationToken.None);
            var run = await runs.StartAsync(plan, Engine.Request, CancellationToken.None);
            var report = await executor.ExecuteAsync(run.Id, execution, CancellationToken.None);
            moved += report.Moved;
            if (!report.IsComplete && report.Run.State == RunState.Running)
            {
                await runs.CancelAsync(run.Id, "the measurement is over", CancellationToken.None);
            }
        }

        await told;
        Console.WriteLine(moved);
    }
}
