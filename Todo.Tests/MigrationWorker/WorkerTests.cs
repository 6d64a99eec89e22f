using Npgsql;
using Todo.AppHost.Embedded;
using Todo.Data;
using Todo.Tests.Servers;

namespace Todo.Tests.MigrationWorker;

public sealed class WorkerTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task An_empty_database_gets_its_catalog_and_a_second_run_changes_nothing()
    {
        using (var first = new WorkerProcess(_database.ConnectionString))
        {
            (await first.ExitCodeAsync()).ShouldBe(0, first.Output);
            first.Output.ShouldContain($"Catalog is current ({MigrationLines.Catalog.Steps.Count} migrations applied)");
        }

        (await TenantsAsync()).ShouldBe(0, "demo tenants are for Development only");

        using var second = new WorkerProcess(_database.ConnectionString);
        (await second.ExitCodeAsync()).ShouldBe(0, second.Output);
        second.Output.ShouldContain("Catalog is current (0 migrations applied)");
        second.Output.ShouldNotContain("demo password");
    }

    [Fact]
    public async Task Development_gets_two_demo_tenants_once_whose_people_can_sign_in_after_the_password_changed()
    {
        for (var run = 0; run < 2; run++)
        {
            using var worker = new WorkerProcess(_database.ConnectionString, "Development");
            (await worker.ExitCodeAsync()).ShouldBe(0, worker.Output);
        }

        (await TenantsAsync()).ShouldBe(2);
        var schema = await _database.ScalarAsync<string>("SELECT schema FROM public.tenants WHERE slug = 'bakery'");
        (await _database.ScalarAsync<long>($"SELECT count(*) FROM {schema}.todos")).ShouldBe(3);
    }

    [Fact]
    public async Task A_tenant_that_fails_is_named_and_makes_the_exit_code_1()
    {
        using (var catalog = new WorkerProcess(_database.ConnectionString))
        {
            await catalog.ExitCodeAsync();
        }

        await UnmigratedAsync(3);
        var poisoned = await _database.ScalarAsync<string>("SELECT schema FROM public.tenants WHERE slug = 'empty-1'");
        await _database.ExecuteAsync($"CREATE TABLE {poisoned}.users (made_by text)");

        using var worker = new WorkerProcess(_database.ConnectionString);
        (await worker.ExitCodeAsync()).ShouldBe(1, worker.Output);
        worker.Output.ShouldContain("Tenant empty-1 was left as it was: migration 20261122090000_CreateTenant failed with 42P07");
        worker.Output.ShouldContain("Tenants: 2 applied, 0 current, 1 failed");
    }

    [Fact]
    public async Task Two_workers_at_once_both_succeed_and_do_no_harm()
    {
        using (var catalog = new WorkerProcess(_database.ConnectionString))
        {
            await catalog.ExitCodeAsync();
        }

        await UnmigratedAsync(30);
        using var one = new WorkerProcess(_database.ConnectionString);
        using var two = new WorkerProcess(_database.ConnectionString);

        (await one.ExitCodeAsync()).ShouldBe(0, one.Output);
        (await two.ExitCodeAsync()).ShouldBe(0, two.Output);
        await ShouldBeWholeAsync(migrated: 30);
    }

    [Fact]
    public async Task Two_workers_on_an_empty_database_agree_on_one_catalog()
    {
        using var one = new WorkerProcess(_database.ConnectionString, "Development");
        using var two = new WorkerProcess(_database.ConnectionString, "Development");

        (await one.ExitCodeAsync()).ShouldBe(0, one.Output);
        (await two.ExitCodeAsync()).ShouldBe(0, two.Output);
        (await TenantsAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task A_worker_killed_half_way_leaves_whole_tenants_and_the_next_one_finishes()
    {
        using (var catalog = new WorkerProcess(_database.ConnectionString))
        {
            await catalog.ExitCodeAsync();
        }

        await UnmigratedAsync(150);

        // The last tenant is somebody else's for so long, or a quick worker would be done before it is killed.
        await using var other = await _database.DataSource.OpenConnectionAsync();
        await using (var hold = new NpgsqlCommand(
            "SELECT pg_advisory_lock(hashtextextended(id::text, 0)) FROM (SELECT id FROM public.tenants ORDER BY id DESC LIMIT 1) newest", other))
        {
            await hold.ExecuteNonQueryAsync();
        }

        using (var doomed = new WorkerProcess(_database.ConnectionString, "Production", "--Migration:Parallelism=2"))
        {
            await Eventually.TrueAsync(async () => await MigratedAsync() >= 10);
            doomed.Kill();
            (await doomed.ExitCodeAsync()).ShouldNotBe(0);
        }

        // What the dead worker had in hand ends on the server by itself, one way or the other.
        await Eventually.TrueAsync(async () =>
            await _database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'Todo.MigrationWorker%'") == 0);
        var done = await MigratedAsync();
        done.ShouldBeInRange(10, 149);
        await ShouldBeWholeAsync((int)done);

        await using (var release = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", other))
        {
            await release.ExecuteNonQueryAsync();
        }

        using var next = new WorkerProcess(_database.ConnectionString);
        (await next.ExitCodeAsync()).ShouldBe(0, next.Output);
        next.Output.ShouldContain($"Tenants: {150 - done} applied, {done} current, 0 failed");
        await ShouldBeWholeAsync(migrated: 150);
    }

    [Fact]
    public async Task A_database_that_is_not_there_yet_is_waited_for()
    {
        await using var server = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway);
        await server.StopAsync();
        using var worker = new WorkerProcess(server.ConnectionString);
        await worker.SeenAsync("Waiting for the database");

        await server.StartAgainAsync();

        (await worker.ExitCodeAsync()).ShouldBe(0, worker.Output);
    }

    [Fact]
    public async Task A_database_that_never_comes_and_a_wrong_password_end_in_exit_code_1()
    {
        var nowhere = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Port = 1 }.ConnectionString;
        using var patient = new WorkerProcess(nowhere, "Production", "--Migration:DatabaseWait=00:00:01");
        (await patient.ExitCodeAsync()).ShouldBe(1);

        var wrong = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Password = "not-the-password" }.ConnectionString;
        using var refused = new WorkerProcess(wrong);
        (await refused.ExitCodeAsync()).ShouldBe(1);
        refused.Output.ShouldContain("28P01");
        refused.Output.ShouldNotContain("not-the-password");
    }

    // Tenants whose schema is there and empty: everything is still to be migrated.
    private async Task UnmigratedAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var id = Guid.CreateVersion7();
            await _database.ExecuteAsync(
                $"""
                INSERT INTO public.tenants (id, slug, name, schema, status, created_at, updated_at) VALUES ('{id}', 'empty-{i}', 'Empty', 't_{id:N}', 'active', now(), now());
                CREATE SCHEMA t_{id:N};
                SET LOCAL search_path TO t_{id:N};
                {string.Join(';', MigrationLines.Tenant.CreateHistory)}
                """);
        }
    }

    private Task<long> TenantsAsync() => _database.ScalarAsync<long>("SELECT count(*) FROM public.tenants");

    private Task<long> MigratedAsync() => _database.ScalarAsync<long>("SELECT count(*) FROM public.tenants WHERE schema_version IS NOT NULL");

    // A tenant is at head in ledger, history and tables, or at nothing in all three.
    private async Task ShouldBeWholeAsync(int migrated)
    {
        var schemas = new List<(string Schema, string? Ledger)>();
        await using (var command = _database.DataSource.CreateCommand("SELECT schema, schema_version FROM public.tenants"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                schemas.Add((reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)));
            }
        }

        var tables = 1 + MigrationLines.Tenant.Steps.Sum(step => step.Up.Statements.Count(sql => sql.StartsWith("CREATE TABLE", StringComparison.Ordinal)));
        foreach (var (schema, ledger) in schemas)
        {
            (await _database.ScalarAsync<string>($"SELECT max(\"MigrationId\") FROM {schema}.\"__EFMigrationsHistory\"")).ShouldBe(ledger);
            (await _database.ScalarAsync<long>($"SELECT count(*) FROM information_schema.tables WHERE table_schema = '{schema}'")).ShouldBe(ledger is null ? 1 : tables);
        }

        schemas.Count(tenant => tenant.Ledger is not null).ShouldBe(migrated);
    }
}
