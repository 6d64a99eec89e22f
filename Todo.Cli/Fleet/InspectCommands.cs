using System.CommandLine;
using Npgsql;
using Todo.Data;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Inspection;

namespace Todo.Cli.Fleet;

/// <summary><c>todo fleet verify</c> and <c>todo fleet drift</c>: whether schemas are what the catalog and the migrations say.</summary>
internal static class InspectCommands
{
    public static Command CreateVerify()
    {
        var selection = new SelectionOptions(TenantSelection.Inspectable);
        var command = new Command("verify", $"Compares the ledger with every schema's own history. Changes nothing; ends with {ExitCode.Drift} if they differ.");
        selection.AddTo(command);
        return command.Does(async (invocation, cancellationToken) =>
        {
            var report = await VerifyAsync(invocation, Verifier(invocation), selection.Read(invocation), cancellationToken);
            await invocation.Output.AnswerAsync(report, Describe);
            return report.IsClean ? ExitCode.Success : ExitCode.Drift;
        });
    }

    public static Command CreateDrift()
    {
        var selection = new SelectionOptions(TenantSelection.Inspectable);
        var command = new Command("drift", $"Compares schemas with each other and with what the migrations make. Changes nothing; ends with {ExitCode.Drift} if any differs.");
        selection.AddTo(command);
        return command.Does(async (invocation, cancellationToken) =>
        {
            var (detector, chosen) = (new DriftDetector(invocation.Service<NpgsqlDataSource>(), MigrationLines.Tenant), selection.Read(invocation));
            var report = await InspectionProgressView.ShowAsync(invocation.Output, "comparing tenants", progress => detector.DetectAsync(chosen, progress, cancellationToken));
            await invocation.Output.AnswerAsync(report, Describe);
            return report.IsClean ? ExitCode.Success : ExitCode.Drift;
        });
    }

    public static FleetVerifier Verifier(Invocation invocation) => new(invocation.Service<NpgsqlDataSource>(), MigrationLines.Tenant);

    public static Task<VerifyReport> VerifyAsync(Invocation invocation, FleetVerifier verifier, TenantSelection chosen, CancellationToken cancellationToken) =>
        InspectionProgressView.ShowAsync(invocation.Output, "verifying tenants", progress => verifier.VerifyAsync(chosen, progress, cancellationToken));

    /// <summary>A finding for people.</summary>
    public static string Describe(VerifyFinding finding) => $"{finding.Tenant ?? finding.Schema}: {EnumText.Of(finding.Kind)}: {finding.Message}";

    private static IEnumerable<string> Describe(VerifyReport report) =>
        [$"{Output.Count(report.Checked, "tenant")} checked, {Output.Count(report.Findings.Count, "finding")}", .. report.Findings.Select(Describe)];

    private static IEnumerable<string> Describe(DriftReport report)
    {
        yield return $"{Output.Count(report.Checked, "tenant")} checked";
        foreach (var version in report.Versions)
        {
            yield return $"{Output.Version(version.Version)}: {version.Count} alike, {version.Odd.Count} odd";
            foreach (var difference in version.MajorityDifferences)
            {
                yield return $"  most, unlike the migrations: {difference}";
            }

            foreach (var (tenant, difference) in version.Odd.SelectMany(odd => odd.Differences.Select(difference => (odd.Tenant, difference))))
            {
                yield return $"  {tenant}: {difference}";
            }
        }
    }
}
