using System.CommandLine;
using Npgsql;
using Todo.Data;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Inspection;

namespace Todo.Cli.Fleet;

/// <summary><c>todo fleet verify</c> and <c>todo fleet drift</c>: whether schemas are what the catalog and the migrations say.</summary>
internal static class InspectCommands
{
    public static Command CreateVerify()
    {
        var tenants = TenantOption();
        return new Command("verify", $"Compares the ledger with every schema's own history. Changes nothing; ends with {ExitCode.Drift} if they differ.") { tenants }.Does(async (invocation, cancellationToken) =>
        {
            var verifier = new FleetVerifier(invocation.Service<NpgsqlDataSource>(), MigrationLines.Tenant);
            var report = await verifier.VerifyAsync(Slugs(invocation, tenants), progress: null, cancellationToken);
            await invocation.Output.AnswerAsync(report, Describe);
            return report.IsClean ? ExitCode.Success : ExitCode.Drift;
        });
    }

    public static Command CreateDrift()
    {
        var tenants = TenantOption();
        return new Command("drift", $"Compares schemas with each other and with what the migrations make. Changes nothing; ends with {ExitCode.Drift} if any differs.") { tenants }.Does(async (invocation, cancellationToken) =>
        {
            var detector = new DriftDetector(invocation.Service<NpgsqlDataSource>(), MigrationLines.Tenant);
            var report = await detector.DetectAsync(Slugs(invocation, tenants), progress: null, cancellationToken);
            await invocation.Output.AnswerAsync(report, Describe);
            return report.IsClean ? ExitCode.Success : ExitCode.Drift;
        });
    }

    private static Option<string[]> TenantOption() => new("--tenant") { Description = "Only the tenant with this slug; may be repeated." };

    private static string[]? Slugs(Invocation invocation, Option<string[]> option) => invocation.Get(option) is { Length: > 0 } slugs ? slugs : null;

    private static IEnumerable<string> Describe(VerifyReport report) =>
        [$"{Output.Count(report.Checked, "tenant")} checked, {Output.Count(report.Findings.Count, "finding")}", .. report.Findings.Select(finding => $"{finding.Tenant ?? finding.Schema}: {EnumText.Of(finding.Kind)}: {finding.Message}")];

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
