using Npgsql;
using Todo.Tenancy.Fleet;
using Todo.Tests.Servers;

namespace Todo.Tests.Tenancy;

public sealed class FleetMigrationTests : IAsyncLifetime
{
    private readonly FleetDatabase _database = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Every_tenant_comes_to_head_and_a_second_pass_finds_nothing_to_do()
    {
        var tenants = await _database.ProvisionOldAsync(12);

        var report = await _database.MigrateAsync();
        report.Failures.ShouldBeEmpty();
        (report.Applied, report.Current).ShouldBe((12, 0));
        foreach (var tenant in tenants)
        {
            (await _database.HistoryAsync(tenant)).ShouldBe($"{ProbeDbContext.First},{ProbeDbContext.Second}");
            (await _database.LedgerAsync(tenant)).ShouldBe(ProbeDbContext.Second);
            (await NotesAsync(tenant.Schema)).ShouldBe(2);
        }

        var again = await _database.MigrateAsync();
        (again.Applied, again.Current).ShouldBe((0, 12));
    }

    [Fact]
    public async Task A_tenant_that_fails_stays_exactly_as_it_was_and_the_others_go_on()
    {
        var tenants = await _database.ProvisionOldAsync(10);
        var poisoned = tenants[4];
        await _database.ExecuteAsync($"CREATE TABLE {poisoned.Schema}.labels (made_by text)");
        var before = await _database.ShapeAsync(poisoned.Schema);

        var report = await _database.MigrateAsync();

        report.Applied.ShouldBe(9);
        var failure = report.Failures.ShouldHaveSingleItem();
        failure.Tenant.ShouldBe(poisoned.Slug);
        failure.Migration.ShouldBe(ProbeDbContext.Second);
        failure.SqlState.ShouldBe(PostgresErrorCodes.DuplicateTable);
        failure.Statement.ShouldNotBeNull().ShouldContain("CREATE TABLE labels");
        (await _database.ShapeAsync(poisoned.Schema)).ShouldBe(before);
        (await _database.HistoryAsync(poisoned)).ShouldBe(ProbeDbContext.First);
        (await _database.LedgerAsync(poisoned)).ShouldBe(ProbeDbContext.First);
        (await NotesAsync(poisoned.Schema)).ShouldBe(1);

        await _database.ExecuteAsync($"DROP TABLE {poisoned.Schema}.labels");
        var repaired = await _database.MigrateAsync();
        (repaired.Applied, repaired.Current, repaired.Failures.Count).ShouldBe((1, 9, 0));
    }

