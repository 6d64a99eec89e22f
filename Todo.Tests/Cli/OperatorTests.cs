using Todo.Data;
using Todo.Data.Access;

namespace Todo.Tests.Cli;

/// <summary>The rarer tasks of an operator, as a script does them.</summary>
public sealed class OperatorTests : IAsyncLifetime
{
    private readonly CliDatabase _database = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Part_of_the_fleet_is_inspected_as_part_of_it_is_migrated()
    {
        await _database.ExecuteAsync($"ALTER TABLE {await _database.SchemaAsync("gamma")}.sessions ADD COLUMN by_hand text");
        await _database.ExecuteAsync("UPDATE public.tenants SET status = 'deleted' WHERE slug = 'beta'");

        (await _database.RunAsync(0, "fleet", "verify")).ShouldContain("3 tenants checked");
        (await _database.RunAsync(0, "fleet", "verify", "--status", "deleted")).ShouldContain("1 tenant checked");
        (await _database.RunAsync(0, "fleet", "verify", "--version", "CreateTenant", "--percent", "50")).ShouldContain("2 tenants checked");
        (await _database.RunAsync(0, "fleet", "verify", "--version", "IndexSessionExpiry")).ShouldContain("0 tenants checked");
        (await _database.RunAsync(0, "fleet", "drift", "--first", "2")).ShouldContain("2 tenants checked");
        (await _database.RunAsync(4, "fleet", "drift", "--first", "1", "--tenant", "gamma", "--tenant", "alpha", "--tenant", "beta", "--order", "given", "--status", "active", "--status", "deleted", "--json"))
            .ShouldContain("by_hand");
        (await _database.RunAsync(4, "fleet", "drift", "--tenant", "gamma")).ShouldContain("column sessions.by_hand");
        (await _database.RunAsync(2, "fleet", "verify", "--tenant", "bakrey")).ShouldContain("is called bakrey");
        await _database.RunAsync(2, "fleet", "drift", "--first", "1", "--percent", "1");
        await _database.RunAsync(2, "fleet", "plan", "--status", "deleted");
    }

