using Npgsql;
using Todo.Tests.Tenancy;

namespace Todo.Tests.Faults;

/// <summary>
/// A run over the fleet, struck before and after every statement that it sends: small tables, where a tenant is one transaction, and big ones,
/// where an index is built outside of it.
/// </summary>
public sealed class FleetFaultTests(FleetDatabase database) : IClassFixture<FleetDatabase>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_worker_whose_connection_breaks_and_who_dies_leaves_whole_tenants_wherever_that_was(bool isBig) =>
        await StrikeEverywhereAsync(isBig, tenants: isBig ? 1 : 2, death => FaultAction.Call(_ => death.CancelAsync()).ThenCut());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_worker_whose_backend_is_terminated_leaves_whole_tenants_wherever_that_was(bool isBig) =>
        await StrikeEverywhereAsync(isBig, tenants: 1, _ => FaultAction.TerminateBackend);

    [Theory]
    [InlineData(false, 2)]
    [InlineData(false, 4)]
    [InlineData(true, 2)]
    public async Task Workers_that_race_do_every_tenant_once(bool isBig, int workers)
    {
        var fleet = new StruckFleet(database, isBig);
        await fleet.LearnAsync();
        var run = await fleet.BeginAsync(12);

        var reports = await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => fleet.WorkAsync(run, database.ConnectionString, CancellationToken.None, parallelism: 2))));

        reports.ShouldAllBe(report => report.IsComplete);
        reports.Sum(report => report.Moved).ShouldBe(12);
        await fleet.ShouldBeWholeAsync("a race");
        await fleet.ShouldConvergeAsync(run, "a race");
    }

    private async Task StrikeEverywhereAsync(bool isBig, int tenants, Func<CancellationTokenSource, FaultAction> action)
    {
        var fleet = new StruckFleet(database, isBig);
        await fleet.LearnAsync();
        await using var proxy = PostgresProxy.Start(database.ConnectionString);
        var untouched = await fleet.BeginAsync(tenants);
        (await fleet.WorkAsync(untouched, proxy.ConnectionString, CancellationToken.None)).IsComplete.ShouldBeTrue();

        // By text, because the lease of a tenant that takes long is renewed by another connection.
        var points = StatementBoundaries.ByText(proxy.Statements);
        points.Count.ShouldBeGreaterThan(40);
        var missed = new List<string>();
        foreach (var point in points)
        {
            var run = await fleet.BeginAsync(tenants);
            using var death = new CancellationTokenSource();
            proxy.Arm(point, action(death));
            try
            {
                await fleet.WorkAsync(run, proxy.ConnectionString, death.Token);
            }
            catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
            {
                // The worker is dead, or has given up.
            }

            if (proxy.Disarm())
            {
                missed.Add(point.ToString());
            }
            else
            {
                await proxy.Fired;
            }

            await fleet.ShouldBeWholeAsync(point.ToString());
            await fleet.ShouldConvergeAsync(run, point.ToString());
        }

        // How often a lease is renewed depends on how long the work takes; everything else comes every time.
        missed.Where(point => !point.Contains("SET not_before = clock_timestamp()", StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
