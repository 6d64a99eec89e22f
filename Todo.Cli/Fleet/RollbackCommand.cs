using System.CommandLine;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Fleet;

/// <summary><c>todo fleet rollback</c>: brings back what one run changed, or tenants to an older version.</summary>
internal static class RollbackCommand
{
    public static Command Create()
    {
        var run = new Option<Guid?>("--run") { Description = "Undo exactly what this run changed." };
        var target = new Option<string?>("--to") { Description = "A migration's id or name, or a number of steps for each tenant, such as -1." };
        var confirm = new Option<Guid?>("--confirm") { Description = "Confirms the loss of data, with the id that the refusal names." };
        var sql = PlanCommand.SqlOption();
        var dryRun = new Option<bool>("--dry-run") { Description = "Only plan." };
        var yes = new Option<bool>("--yes") { Description = "Don't ask." };
        var selection = new SelectionOptions(TenantSelection.Migratable);
        var request = new RequestOptions("100%");
        var execution = new ExecutionOptions();
        var command = new Command("rollback", "Brings tenants back down: what one run changed (--run), or to a version (--to).") { run, target, confirm, sql, dryRun, yes };
        selection.AddTo(command);
        request.AddTo(command);
        execution.AddTo(command);
        return command.Does(async (invocation, cancellationToken) =>
        {
            var (undone, to, confirmation) = (invocation.Get(run), invocation.Get(target), invocation.Get(confirm));
            var hard = execution.Read(invocation);
            var how = request.Read(invocation, hard, confirmation);
            var plan = (undone, to) switch
            {
                ({ } id, null) when selection.AreGiven(invocation) => throw CliException.Usage($"Run {id} has its own tenants: choose no others."),
                ({ } id, null) => await invocation.Service<FleetPlanner>().PlanRollbackAsync(id, cancellationToken),
                (null, { } version) => await PlanAsync(invocation, selection.Read(invocation), version, cancellationToken),
                _ => throw CliException.Usage("Give --run or --to, one of them."),
            };
            if (invocation.Get(dryRun))
            {
                return await PlanCommand.PrintAsync(invocation, plan, invocation.Get(sql));
            }

            var document = PlanDocument.Of(plan, invocation.Get(sql));
            await invocation.Output.SayAsync(document.Lines());
            if (plan.Tenants.Count == 0)
            {
                return await RunResult.OfNothing(document).AnswerAsync(invocation);
            }

            // Without a confirmation, a loss of data is refused by the engine, with the id to confirm.
            if (plan.DataLoss.Count == 0)
            {
                invocation.RequireConsent(invocation.Get(yes), $"This takes back migrations of {Output.Count(plan.Tenants.Count, "tenant")}.");
            }

            var started = await StartAsync(invocation, plan, how, cancellationToken);
            return await RunHere.ExecuteAsync(invocation, started, hard, document, cancellationToken);
        });
    }

    private static async Task<FleetPlan> PlanAsync(Invocation invocation, TenantSelection selection, string version, CancellationToken cancellationToken)
    {
        var planner = invocation.Service<FleetPlanner>();
        var target = MigrationTarget.Parse(version, planner.Line);
        return target.Text.StartsWith('+')
            ? throw CliException.Usage($"{target.Text} leads up. Use: todo fleet apply --to {target.Text}")
            : await planner.PlanAsync(RunKind.Rollback, selection, target, cancellationToken);
    }

    // A refused rollback to a version waits as planned: its id confirms it, and it is that plan which is carried out.
    private static async Task<MigrationRun> StartAsync(Invocation invocation, FleetPlan plan, RunRequest request, CancellationToken cancellationToken)
    {
        var runs = invocation.Service<RunStore>();
        if (request.Confirmation is not { } id || plan.RollsBack is not null || plan.DataLoss.Count == 0)
        {
            return await runs.StartAsync(plan, request, cancellationToken);
        }

        var planned = await runs.GetAsync(id, cancellationToken);
        return planned is { State: RunState.Planned, Kind: RunKind.Rollback } && planned.Target == plan.Target && planned.Checksum == plan.Checksum
            ? await runs.ResumeAsync(id, id, invocation.Service<FleetPlanner>().Line, cancellationToken)
            : throw CliException.Usage($"Run {id} is not what is asked for here any more. Repeat the command without --confirm for the id to confirm.");
    }
}
