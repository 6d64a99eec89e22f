using System.CommandLine;
using Todo.Data;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Lint;

namespace Todo.Cli.Migrations;

internal static class LintCommand
{
    public static Command Create()
    {
        var only = new Option<string[]>("--migration") { Description = "Only this migration, by its id or name; may be repeated." };
        return new Command("lint", $"Finds in the tenants' migrations what is not safe while the service runs; ends with {ExitCode.Failed} if nobody has answered for it.") { only }.Does(async (invocation, _) =>
        {
            var line = MigrationLines.Tenant;
            var wanted = invocation.Get(only) is { Length: > 0 } names
                ? names.Select(name => MigrationTarget.Parse(name, line).Version ?? throw CliException.Usage("--migration is a migration's id or name.")).ToHashSet()
                : null;
            var findings = MigrationLinter.Lint(line, wanted);
            await invocation.Output.AnswerAsync(findings, Describe);
            return findings.Any(finding => finding.IsFailure) ? ExitCode.Failed : ExitCode.Success;
        });
    }

    private static IEnumerable<string> Describe(IReadOnlyList<LintFinding> findings)
    {
        foreach (var finding in findings)
        {
            yield return $"{finding.Migration}: {finding.Rule}: {finding.Message}";
            yield return finding.AcknowledgedReason is { } reason ? $"  acknowledged: {reason}" : $"  instead: {finding.Remedy}";
        }

        yield return $"{Output.Count(findings.Count(finding => finding.IsFailure), "failure")}, {findings.Count(finding => !finding.IsFailure)} acknowledged";
    }
}
