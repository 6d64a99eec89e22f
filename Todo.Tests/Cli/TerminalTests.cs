using Todo.Data.Access;

namespace Todo.Tests.Cli;

/// <summary>What only somebody in front of a terminal gets: bars, and questions.</summary>
public sealed class TerminalTests : IAsyncLifetime
{
    private readonly CliDatabase _database = new();

    public Task InitializeAsync() => _database.InitializeAsync();

    public Task DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_run_draws_a_bar_up_to_the_end_and_then_says_how_it_ended()
    {
        using var terminal = new Terminal(_database.ConnectionString, "fleet", "apply", "--to", CliDatabase.Second, "--waves", "1,100%");

        (await terminal.ExitCodeAsync()).ShouldBe(0, terminal.Screen);

        terminal.Screen.ShouldContain("\e[");
        terminal.Screen.ShouldContain("━━━━━");
        terminal.Screen.ShouldContain("wave 2 of 2: 3 of 3 tenants, 0 failed");
        terminal.Screen.ShouldContain("100%");
        terminal.Screen.ShouldContain("is completed: 3 moved here");
    }

    [Theory]
    [InlineData("verify", "verifying tenants: 3 of 3")]
    [InlineData("drift", "comparing tenants: 3 of 3")]
    public async Task An_inspection_shows_how_far_it_is_and_clears_that_away(string verb, string progress)
    {
        using var terminal = new Terminal(_database.ConnectionString, "fleet", verb);

        (await terminal.ExitCodeAsync()).ShouldBe(0, terminal.Screen);

        terminal.Screen.ShouldContain(progress);
        terminal.Screen[terminal.Screen.LastIndexOf("\e[", StringComparison.Ordinal)..].ShouldContain("3 tenants checked");
        (await _database.RunAsync(0, "fleet", verb)).ShouldNotContain(progress, Case.Sensitive, "a script has nobody to show it to");
    }

    [Fact]
    public async Task A_rollback_asks_first_and_takes_a_no_for_a_no()
    {
        await _database.RunAsync(0, "fleet", "apply", "--to", CliDatabase.Second);

        using (var hesitant = new Terminal(_database.ConnectionString, "fleet", "rollback", "--to", "-1"))
        {
            await hesitant.SeenAsync("This takes back migrations of 3 tenants. Go on?");
            await hesitant.TypeAsync("n");
            (await hesitant.ExitCodeAsync()).ShouldBe(2, hesitant.Screen);
            hesitant.Screen.ShouldContain("Nothing was changed.");
        }

        (await _database.AtAsync(CliDatabase.Second)).ShouldBe(3);
        using (var absent = new Terminal(_database.ConnectionString, "fleet", "rollback", "--to", "-1"))
        {
            // Just Enter: whoever does not read does not agree.
            await absent.SeenAsync("Go on?");
            await absent.TypeAsync("");
            (await absent.ExitCodeAsync()).ShouldBe(2, absent.Screen);
        }

        (await _database.AtAsync(CliDatabase.Second)).ShouldBe(3);
        using var resolved = new Terminal(_database.ConnectionString, "fleet", "rollback", "--to", "-1");
        await resolved.SeenAsync("Go on?");
        await resolved.TypeAsync("y");
        (await resolved.ExitCodeAsync()).ShouldBe(0, resolved.Screen);
        (await _database.AtAsync(CliDatabase.First)).ShouldBe(3);
    }

    [Fact]
    public async Task A_repair_shows_what_is_wrong_and_asks()
    {
        await _database.ExecuteAsync($"UPDATE public.tenants SET schema_version = '{CliDatabase.Second}' WHERE slug = 'beta'");
        using var terminal = new Terminal(_database.ConnectionString, "fleet", "repair");

        await terminal.SeenAsync("beta: ledger_differs");
        await terminal.SeenAsync("This sets the ledger of 1 tenant from its schema's history. Go on?");
        (await _database.AtAsync(CliDatabase.Second)).ShouldBe(1);
        await terminal.TypeAsync("y");

        (await terminal.ExitCodeAsync()).ShouldBe(0, terminal.Screen);
        (await _database.AtAsync(CliDatabase.First)).ShouldBe(3);
    }

    [Fact]
    public async Task The_password_of_a_new_tenants_owner_is_asked_for_and_not_shown()
    {
        const string Password = "not for the screen";
        using var terminal = new Terminal(_database.ConnectionString, "tenants", "create", "delta", "--owner-email", "olga@delta.example");

        await terminal.SeenAsync("The owner's password:");
        await terminal.TypeAsync(Password);

        (await terminal.ExitCodeAsync()).ShouldBe(0, terminal.Screen);
        terminal.Screen.ShouldNotContain(Password);
        PersonPassword.Verify(await _database.ScalarAsync<string>($"SELECT password_hash FROM {await _database.SchemaAsync("delta")}.users"), Password).ShouldBeTrue();
    }
}
