using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Provisioning;

namespace Todo.Tests.Tenancy.Fleet;

/// <summary>Runs up and down, in any order, over any part of the fleet: every tenant is where a simple count says. A failure prints its seed.</summary>
public sealed class RandomPlanTests(FleetDatabase database) : IClassFixture<FleetDatabase>
{
    private const int Tenants = 3;

    [Fact]
    public async Task Whatever_is_planned_leaves_every_tenant_at_the_version_it_says()
    {
        var shapes = new List<string>();
        foreach (var step in LongProbeDbContext.Line.Steps)
        {
            shapes.Add(await database.ShapeAsync((await TenantAsync(step.Id)).Schema));
        }

        var operation =
            from isUp in Gen.Elements(true, false)
            from target in Gen.Choose(0, LongProbeDbContext.Line.Steps.Count - 1)
            from first in Gen.Choose(1, Tenants)
            from isBig in Gen.Elements(true, false)
            select new Operation(isUp, target, first, isBig);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(12),
            Prop.ForAll(operation.ArrayOf(5).ToArbitrary(), operations => RunAsync(operations, shapes).GetAwaiter().GetResult()));
    }

    private async Task RunAsync(Operation[] operations, List<string> shapes)
    {
        await database.ExecuteAsync("UPDATE public.tenants SET status = 'deleted'");
        var tenants = new List<Tenant>();
        for (var i = 0; i < Tenants; i++)
        {
            tenants.Add(await TenantAsync(LongProbeDbContext.Create));
        }

        var expected = new int[Tenants];
        foreach (var operation in operations)
        {
            await using var dataSource = NpgsqlDataSource.Create(
                new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = operation.IsBig ? "-c todo.small_relation_bytes=0" : "" }.ConnectionString);
            var plan = await new FleetPlanner(dataSource, LongProbeDbContext.Line).PlanAsync(
                operation.IsUp ? RunKind.Apply : RunKind.Rollback,
                new TenantSelection { First = operation.First },
                MigrationTarget.To(LongProbeDbContext.Line.Steps[operation.Target].Id),
                CancellationToken.None);
            for (var i = 0; i < operation.First; i++)
            {
                expected[i] = operation.IsUp ? Math.Max(expected[i], operation.Target) : Math.Min(expected[i], operation.Target);
            }

            if (plan.Tenants.Count > 0)
            {
                var report = await database.Executor(LongProbeDbContext.Line, dataSource).ExecuteAsync((await StartAsync(plan)).Id, new RunExecution(), CancellationToken.None);
                report.IsComplete.ShouldBeTrue(string.Join('\n', report.Failures));
            }

            for (var i = 0; i < Tenants; i++)
            {
                (await database.LedgerAsync(tenants[i])).ShouldBe(LongProbeDbContext.Line.Steps[expected[i]].Id);
                (await database.ShapeAsync(tenants[i].Schema)).ShouldBe(shapes[expected[i]]);
            }
        }
    }

    private async Task<MigrationRun> StartAsync(FleetPlan plan)
    {
        try
        {
            return await database.Runs.StartAsync(plan, new RunRequest("cli", "a test"), CancellationToken.None);
        }
        catch (DataLossException exception)
        {
            return await database.Runs.ResumeAsync(exception.Run.Id, exception.Run.Id, LongProbeDbContext.Line, CancellationToken.None);
        }
    }

    private async Task<Tenant> TenantAsync(string version)
    {
        await database.ExecuteAsync("UPDATE public.fleet SET new_tenant_version = NULL");
        return await new TenantProvisioner(database.DataSource, LongProbeDbContext.Line.UpTo(version)).ProvisionAsync($"probe-{Guid.NewGuid():N}", "Probe", seed: null, CancellationToken.None);
    }

    /// <summary>One run.</summary>
    private sealed record Operation(bool IsUp, int Target, int First, bool IsBig);
}
