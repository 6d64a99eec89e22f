using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;

namespace Todo.Tests.Tenancy.Fleet;

public sealed class RunTests : IAsyncLifetime
{
    private static readonly MigrationTarget Head = MigrationTarget.To(ProbeDbContext.Second);
    private static readonly RunRequest Operator = new("cli", "a test");

    private readonly FleetDatabase _database = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_plan_names_every_tenant_its_way_and_the_exact_SQL_and_changes_nothing()
    {
        var tenants = await _database.ProvisionOldAsync(3);
        var before = await _database.ContentAsync("public") + await _database.ContentAsync(tenants[0].Schema);

        var plan = await _database.Planner().PlanAsync(RunKind.Apply, TenantSelection.All, Head, CancellationToken.None);

        plan.Tenants.ShouldBe(tenants.Select(tenant => new PlannedTenant(tenant.Id, tenant.Slug, ProbeDbContext.First, ProbeDbContext.Second)));
        var path = plan.Paths.ShouldHaveSingleItem();
        path.Statements.Select(statement => statement.Sql).ShouldContain(sql => sql.StartsWith("ALTER TABLE notes ADD due_at"));
        path.Statements[^1].Sql.ShouldContain(ProbeDbContext.Second);
        (await _database.ContentAsync("public") + await _database.ContentAsync(tenants[0].Schema)).ShouldBe(before);
    }

    [Fact]
    public async Task A_plan_can_be_about_any_part_of_the_fleet()
    {
        var tenants = await _database.ProvisionOldAsync(10);
        await _database.ExecuteAsync($"UPDATE public.tenants SET status = 'suspended' WHERE id = '{tenants[9].Id}'");

        (await Slugs(new TenantSelection { First = 3 })).ShouldBe(tenants.Take(3).Select(tenant => tenant.Slug));
        (await Slugs(new TenantSelection { Percent = 25 })).ShouldBe(tenants.Take(3).Select(tenant => tenant.Slug));
        (await Slugs(new TenantSelection { Statuses = [TenantStatus.Suspended] })).ShouldBe([tenants[9].Slug]);
        (await Slugs(new TenantSelection { Version = ProbeDbContext.Second })).ShouldBeEmpty();
        (await Slugs(new TenantSelection { Order = TenantOrder.Name })).ShouldBe(tenants.Select(tenant => tenant.Slug).Order(StringComparer.Ordinal));
        (await Slugs(new TenantSelection { Slugs = [tenants[5].Slug, tenants[2].Slug], Order = TenantOrder.Given })).ShouldBe([tenants[5].Slug, tenants[2].Slug]);
        await _database.ExecuteAsync($"INSERT INTO {tenants[0].Schema}.notes SELECT n, repeat('x', 1000) FROM generate_series(10, 2000) n; VACUUM {tenants[0].Schema}.notes".Split(';')[0]);
        await _database.ExecuteAsync($"VACUUM {tenants[0].Schema}.notes");
        (await Slugs(new TenantSelection { Order = TenantOrder.Size }))[^1].ShouldBe(tenants[0].Slug);
        var named = await _database.Planner().PlanAsync(
            RunKind.Apply, new TenantSelection { Slugs = [tenants[5].Slug, tenants[2].Slug, "nobody"], First = 1 }, Head, CancellationToken.None);
        named.Tenants.Select(tenant => tenant.Slug).ShouldBe([tenants[2].Slug]);
        named.Blocked.Select(tenant => tenant.Slug).ShouldBe(["nobody"], "the other comes after the first, and there is such a tenant");
        await Should.ThrowAsync<ArgumentException>(() => Slugs(new TenantSelection { First = 0 }));
        await Should.ThrowAsync<ArgumentException>(() => Slugs(new TenantSelection { Statuses = [TenantStatus.Deleted] }));

        var missing = await _database.Planner().PlanAsync(RunKind.Apply, new TenantSelection { Slugs = ["nobody"] }, Head, CancellationToken.None);
        missing.Blocked.ShouldHaveSingleItem().Reason.ShouldContain("no such tenant");

        async Task<IReadOnlyList<string>> Slugs(TenantSelection selection) =>
            [.. (await _database.Planner().PlanAsync(RunKind.Apply, selection, Head, CancellationToken.None)).Tenants.Select(tenant => tenant.Slug)];
    }

