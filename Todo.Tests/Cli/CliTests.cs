using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Todo.Data;
using Todo.Tenancy.Fleet;
using Todo.Tests.Servers;

namespace Todo.Tests.Cli;

/// <summary>The real executable, on a database whose tenants are one migration behind.</summary>
public sealed class CliTests : IAsyncLifetime
{
    private static readonly string First = CliDatabase.First;
    private static readonly string Second = CliDatabase.Second;
    private readonly CliDatabase _database = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Status_and_plan_tell_what_is_to_do_and_change_nothing()
    {
        var before = await _database.ContentAsync("public");

        (await RunAsync(0, "fleet", "status")).ShouldContain("0 current, 3 not current");
        await RunAsync(3, "fleet", "status", "--check");
        var plan = await RunAsync(0, "fleet", "plan", "--to", Second, "--sql");
        plan.ShouldContain($"{First} → {Second}: 3 tenants");
        plan.ShouldContain($"apply {Second}  sha256 {MigrationLines.Tenant.Steps[1].Checksum}");
        plan.ShouldContain("CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);");
        (await RunAsync(0, "fleet", "apply", "--to", Second, "--dry-run", "--tenant", "beta", "--tenant", "alpha", "--order", "given")).ShouldContain("2 tenants to move");
        (await RunAsync(0, "fleet", "plan", "--to", Second, "--version", "CreateTenant", "--first", "1")).ShouldContain("1 tenant to move");
        (await RunAsync(3, "fleet", "plan", "--tenant", "nobody")).ShouldContain("Blocked: nobody");

        (await _database.ContentAsync("public")).ShouldBe(before);
    }

    [Fact]
    public async Task Apply_is_done_once_and_rollback_takes_it_back()
    {
        (await RunAsync(0, "fleet", "apply", "--to", Second, "--waves", "1,100%")).ShouldContain("is completed: 3 moved here");
        (await AtAsync(Second)).ShouldBe(3);
        (await RunAsync(0, "fleet", "apply", "--to", Second)).ShouldContain("Nothing to do: 3 tenants there already");

        (await RunAsync(2, "fleet", "rollback", "--to", "-1")).ShouldContain("--yes");
        (await AtAsync(Second)).ShouldBe(3);
        (await RunAsync(0, "fleet", "rollback", "--to", "-1", "--yes")).ShouldContain("is completed: 3 moved here");
        (await AtAsync(First)).ShouldBe(3);

        await RunAsync(0, "fleet", "apply", "--to", "IndexSessionExpiry", "--tenant", "beta");
        var run = await _database.ScalarAsync<Guid>("SELECT id FROM public.migration_runs ORDER BY id DESC LIMIT 1");
        await RunAsync(0, "fleet", "rollback", "--run", $"{run}", "--yes");
        (await RunAsync(0, "runs", "show", $"{run}", "--state", "all")).ShouldContain("rolled_back");
        (await AtAsync(First)).ShouldBe(3);
    }

    [Fact]
    public async Task A_tenant_that_fails_makes_it_partial_and_resuming_goes_on_once_that_is_mended()
    {
        var schema = await _database.ScalarAsync<string>("SELECT schema FROM public.tenants WHERE slug = 'beta'");
        await _database.ExecuteAsync($"CREATE TABLE {schema}.sessions_expires_at_idx (in_the_way text)");

        var output = await RunAsync(3, "fleet", "apply", "--to", Second, "--waves", "100%");
        output.ShouldContain($"Failed: beta in {Second}");
        output.ShouldContain("42P07");
        (await AtAsync(Second)).ShouldBe(2);

        await _database.ExecuteAsync($"DROP TABLE {schema}.sessions_expires_at_idx");
        var run = await _database.ScalarAsync<Guid>("SELECT id FROM public.migration_runs");
        (await RunAsync(0, "runs", "resume", $"{run}")).ShouldContain("is completed: 1 moved here");
        (await AtAsync(Second)).ShouldBe(3);
    }

