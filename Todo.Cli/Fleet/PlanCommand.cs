using System.CommandLine;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Fleet;

/// <summary><c>todo fleet plan</c>: what apply would do. Changes nothing.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var target = TargetOption();
        var sql = SqlOption();
        var selection = new SelectionOptions(TenantSelection.Migratable);
        var command = new Command("plan", "What 'apply' would do, or 'rollback' for a target such as -1. Changes nothing.") { target, sql };
        selection.AddTo(command);
        return command.Does(async (invocation, cancellationToken) =>
        {
            var planner = invocation.Service<FleetPlanner>();
            var to = MigrationTarget.Parse(invocation.Get(target)!, planner.Line);
            var kind = to.Text.StartsWith('-') ? RunKind.Rollback : RunKind.Apply;
            var plan = await planner.PlanAsync(kind, selection.Read(invocation), to, cancellationToken);
            return await PrintAsync(invocation, plan, invocation.Get(sql));
        });
    }

    public static Option<string> TargetOption() => new("--to")
    {
        Description = "A migration's id or name, 'head', or a number of steps for each tenant, such as +1.",
        DefaultValueFactory = _ => "head",
    };

    public static Option<bool> SqlOption() => new("--sql") { Description = "Print the exact SQL." };

    /// <summary>Prints a plan that is not carried out.</summary>
    public static async Task<int> PrintAsync(Invocation invocation, FleetPlan plan, bool withSql)
    {
        await invocation.Output.AnswerAsync(PlanDocument.Of(plan, withSql), document => document.Lines());
        return plan.Blocked.Count > 0 ? ExitCode.Partial : ExitCode.Success;
    }
}
