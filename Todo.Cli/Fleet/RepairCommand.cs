using System.CommandLine;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Inspection;

namespace Todo.Cli.Fleet;

/// <summary><c>todo fleet repair</c>: sets wrong ledgers from the schemas' own histories, which are the truth.</summary>
internal static class RepairCommand
{
    public static Command Create()
    {
        var selection = new SelectionOptions(TenantSelection.Inspectable);
        var yes = new Option<bool>("--yes") { Description = "Don't ask." };
        var command = new Command(
            "repair",
            $"Verifies, and sets every ledger that is wrong from its schema's history. Ends with {ExitCode.Partial} if one can't be set, else with {ExitCode.Drift} if anything else is left to mend.") { yes };
        selection.AddTo(command);
        return command.Does(async (invocation, cancellationToken) =>
        {
            var verifier = InspectCommands.Verifier(invocation);
            var found = await InspectCommands.VerifyAsync(invocation, verifier, selection.Read(invocation), cancellationToken);
            if (found.WrongLedgers.Count > 0)
            {
                await invocation.Output.SayAsync(found.Findings.Where(finding => finding.IsOfLedger).Select(InspectCommands.Describe));
                invocation.RequireConsent(invocation.Get(yes), $"This sets the ledger of {Output.Count(found.WrongLedgers.Count, "tenant")} from its schema's history.");
            }

            var report = await InspectionProgressView.ShowAsync(invocation.Output, "repairing ledgers", progress => verifier.RepairLedgersAsync(found, progress, cancellationToken));
            await invocation.Output.AnswerAsync(report, Describe);
            return report.Refusals.Count > 0 ? ExitCode.Partial : report.IsClean ? ExitCode.Success : ExitCode.Drift;
        });
    }

    private static IEnumerable<string> Describe(LedgerRepairReport report) =>
    [
        .. report.Repairs.Where(repair => repair.IsChanged).Select(repair => $"{repair.Tenant}: {Output.Version(repair.From)} → {Output.Version(repair.To)}"),
        .. report.Refusals.Select(refusal => $"Left alone: {refusal.Message}"),
        .. report.Remaining.Select(InspectCommands.Describe),
        $"{Output.Count(report.Checked, "tenant")} checked, {Output.Count(report.Repairs.Count(repair => repair.IsChanged), "ledger")} set, {report.Refusals.Count} left alone, {Output.Count(report.Remaining.Count, "other finding")}",
    ];
}