    [Fact]
    public async Task Another_open_run_is_in_the_way_until_it_is_cancelled()
    {
        var runs = new RunStore(_database.DataSource);
        var plan = await new FleetPlanner(_database.DataSource, MigrationLines.Tenant).PlanAsync(RunKind.Apply, TenantSelection.All, MigrationTarget.To(Second), CancellationToken.None);
        var run = await runs.StartAsync(plan, new RunRequest("api", "somebody else"), CancellationToken.None);

        (await RunAsync(5, "fleet", "apply", "--to", Second)).ShouldContain("somebody else");
        (await RunAsync(0, "runs", "list")).ShouldContain($"{run.Id}");
        await RunAsync(0, "runs", "pause", $"{run.Id}", "--reason", "lunch");
        (await runs.GetAsync(run.Id, CancellationToken.None)).IsPausedByPerson.ShouldBeTrue();
        (await RunAsync(1, "runs", "pause", $"{run.Id}")).ShouldContain("paused");
        await RunAsync(0, "runs", "cancel", $"{run.Id}");
        (await RunAsync(0, "fleet", "apply", "--to", Second)).ShouldContain("3 moved here");
    }

    [Fact]
    public async Task Ctrl_C_leaves_the_run_open_and_says_how_to_go_on()
    {
        var schema = await _database.ScalarAsync<string>("SELECT schema FROM public.tenants WHERE slug = 'alpha'");
        await using (var connection = await _database.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using (var command = new NpgsqlCommand($"LOCK TABLE {schema}.sessions IN ACCESS EXCLUSIVE MODE", connection, transaction))
            {
                await command.ExecuteNonQueryAsync();
            }

            using var apply = new CliProcess(_database.ConnectionString, null, null, "fleet", "apply", "--to", Second, "--waves", "100%", "--lock-timeout", "600");
            await Eventually.TrueAsync(async () => await AtAsync(Second) == 2);
            using (var interrupt = Process.Start("kill", ["-INT", $"{apply.Id}"]))
            {
                await interrupt.WaitForExitAsync();
            }

            (await apply.ExitCodeAsync()).ShouldBe(130, apply.Output);
            apply.Output.ShouldContain("stays open; go on with: todo runs resume");
        }

        var run = await _database.ScalarAsync<Guid>("SELECT id FROM public.migration_runs WHERE state = 'running'");
        await RunAsync(0, "runs", "resume", $"{run}");
        (await AtAsync(Second)).ShouldBe(3);
    }

