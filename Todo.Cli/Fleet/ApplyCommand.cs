using System.CommandLine;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Fleet;

/// <summary><c>todo fleet apply</c>: plans, starts a run and works on it here.</summary>
internal static class ApplyCommand
{
    public static Command Create()
    {
        var target = PlanCommand.TargetOption();
        var sql = PlanCommand.SqlOption();
        var dryRun = new Option<bool>("--dry-run") { Description = "Only plan." };
        var yes = new Option<bool>("--yes") { Description = "Don't ask before statements that destroy data." };
        var selection = new SelectionOptions(TenantSelection.Migratable);
        var request = new RequestOptions("1,10%,100%");
        var execution = new ExecutionOptions();
        var command = new Command("apply", "Brings tenants up, in a run that can be paused, resumed and rolled back.") { target, sql, dryRun, yes };
        selection.AddTo(command);
        request.AddTo(command);
        execution.AddTo(command);
        return command.Does(async (invocation, cancellationToken) =>
        {
            var planner = invocation.Service<FleetPlanner>();
            var (chosen, to) = (selection.Read(invocation), MigrationTarget.Parse(invocation.Get(target)!, planner.Line));
            var hard = execution.Read(invocation);
            var how = request.Read(invocation, hard, confirmation: null);
            if (to.Text.StartsWith('-'))
            {
                throw CliException.Usage($"{to.Text} leads down. Use: todo fleet rollback --to {to.Text}");
            }

            var plan = await planner.PlanAsync(RunKind.Apply, chosen, to, cancellationToken);
            if (invocation.Get(dryRun))
            {
                return await PlanCommand.PrintAsync(invocation, plan, invocation.Get(sql));
            }

            var document = PlanDocument.Of(plan, invocation.Get(sql));
            await invocation.Output.SayAsync(document.Lines());
            if (plan.Tenants.Count == 0)
            {
                // Nothing to move, but perhaps to remember: from now on new tenants get this version.
                var outcome = await invocation.Service<FleetMigration>().ApplyAsync(chosen, to, how, hard, cancellationToken);
                return await RunResult.Of(outcome, document).AnswerAsync(invocation);
            }

            if (plan.DataLoss.Count > 0)
            {
                invocation.RequireConsent(invocation.Get(yes), $"This destroys data of {Output.Count(plan.Tenants.Count, "tenant")}.");
            }

            var run = await invocation.Service<RunStore>().StartAsync(plan, how, cancellationToken);
            return await RunHere.ExecuteAsync(invocation, run, hard, document, cancellationToken);
        });
    }
}