    [Fact]
    public async Task A_canary_that_fails_pauses_the_run_before_anybody_else_is_touched_and_a_resume_tries_it_again()
    {
        var tenants = await _database.ProvisionOldAsync(20);
        await _database.ExecuteAsync($"CREATE TABLE {tenants[0].Schema}.labels (made_by text)");

        var report = await _database.RunAsync(RunKind.Apply, Head, request: Operator with { Waves = Waves.Default, ErrorBudget = Share.Parse("10%") });

        report.Run.State.ShouldBe(RunState.Paused);
        report.Run.Reason.ShouldNotBeNull().ShouldContain("1 tenants failed");
        (report.Counts.Applied, report.Counts.Failed, report.Counts.Pending).ShouldBe((0, 1, 19));
        report.Failures.ShouldHaveSingleItem().SqlState.ShouldBe(PostgresErrorCodes.DuplicateTable);

        await _database.ExecuteAsync($"DROP TABLE {tenants[0].Schema}.labels");
        await _database.Runs.ResumeAsync(report.Run.Id, null, ProbeDbContext.Line, CancellationToken.None);
        var resumed = await _database.Executor().ExecuteAsync(report.Run.Id, new RunExecution(), CancellationToken.None);

        (resumed.Run.State, resumed.Counts.Applied, resumed.Run.CurrentWave).ShouldBe((RunState.Completed, 20, 2));
        await Should.ThrowAsync<RunStateException>(() => _database.Runs.ResumeAsync(report.Run.Id, null, ProbeDbContext.Line, CancellationToken.None));
    }

