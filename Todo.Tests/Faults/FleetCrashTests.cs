using Npgsql;
using Todo.Tests.Tenancy;

namespace Todo.Tests.Faults;

/// <summary>The server loses all of its processes, before and after every statement of a run, with commits that did not wait for the disk.</summary>
public sealed class FleetCrashTests(CrashableServer server) : IClassFixture<CrashableServer>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_crash_of_the_server_every_tenant_is_whole_wherever_that_was(bool isBig)
    {
        var database = new FleetDatabase { Server = server.ConnectionString };
        await database.InitializeAsync();
        var fleet = new StruckFleet(database, isBig);
        await fleet.LearnAsync();
        await using var proxy = PostgresProxy.Start(database.ConnectionString);
        (await fleet.WorkAsync(await fleet.BeginAsync(1), proxy.ConnectionString, CancellationToken.None)).IsComplete.ShouldBeTrue();
        foreach (var point in StatementBoundaries.ByText(proxy.Statements.Where(statement => !IsQuestion(statement.Sql))))
        {
            var run = await fleet.BeginAsync(1);
            using var death = new CancellationTokenSource();
            proxy.Arm(point, FaultAction.Call(async _ =>
            {
                await death.CancelAsync();
                await server.CrashAsync();
            }).ThenCut());
            try
            {
                await fleet.WorkAsync(run, proxy.ConnectionString, death.Token);
            }
            catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
            {
                // The worker has died with the server.
            }

            if (proxy.Disarm())
            {
                continue;
            }

            await proxy.Fired;
            await server.RestartAsync();
            NpgsqlConnection.ClearAllPools();
            await fleet.ShouldBeWholeAsync(point.ToString());
            await fleet.ShouldConvergeAsync(run, point.ToString());
        }
    }

    // A crash costs a second; what changes nothing can lose nothing, and the cut connections are tried there too.
    private static bool IsQuestion(string sql) =>
        sql.TrimStart().StartsWith("SELECT", StringComparison.Ordinal) && !sql.Contains("_run_tenant(", StringComparison.Ordinal) && !sql.Contains("assert_", StringComparison.Ordinal) && !sql.Contains("advisory", StringComparison.Ordinal);
}