    [Fact]
    public async Task Workers_that_race_apply_each_migration_once()
    {
        var tenants = await _database.ProvisionOldAsync(40);

        var reports = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _database.MigrateAsync())));

        reports.ShouldAllBe(report => report.Failures.Count == 0 && report.Applied + report.Current == 40);
        reports.Sum(report => report.Applied).ShouldBe(40);
        foreach (var tenant in tenants)
        {
            (await NotesAsync(tenant.Schema)).ShouldBe(2);
        }
    }

    [Fact]
    public async Task Connections_that_are_cut_cost_no_tenant_anything()
    {
        var tenants = await _database.ProvisionOldAsync(40);
        await using var knife = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Pooling = false });
        var cuts = 0;

        var report = await _database.MigrateAsync(progress: progress =>
            {
                // One knife at a time: two would cut each other.
                lock (knife)
                {
                    if (progress.Counts.Applied < 5 || cuts == 3)
                    {
                        return;
                    }

                    cuts++;
                    using var cut = knife.CreateCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
                    cut.ExecuteNonQuery();
                }
            });

        cuts.ShouldBe(3);
        report.Failures.ShouldBeEmpty();
        (report.Applied + report.Current).ShouldBe(40);
        foreach (var tenant in tenants)
        {
            (await NotesAsync(tenant.Schema)).ShouldBe(2);
            (await _database.LedgerAsync(tenant)).ShouldBe(ProbeDbContext.Second);
        }
    }

    [Fact]
    public async Task A_tenant_that_another_session_holds_is_left_until_it_is_free()
    {
        var tenants = await _database.ProvisionOldAsync(5);
        await using var other = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var guard = new NpgsqlCommand(
            $"SET LOCAL search_path TO {tenants[0].Schema}; SELECT public.assert_tenant_version('{tenants[0].Id}', '{ProbeDbContext.First}')", other, transaction))
        {
            await guard.ExecuteNonQueryAsync();
        }

        // Tried until it is free, however long the others take.
        var patient = new RunExecution { Parallelism = 2, Attempts = 1000, RetryDelay = TimeSpan.FromMilliseconds(1) };
        var othersDone = new TaskCompletionSource();
        var migrating = _database.MigrateAsync(execution: patient, progress: progress =>
        {
            if (progress.Counts.Applied == 4)
            {
                othersDone.TrySetResult();
            }
        });
        await othersDone.Task.WaitAsync(Eventually.Patience);
        (await _database.LedgerAsync(tenants[0])).ShouldBe(ProbeDbContext.First);
        await transaction.RollbackAsync();

        var report = await migrating;
        (report.Applied, report.Failures.Count).ShouldBe((5, 0));
    }

    [Fact]
    public async Task A_schema_that_is_not_where_its_ledger_says_is_set_right_and_not_migrated_twice()
    {
        var tenant = (await _database.ProvisionOldAsync(1))[0];
        await _database.MigrateAsync();
        await _database.ExecuteAsync($"UPDATE public.tenants SET schema_version = '{ProbeDbContext.First}', schema_checksum = '{ProbeDbContext.Line.Steps[0].LineChecksum}'");
        var before = await _database.ShapeAsync(tenant.Schema);

        var outcome = await _database.MigrateAsync();

        (outcome.Applied, outcome.Current, outcome.Failures.Count).ShouldBe((0, 1, 0));
        (await _database.LedgerAsync(tenant)).ShouldBe(ProbeDbContext.Second);
        (await _database.ShapeAsync(tenant.Schema)).ShouldBe(before);
        (await NotesAsync(tenant.Schema)).ShouldBe(2);
    }

    [Fact]
    public async Task A_migration_that_was_changed_after_it_was_applied_is_refused_with_the_reason()
    {
        var tenant = (await _database.ProvisionOldAsync(1))[0];
        await _database.ExecuteAsync("UPDATE public.tenants SET schema_checksum = 'of other statements'");

        var outcome = await _database.MigrateAsync();

        outcome.Failures.ShouldHaveSingleItem().Message.ShouldContain("was changed after it was applied");
        outcome.IsCurrent.ShouldBeFalse();
        (await _database.LedgerAsync(tenant)).ShouldBe(ProbeDbContext.First);
    }

    [Fact]
    public async Task A_tenant_of_a_newer_build_is_reported_and_left_alone()
    {
        var tenant = (await _database.ProvisionOldAsync(1))[0];
        await _database.MigrateAsync();

        var report = await _database.MigrateAsync(ProbeDbContext.OldLine);

        var failure = report.Failures.ShouldHaveSingleItem();
        failure.Message.ShouldContain("does not know");
        (await _database.HistoryAsync(tenant)).ShouldBe($"{ProbeDbContext.First},{ProbeDbContext.Second}");
    }

    [Fact]
    public async Task Suspended_tenants_are_migrated_and_deleted_ones_are_not()
    {
        var tenants = await _database.ProvisionOldAsync(3);
        await _database.ExecuteAsync($"UPDATE public.tenants SET status = 'suspended' WHERE id = '{tenants[0].Id}'; UPDATE public.tenants SET status = 'deleted' WHERE id = '{tenants[1].Id}'");

        (await _database.MigrateAsync()).Applied.ShouldBe(2);

        (await _database.LedgerAsync(tenants[0])).ShouldBe(ProbeDbContext.Second);
        (await _database.LedgerAsync(tenants[1])).ShouldBe(ProbeDbContext.First);
    }

    [Fact]
    public async Task Only_the_named_tenant_is_migrated()
    {
        var tenants = await _database.ProvisionOldAsync(2);

        var report = await _database.RunAsync(RunKind.Apply, MigrationTarget.To(ProbeDbContext.Second), selection: new TenantSelection { Slugs = [tenants[1].Slug] });

        report.Counts.Applied.ShouldBe(1);
        (await _database.LedgerAsync(tenants[0])).ShouldBe(ProbeDbContext.First);
        (await _database.LedgerAsync(tenants[1])).ShouldBe(ProbeDbContext.Second);
    }

    private async Task<long> NotesAsync(string schema) => await _database.ScalarAsync<long>($"SELECT count(*) FROM {schema}.notes");
}