    [Fact]
    public async Task The_run_pauses_when_more_fail_than_may()
    {
        var tenants = await _database.ProvisionOldAsync(30);
        foreach (var tenant in tenants.Skip(5).Take(10))
        {
            await _database.ExecuteAsync($"CREATE TABLE {tenant.Schema}.labels (made_by text)");
        }

        var report = await _database.RunAsync(RunKind.Apply, Head, request: Operator with { ErrorBudget = Share.Parse("2") }, execution: new RunExecution { Parallelism = 1 });

        (report.Run.State, report.Counts.Applied, report.Counts.Failed, report.Counts.Pending).ShouldBe((RunState.Paused, 5, 3, 22));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/health", "did not answer")]
    public async Task A_gate_that_is_not_content_pauses_the_run_between_waves(string gate, string reason)
    {
        await _database.ProvisionOldAsync(5);

        var report = await _database.RunAsync(RunKind.Apply, Head, request: Operator with { Waves = Waves.Default, GateUrl = new Uri(gate) });

        (report.Run.State, report.Counts.Applied).ShouldBe((RunState.Paused, 1));
        report.Run.Reason.ShouldNotBeNull().ShouldContain(reason);
    }

    [Fact]
    public async Task A_pause_takes_effect_within_one_tenant_and_so_does_a_cancel()
    {
        await _database.ProvisionOldAsync(30);
        var plan = await _database.Planner().PlanAsync(RunKind.Apply, TenantSelection.All, Head, CancellationToken.None);
        var run = await _database.Runs.StartAsync(plan, Operator, CancellationToken.None);
        var paused = new TaskCompletionSource();
        var report = await _database.Executor().ExecuteAsync(
            run.Id,
            new RunExecution { Parallelism = 1, Progress = progress => StopAt(progress, 5, () => _database.Runs.PauseAsync(run.Id, "paused by a test", CancellationToken.None).GetAwaiter().GetResult()) },
            CancellationToken.None);
        (report.Run.State, report.Counts.Applied).ShouldBe((RunState.Paused, 5));
        report.Run.IsPausedByPerson.ShouldBeTrue();

        // A worker does not go on with what a person has paused.
        (await Should.ThrowAsync<RunOpenException>(() => _database.MigrateAsync())).Open.Id.ShouldBe(run.Id);

        await _database.Runs.ResumeAsync(run.Id, null, ProbeDbContext.Line, CancellationToken.None);
        report = await _database.Executor().ExecuteAsync(
            run.Id,
            new RunExecution { Parallelism = 1, Progress = progress => StopAt(progress, 9, () => _database.Runs.CancelAsync(run.Id, "enough", CancellationToken.None).GetAwaiter().GetResult()) },
            CancellationToken.None);
        (report.Run.State, report.Counts.Applied).ShouldBe((RunState.Cancelled, 9));
        (await _database.MigrateAsync()).Applied.ShouldBe(21);

        static void StopAt(RunProgress progress, int applied, Action stop)
        {
            if (progress.Counts.Applied == applied)
            {
                stop();
            }
        }
    }

    [Fact]
    public async Task There_is_one_run_at_a_time_and_the_second_is_told_of_the_first()
    {
        await _database.ProvisionOldAsync(2);
        var plan = await _database.Planner().PlanAsync(RunKind.Apply, TenantSelection.All, Head, CancellationToken.None);
        var first = await _database.Runs.StartAsync(plan, Operator, CancellationToken.None);

        var refused = await Should.ThrowAsync<RunOpenException>(() => _database.Runs.StartAsync(plan, Operator, CancellationToken.None));

        refused.Message.ShouldContain(first.Id.ToString());
        (await _database.Runs.ListAsync(10, null, CancellationToken.None)).ShouldHaveSingleItem();

        // A worker finds what was left behind and finishes it.
        (await _database.MigrateAsync()).Applied.ShouldBe(2);
        (await _database.Runs.GetAsync(first.Id, CancellationToken.None)).State.ShouldBe(RunState.Completed);
    }

    [Fact]
    public async Task A_build_with_other_migrations_leaves_a_run_alone()
    {
        await _database.ProvisionOldAsync(2);
        var plan = await _database.Planner().PlanAsync(RunKind.Apply, TenantSelection.All, Head, CancellationToken.None);
        var run = await _database.Runs.StartAsync(plan, Operator, CancellationToken.None);

        await Should.ThrowAsync<ForeignRunException>(() => _database.Executor(LongProbeDbContext.Line).ExecuteAsync(run.Id, new RunExecution(), CancellationToken.None));
    }

    [Fact]
    public async Task Rolling_back_one_run_leaves_other_tenants_untouched()
    {
        var tenants = await _database.ProvisionOldAsync(6);
        await _database.RunAsync(RunKind.Apply, Head, selection: new TenantSelection { First = 2 });
        var second = await _database.RunAsync(RunKind.Apply, Head);
        second.Counts.Applied.ShouldBe(4);
        var untouched = await _database.ContentAsync(tenants[0].Schema);

        var plan = await _database.Planner().PlanRollbackAsync(second.Run.Id, CancellationToken.None);
        plan.Tenants.Select(tenant => tenant.Slug).ShouldBe(tenants.Skip(2).Select(tenant => tenant.Slug));
        var refused = await Should.ThrowAsync<DataLossException>(() => _database.Runs.StartAsync(plan, Operator, CancellationToken.None));
        refused.Message.ShouldContain("DROP TABLE labels");
        refused.Message.ShouldContain(second.Run.Id.ToString());
        (await _database.LedgerAsync(tenants[5])).ShouldBe(ProbeDbContext.Second);

        var run = await _database.Runs.StartAsync(plan, Operator with { Confirmation = second.Run.Id }, CancellationToken.None);
        var report = await _database.Executor().ExecuteAsync(run.Id, new RunExecution(), CancellationToken.None);

        (report.Run.State, report.Counts.Applied).ShouldBe((RunState.Completed, 4));
        (await _database.Runs.GetAsync(second.Run.Id, CancellationToken.None)).State.ShouldBe(RunState.RolledBack);
        foreach (var tenant in tenants)
        {
            (await _database.LedgerAsync(tenant)).ShouldBe(tenant == tenants[0] || tenant == tenants[1] ? ProbeDbContext.Second : ProbeDbContext.First);
        }

        (await _database.ContentAsync(tenants[0].Schema)).ShouldBe(untouched);
        (await _database.Planner().PlanRollbackAsync(second.Run.Id, CancellationToken.None)).Tenants.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rollback_by_steps_goes_back_and_never_below_the_first_migration()
    {
        var tenants = await _database.ProvisionOldAsync(3);
        await _database.MigrateAsync();
        var shape = await _database.ShapeAsync(tenants[0].Schema);

        var plan = await _database.Planner().PlanAsync(RunKind.Rollback, TenantSelection.All, MigrationTarget.Steps(-1), CancellationToken.None);
        var waiting = (await Should.ThrowAsync<DataLossException>(() => _database.Runs.StartAsync(plan, Operator, CancellationToken.None))).Run;
        await Should.ThrowAsync<DataLossException>(() => _database.Runs.ResumeAsync(waiting.Id, Guid.NewGuid(), ProbeDbContext.Line, CancellationToken.None));
        await _database.Runs.ResumeAsync(waiting.Id, waiting.Id, ProbeDbContext.Line, CancellationToken.None);
        (await _database.Executor().ExecuteAsync(waiting.Id, new RunExecution(), CancellationToken.None)).Counts.Applied.ShouldBe(3);
        (await _database.LedgerAsync(tenants[2])).ShouldBe(ProbeDbContext.First);

        var further = await _database.Planner().PlanAsync(RunKind.Rollback, TenantSelection.All, MigrationTarget.Steps(-1), CancellationToken.None);
        further.Tenants.ShouldBeEmpty();
        further.Blocked.Count.ShouldBe(3);

        (await _database.MigrateAsync()).Applied.ShouldBe(3);
        (await _database.ShapeAsync(tenants[0].Schema)).ShouldBe(shape);
    }

    [Fact]
    public async Task New_tenants_get_the_new_version_only_when_the_fleet_has_it()
    {
        await _database.ProvisionOldAsync(4);
        var plan = await _database.Planner().PlanAsync(RunKind.Apply, TenantSelection.All, Head, CancellationToken.None);
        var run = await _database.Runs.StartAsync(plan, Operator, CancellationToken.None);
        (await NewTenantVersionAsync()).ShouldBe(ProbeDbContext.First);

        await _database.Executor().ExecuteAsync(run.Id, new RunExecution(), CancellationToken.None);
        (await NewTenantVersionAsync()).ShouldBe(ProbeDbContext.Second);

        var back = await _database.Planner().PlanRollbackAsync(run.Id, CancellationToken.None);
        await _database.Runs.StartAsync(back, Operator with { Confirmation = run.Id }, CancellationToken.None);
        (await NewTenantVersionAsync()).ShouldBe(ProbeDbContext.First);
    }

    [Fact]
    public async Task A_lock_that_is_not_to_be_had_is_tried_again_and_then_once_more_at_the_end()
    {
        var tenants = await _database.ProvisionOldAsync(5);
        await using var reader = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await reader.BeginTransactionAsync();
        await using (var read = new NpgsqlCommand($"SELECT count(*) FROM {tenants[1].Schema}.notes", reader, transaction))
        {
            await read.ExecuteScalarAsync();
        }

        var execution = new RunExecution { LockTimeout = TimeSpan.FromMilliseconds(20), Attempts = 2, RetryDelay = TimeSpan.FromMilliseconds(1) };
        var report = await _database.RunAsync(RunKind.Apply, Head, execution: execution);

        (report.Run.State, report.Counts.Applied, report.Counts.Failed).ShouldBe((RunState.Failed, 4, 1));
        report.Failures.Single().SqlState.ShouldBe(PostgresErrorCodes.LockNotAvailable);
        report.Failures.Single().Migration.ShouldBe(ProbeDbContext.Second);
        (await _database.Runs.TenantsAsync(report.Run.Id, RunTenantState.Failed, CancellationToken.None)).Single().Attempts.ShouldBe(3);

        await transaction.RollbackAsync();
        await _database.Runs.ResumeAsync(report.Run.Id, null, ProbeDbContext.Line, CancellationToken.None);
        (await _database.Executor().ExecuteAsync(report.Run.Id, execution, CancellationToken.None)).IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task Of_a_thousand_tenants_twenty_are_poisoned_and_the_others_do_not_notice()
    {
        await _database.ProvisionOldAsync(1000);
        var poisoned = await _database.ColumnAsync("SELECT schema FROM (SELECT schema, row_number() OVER (ORDER BY id) AS n FROM public.tenants) t WHERE n % 50 = 7");
        poisoned.Count.ShouldBe(20);
        foreach (var schema in poisoned)
        {
            await _database.ExecuteAsync($"CREATE TABLE {schema}.labels (made_by text)");
        }

        var report = await _database.RunAsync(RunKind.Apply, Head, request: Operator with { Waves = Waves.Default, ErrorBudget = Share.Parse("2%") });

        (report.Run.State, report.Counts.Applied, report.Counts.Failed).ShouldBe((RunState.Failed, 980, 20));
        report.Failures.ShouldAllBe(failure => failure.Migration == ProbeDbContext.Second && failure.SqlState == PostgresErrorCodes.DuplicateTable && failure.Statement!.Contains("CREATE TABLE labels"));

        foreach (var schema in poisoned)
        {
            await _database.ExecuteAsync($"DROP TABLE {schema}.labels");
        }

        await _database.Runs.ResumeAsync(report.Run.Id, null, ProbeDbContext.Line, CancellationToken.None);
        var repaired = await _database.Executor().ExecuteAsync(report.Run.Id, new RunExecution(), CancellationToken.None);
        (repaired.Run.State, repaired.Counts.Applied, repaired.Moved).ShouldBe((RunState.Completed, 1000, 20));
    }

    private Task<string?> NewTenantVersionAsync() => _database.ScalarAsync<string>("SELECT new_tenant_version FROM public.fleet");
}