    [Fact]
    public async Task Wrong_ledgers_are_set_from_the_histories_and_what_is_left_to_mend_is_told()
    {
        await _database.RunAsync(0, "fleet", "repair");
        await _database.ExecuteAsync($"UPDATE public.tenants SET schema_version = '{CliDatabase.Second}' WHERE slug IN ('alpha', 'beta')");
        var output = await _database.RunAsync(2, "fleet", "repair");
        output.ShouldContain("--yes");
        (await _database.AtAsync(CliDatabase.Second)).ShouldBe(2);

        (await _database.RunAsync(0, "fleet", "repair", "--tenant", "alpha", "--yes")).ShouldContain($"alpha: {CliDatabase.Second} → {CliDatabase.First}");
        (await _database.AtAsync(CliDatabase.Second)).ShouldBe(1);

        await _database.ExecuteAsync($"INSERT INTO {await _database.SchemaAsync("beta")}.\"__EFMigrationsHistory\" VALUES ('29990101000000_Later', '1')");
        (await _database.RunAsync(3, "fleet", "repair", "--yes")).ShouldContain("The ledger of beta was left as it is. The history has 29990101000000_Later");

        await _database.ExecuteAsync("UPDATE public.tenants SET status = 'purging' WHERE slug = 'beta'; UPDATE public.tenants SET schema_checksum = 'of another text' WHERE slug = 'gamma'");
        var report = await _database.JsonAsync(4, "fleet", "repair", "--yes");
        report.GetProperty("remaining")[0].GetProperty("kind").GetString().ShouldBe("checksum_differs");
        report.GetProperty("repairs").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task The_pool_is_shown_filled_and_shrunk()
    {
        (await _database.RunAsync(0, "tenants", "pool")).ShouldContain($"0 at {MigrationLines.Tenant.Head.Id}");
        var filled = await _database.JsonAsync(0, "tenants", "pool", "--size", "3");
        (filled.GetProperty("ready").GetInt32(), filled.GetProperty("made").GetInt32(), filled.GetProperty("dropped").GetInt32()).ShouldBe((3, 3, 0));

        // Of a version that new tenants do not get any more: nobody takes them, so they make room.
        await _database.ExecuteAsync($"UPDATE public.fleet SET new_tenant_version = '{CliDatabase.First}'");
        (await _database.RunAsync(0, "tenants", "pool")).ShouldContain("Stale:       3");
        (await _database.RunAsync(0, "tenants", "pool", "--size", "2")).ShouldContain("2 made, 3 dropped");
        (await _database.RunAsync(0, "tenants", "pool", "--size", "0")).ShouldContain("0 made, 2 dropped");
        (await _database.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 't\\_%'")).ShouldBe(3);
        (await _database.RunAsync(2, "tenants", "pool", "--size", "-1")).ShouldContain("0 to 1000");
    }

    [Fact]
    public async Task A_rollback_that_destroys_data_goes_ahead_only_with_the_id_that_the_refusal_names()
    {
        var schema = await _database.SchemaAsync("gamma");
        await _database.ExecuteAsync(
            $"""
            CREATE TABLE kept AS SELECT * FROM {schema}."__EFMigrationsHistory" LIMIT 0;
            DROP SCHEMA {schema} CASCADE;
            CREATE SCHEMA {schema};
            CREATE TABLE {schema}."__EFMigrationsHistory" (LIKE kept);
            DROP TABLE kept;
            UPDATE tenants SET schema_version = NULL, schema_checksum = NULL WHERE slug = 'gamma'
            """);
        var run = (await _database.JsonAsync(0, "fleet", "apply", "--to", CliDatabase.First, "--tenant", "gamma")).GetProperty("run").GetProperty("id").GetString()!;

        // A mere --yes is not enough, nor is another run's id.
        foreach (var confirmation in (string[][])[["--yes"], ["--confirm", $"{Guid.NewGuid()}"]])
        {
            var refusal = await _database.RunAsync(2, ["fleet", "rollback", "--run", run, .. confirmation]);
            refusal.ShouldContain("It would destroy data of 1 tenants");
            refusal.ShouldContain("DROP TABLE");
            refusal.ShouldContain($"the id {run}");
            (await _database.ScalarAsync<bool>($"SELECT to_regclass('{schema}.users') IS NOT NULL")).ShouldBeTrue();
        }

        (await _database.RunAsync(0, "fleet", "rollback", "--run", run, "--confirm", run)).ShouldContain("is completed: 1 moved here");
        (await _database.ScalarAsync<bool>($"SELECT to_regclass('{schema}.users') IS NULL")).ShouldBeTrue();
        (await _database.RunAsync(0, "runs", "show", run)).ShouldContain("State:    rolled_back");
    }

    [Fact]
    public async Task A_schema_that_another_tool_made_is_adopted_and_migrated_on()
    {
        // As another tool would have left it: without a history, under a name of its own.
        var schema = await _database.SchemaAsync("gamma");
        await _database.ExecuteAsync($"DELETE FROM public.tenants WHERE slug = 'gamma'; ALTER SCHEMA {schema} RENAME TO \"Bakery (old)\"; DROP TABLE \"Bakery (old)\".\"__EFMigrationsHistory\"");
        string[] adopt = ["fleet", "baseline", "bakery", "--version", "CreateTenant", "--adopt", "Bakery (old)", "--name", "Baker & Daughters"];

        (await _database.RunAsync(2, adopt)).ShouldContain("--yes");
        (await _database.RunAsync(1, "fleet", "baseline", "bakery", "--version", "CreateTenant", "--adopt", "nowhere", "--yes")).ShouldContain("there is no such schema");
        (await _database.RunAsync(1, "fleet", "baseline", "bakery", "--version", "CreateTenant", "--adopt", await _database.SchemaAsync("alpha"), "--yes")).ShouldContain("it is the schema of tenant 'alpha'");
        (await _database.RunAsync(0, [.. adopt, "--yes"])).ShouldContain("Tenant:    bakery (Baker & Daughters)");

        (await _database.ScalarAsync<bool>("SELECT to_regnamespace('\"Bakery (old)\"') IS NULL")).ShouldBeTrue();
        await _database.RunAsync(0, "fleet", "verify");
        await _database.RunAsync(0, "fleet", "drift");
        (await _database.RunAsync(0, "fleet", "apply", "--to", CliDatabase.Second)).ShouldContain("3 moved here");
        (await _database.JsonAsync(0, "tenants", "show", "bakery")).GetProperty("schemaVersion").GetString().ShouldBe(CliDatabase.Second);
    }

    [Fact]
    public async Task A_tenant_is_made_with_an_owner_whose_password_no_list_of_processes_shows()
    {
        const string Password = "correct horse battery";
        string[] create = ["tenants", "create", "delta", "--owner-email", "olga@delta.example", "--owner-name", "Olga Owner"];

        (await _database.RunAsync(2, create)).ShouldContain("TODO_OWNER_PASSWORD");
        (await WithPasswordAsync("short", 2, create)).ShouldContain("10 to 200 characters");
        (await WithPasswordAsync(Password, 2, "tenants", "create", "delta", "--owner-email", "nobody")).ShouldContain("--owner-email is an e-mail address");
        (await _database.ScalarAsync<long>("SELECT count(*) FROM public.tenants")).ShouldBe(3);

        var output = await WithPasswordAsync(Password, 0, create);

        output.ShouldNotContain(Password);
        var schema = await _database.SchemaAsync("delta");
        PersonPassword.Verify(await _database.ScalarAsync<string>($"SELECT password_hash FROM {schema}.users WHERE name = 'Olga Owner'"), Password).ShouldBeTrue();
        (await _database.ScalarAsync<Guid>($"SELECT role_id FROM {schema}.users")).ShouldBe(BuiltInRole.Owner);
        (await _database.ScalarAsync<string>("SELECT t.slug FROM public.sign_ins s JOIN public.tenants t ON t.id = s.tenant_id WHERE s.email = 'olga@delta.example'")).ShouldBe("delta");
    }

    [Fact]
    public async Task A_run_is_resumed_at_the_pace_that_it_was_started_with_unless_told_otherwise()
    {
        await _database.ExecuteAsync($"CREATE TABLE {await _database.SchemaAsync("alpha")}.sessions_expires_at_idx (in_the_way text)");
        var run = (await _database.JsonAsync(3, "fleet", "apply", "--to", CliDatabase.Second, "--parallelism", "2", "--max-load", "0.5")).GetProperty("run");
        (run.GetProperty("parallelism").GetInt32(), run.GetProperty("maxLoad").GetDouble()).ShouldBe((2, 0.5));
        var id = run.GetProperty("id").GetString()!;

        (await _database.RunAsync(0, "runs", "show", id)).ShouldContain("Pace:     2 at once");
        (await _database.RunAsync(2, "runs", "resume", id, "--max-load", "2")).ShouldContain("at most 1");
        await _database.RunAsync(3, "runs", "resume", id, "--max-load", "1");
        (await _database.JsonAsync(0, "runs", "show", id)).GetProperty("run").GetProperty("maxLoad").GetDouble().ShouldBe(0.5);
    }

    private Task<string> WithPasswordAsync(string password, int exitCode, params string[] arguments) =>
        CliProcess.RunAsync(_database.ConnectionString, null, new Dictionary<string, string> { ["TODO_OWNER_PASSWORD"] = password }, exitCode, arguments);
}
