using System.CommandLine;
using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;

namespace Todo.Cli.Fleet;

/// <summary><c>todo fleet status</c>: from the ledger, so it takes two queries however many tenants there are.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var check = new Option<bool>("--check") { Description = $"End with {ExitCode.Partial} if any tenant is not at this build's newest migration." };
        return new Command("status", "How many tenants are at which migration, and the open run.") { check }.Does(async (invocation, cancellationToken) =>
        {
            var status = await FleetStatus.ReadAsync(
                invocation.Service<NpgsqlDataSource>(), invocation.Service<RunStore>(), invocation.Service<FleetPlanner>().Line, cancellationToken);
            await invocation.Output.AnswerAsync(status, Describe);
            return invocation.Get(check) && status.NotCurrent > 0 ? ExitCode.Partial : ExitCode.Success;
        });
    }

    private static IEnumerable<string> Describe(FleetStatus status)
    {
        yield return $"Newest migration: {status.Head}";
        yield return $"New tenants get:  {status.NewTenantVersion ?? status.Head}";
        yield return $"Tenants:          {status.Current} current, {status.NotCurrent} not current";
        if (status.Groups.Count > 0)
        {
            yield return "";
            foreach (var line in Output.Table(["STATUS", "MIGRATION", "TENANTS", "HALF DONE"], status.Groups.Select(group =>
                new string?[] { EnumText.Of(group.Status), Output.Version(group.Version), $"{group.Tenants}", $"{group.HalfDone}" })))
            {
                yield return line;
            }
        }

        if (status.OpenRun is { } run)
        {
            yield return "";
            yield return $"Open run: {run.Id}, {EnumText.Of(run.Kind)} to {run.Target}, {EnumText.Of(run.State)}, by {run.StartedBy}{(run.Reason is { } reason ? $": {reason}" : "")}";
        }
    }
}