    [Fact]
    public async Task What_is_wrong_with_a_call_is_told_in_one_line_without_secrets()
    {
        (await RunAsync(2, "fleet", "aply")).ShouldContain("todo fleet --help");
        (await RunAsync(2, "fleet", "plan", "--first", "0")).ShouldContain("at least 1");
        (await RunAsync(2, "fleet", "plan", "--to", "nowhere")).ShouldContain("There is no migration 'nowhere'");
        (await RunAsync(2, "fleet", "apply", "--waves", "some")).ShouldContain("'some' is neither");
        (await RunAsync(2, "runs", "show", $"{Guid.NewGuid()}")).ShouldContain("There is no migration run");
        (await RunAsync(2, "tenants", "create", "Not A Slug")).ShouldContain("A slug is");
        using var folder = new Embedded.TemporaryFolder();
        (await CliProcess.RunAsync(null, folder.Root, 2, "fleet", "status")).ShouldContain("There is no connection string");

        var wrong = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Password = "not-the-password" }.ConnectionString;
        foreach (var (connection, exitCode) in new[] { (wrong, 1), (wrong + ";Nonsense=1", 2) })
        {
            var output = await CliProcess.RunAsync(connection, null, exitCode, "fleet", "status");
            output.ShouldNotContain("not-the-password");
            output.Trim().Split('\n').Length.ShouldBe(1, output);
        }
    }

    [Fact]
    public async Task Json_is_one_document()
    {
        JsonElement(await RunAsync(0, "fleet", "status", "--json")).GetProperty("notCurrent").GetInt32().ShouldBe(3);
        var plan = JsonElement(await RunAsync(0, "fleet", "plan", "--to", Second, "--json", "--sql"));
        plan.GetProperty("kind").GetString().ShouldBe("apply");
        plan.GetProperty("ways")[0].GetProperty("migrations")[0].GetProperty("sql").GetArrayLength().ShouldBe(3);
        var result = JsonElement(await RunAsync(0, "fleet", "apply", "--to", Second, "--json"));
        result.GetProperty("run").GetProperty("state").GetString().ShouldBe("completed");
        result.GetProperty("moved").GetInt32().ShouldBe(3);
        JsonElement(await RunAsync(0, "runs", "list", "--json")).GetArrayLength().ShouldBe(1);
        JsonElement(await RunAsync(0, "migrations", "list", "--counts", "--json")).GetProperty("tenant")[1].GetProperty("schemas").GetInt32().ShouldBe(3);
        JsonElement(await RunAsync(0, "tenants", "create", "delta", "--name", "Delta", "--json")).GetProperty("schemaVersion").GetString().ShouldBe(Second);
        JsonElement(await RunAsync(0, "tenants", "show", "delta", "--json")).GetProperty("status").GetString().ShouldBe("active");
        JsonElement(await RunAsync(0, "tenants", "list", "--after", "beta", "--json")).GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task A_new_migration_is_a_class_with_both_ways_newer_than_all_others()
    {
        using var folder = new Embedded.TemporaryFolder();
        var migrations = Directory.CreateDirectory(Path.Combine(folder.Root, "Todo.Data", "Migrations", "Tenant"));
        await File.WriteAllTextAsync(Path.Combine(folder.Root, "Todo.sln"), "");
        await File.WriteAllTextAsync(Path.Combine(migrations.FullName, "29990101000000_FromTheFuture.cs"), "");

        var written = JsonElement(await CliProcess.RunAsync(null, migrations.FullName, 0, "migrations", "new", "Add due date", "--tenant", "--json"));

        written.GetProperty("id").GetString().ShouldBe("29990101000001_AddDueDate");
        var text = await File.ReadAllTextAsync(Path.Combine(migrations.FullName, "29990101000001_AddDueDate.cs"));
        text.ShouldContain("[Migration(\"29990101000001_AddDueDate\")]\npublic sealed class AddDueDate : Migration");
        text.ShouldContain("void Up(");
        text.ShouldContain("void Down(");
        (await CliProcess.RunAsync(null, folder.Root, 2, "migrations", "new", "add due-date", "--tenant")).ShouldContain("already");
        (await CliProcess.RunAsync(null, folder.Root, 2, "migrations", "new", "Other", "--catalog")).ShouldContain("There is no folder");
        await CliProcess.RunAsync(null, folder.Root, 2, "migrations", "new", "Other");
    }

    [Fact]
    public async Task A_tenant_is_led_through_its_life_and_schemas_are_inspected()
    {
        (await RunAsync(0, "migrations", "lint")).ShouldContain("0 failures");
        await RunAsync(0, "fleet", "verify");
        await RunAsync(0, "fleet", "drift");
        var schema = await _database.ScalarAsync<string>("SELECT schema FROM public.tenants WHERE slug = 'alpha'");
        await _database.ExecuteAsync($"ALTER TABLE {schema}.sessions ADD COLUMN by_hand text");
        (await RunAsync(4, "fleet", "drift")).ShouldContain("alpha: extra: column sessions.by_hand");
        await _database.ExecuteAsync($"UPDATE public.tenants SET schema_version = '{Second}' WHERE slug = 'beta'");
        (await RunAsync(4, "fleet", "verify")).ShouldContain("beta: ledger_differs");
        await RunAsync(0, "fleet", "baseline", "beta", "--version", "CreateTenant", "--yes");
        await RunAsync(0, "fleet", "verify", "--tenant", "beta");

        (await RunAsync(0, "tenants", "rename", "gamma", "--slug", "delta")).ShouldContain("delta");
        (await RunAsync(0, "tenants", "suspend", "delta")).ShouldContain("suspended");
        (await RunAsync(0, "tenants", "resume", "delta")).ShouldContain("active");
        (await RunAsync(2, "tenants", "delete", "delta")).ShouldContain("--yes");
        await RunAsync(0, "tenants", "delete", "delta", "--yes");
        await RunAsync(0, "tenants", "restore", "delta");
        await RunAsync(1, "tenants", "purge", "delta", "--yes");
        await RunAsync(0, "tenants", "delete", "delta", "--yes");
        await RunAsync(0, "tenants", "purge", "delta", "--yes");
        (await RunAsync(2, "tenants", "show", "delta")).ShouldContain("There is no tenant");
    }

    private static JsonElement JsonElement(string text) => JsonDocument.Parse(text).RootElement;

    private Task<long> AtAsync(string version) => _database.AtAsync(version);

    private Task<string> RunAsync(int exitCode, params string[] arguments) => _database.RunAsync(exitCode, arguments);
}
