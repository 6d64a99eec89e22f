using System.CommandLine;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Runs;

/// <summary>A run with its tenants.</summary>
internal sealed record RunDocument(MigrationRun Run, RunCounts Counts, IReadOnlyList<MigrationRunTenant> Tenants);

internal static class ShowCommand
{
    public static Command Create()
    {
        var id = RunsCommands.IdArgument();
        var state = new Option<string>("--state") { Description = "Which tenants to list.", DefaultValueFactory = _ => "failed" };
        state.AcceptOnlyFromAmong(["all", .. Enum.GetValues<RunTenantState>().Select(EnumText.Of)]);
        return new Command("show", "One run: how far it is, and its failed tenants.") { id, state }.Does(async (invocation, cancellationToken) =>
        {
            var runs = invocation.Service<RunStore>();
            var run = await runs.GetAsync(invocation.Get(id), cancellationToken);
            var wanted = invocation.Get(state)!;
            var tenants = await runs.TenantsAsync(run.Id, wanted == "all" ? null : EnumText.Parse<RunTenantState>(wanted), cancellationToken);
            await invocation.Output.AnswerAsync(new RunDocument(run, await runs.CountAsync(run.Id, cancellationToken), tenants), Describe);
            return ExitCode.Success;
        });
    }

    private static IEnumerable<string> Describe(RunDocument document)
    {
        var (run, counts, tenants) = document;
        yield return $"Run:      {run.Id}";
        yield return $"State:    {EnumText.Of(run.State)}{(run.Reason is { } reason ? $": {reason}" : "")}";
        yield return $"Does:     {EnumText.Of(run.Kind)} to {run.Target}";
        yield return $"Asked by: {run.StartedBy} ({run.Executor})";
        yield return $"Times:    created {run.CreatedAt:u}, started {run.StartedAt:u}, ended {run.FinishedAt:u}";
        yield return $"Wave:     {run.CurrentWave + 1} of {run.WaveCount}{(run.ErrorBudget is { } budget ? $", {budget} may fail" : "")}{(run.GateUrl is { } gate ? $", gate {gate}" : "")}";
        if (run is not { Parallelism: null, MaxLoad: null })
        {
            yield return $"Pace:     {(run.Parallelism is { } parallelism ? $"{parallelism} at once" : "any number at once")}, {run.MaxLoad ?? 1:P0} of the time";
        }

        yield return $"Tenants:  {counts.Total}: {counts.Applied} applied, {counts.Pending} pending, {counts.Failed} failed, {counts.Skipped} skipped, {counts.RolledBack} rolled back";
        if (tenants.Count > 0)
        {
            yield return "";
            foreach (var line in Output.Table(["TENANT", "STATE", "FROM", "TO", "TRIES", "ERROR"], tenants.Select(tenant => new string?[]
            {
                tenant.Slug, EnumText.Of(tenant.State), Output.Version(tenant.FromVersion), Output.Version(tenant.ToVersion), $"{tenant.Attempts}", tenant.ErrorMessage,
            })))
            {
                yield return line;
            }
        }
    }
}
