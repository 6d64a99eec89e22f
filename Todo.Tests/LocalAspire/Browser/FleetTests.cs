using Microsoft.Playwright;
using Npgsql;
using Todo.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace Todo.Tests.LocalAspire.Browser;

/// <summary>What an operator does on the fleet's page, and what a developer then sees of it in the dashboard.</summary>
[Collection(InBrowser.Name)]
public sealed class FleetTests(BrowserHost host)
{
    private const int Tenants = 20;

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task A_migration_is_planned_started_watched_to_its_end_and_found_as_a_trace(int width)
    {
        var slugs = await host.AddOldTenantsAsync($"old-{width}", Tenants, to: "-1");
        await using var visit = await host.OpenFleetAsync(width);
        var page = visit.Page;
        await Expect(page.Locator("#summary")).ToContainTextAsync("not at the newest version");
        await page.GetByLabel("Slugs, all if empty").FillAsync(string.Join(", ", slugs));
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Waves" }).FillAsync("1,100%");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the plan" }).ClickAsync();
        await Expect(page.Locator("#drawer")).ToContainTextAsync("Nothing has been changed yet.");
        await page.Locator("#drawer summary").First.ClickAsync();
        await visit.ShouldBeAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Start: move {Tenants} tenants" }).ClickAsync();
        await visit.ShouldBeAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();

        await Expect(page.Locator("#run .pill")).ToHaveTextAsync("completed");
        await Expect(page.Locator("#run-counts")).ToContainTextAsync($"{Tenants} applied");
        await Expect(page.Locator("#run .wave")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show its tenants" }).ClickAsync();
        await Expect(page.Locator("#drawer tbody tr")).ToHaveCountAsync(Tenants);
        await visit.ShouldBeAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await visit.ShouldBeAccessibleAsync();
        visit.ShouldHaveNoProblems();

        // A row for all tenants of the wave, until it is opened.
        await using var dashboard = await host.OpenDashboardAsync("/traces?text=fleet+run", width);
        page = dashboard.Page;
        await page.Locator("#traces a").First.ClickAsync();
        var together = page.Locator(".span-row").Filter(new() { HasText = $"tenant migrate × {Tenants - 1}" });
        await Expect(together).ToBeVisibleAsync();
        await together.ClickAsync();
        await Expect(together).ToHaveAttributeAsync("aria-expanded", "true");
        await Expect(page.Locator(".span-row[aria-label^='tenant migrate,']").Nth(3)).ToBeVisibleAsync();
        await dashboard.ShouldBeAccessibleAsync();
        dashboard.ShouldHaveNoProblems();
    }

    [Fact]
    public async Task A_run_is_paused_stays_where_it_is_and_goes_on()
    {
        var slugs = await host.AddOldTenantsAsync("held", 4, to: "-1");
        await using var database = await host.OpenDatabaseAsync();

        // The last step of each tenant waits for a lock, and that without end, not for the seconds that a run waits for one: the first is in hand for as long as it
        // takes to look at the run and pause it.
        await using (var wait = database.CreateCommand(
            """
            CREATE FUNCTION public.wait_for_test() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM set_config(''lock_timeout'', ''0'', true); PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW; END';
            CREATE TRIGGER wait_for_test BEFORE UPDATE ON public.migration_run_tenants FOR EACH ROW WHEN (NEW.state = 'applied') EXECUTE FUNCTION public.wait_for_test();
            """))
        {
            await wait.ExecuteNonQueryAsync();
        }

        await using var connection = await database.OpenConnectionAsync();
        await using var use = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("SELECT pg_advisory_xact_lock(4711)", connection, use))
        {
            await hold.ExecuteNonQueryAsync();
        }

        await using var visit = await host.OpenFleetAsync(1280);
        var page = visit.Page;
        await page.GetByLabel("Slugs, all if empty").FillAsync(string.Join(", ", slugs));
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Waves" }).FillAsync("100%");
        await page.GetByLabel("At once").FillAsync("1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the plan" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Start: move {slugs.Length} tenants" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();
        var state = page.Locator("#run .pill");
        await Expect(state).ToHaveTextAsync("running");

        await using var look = database.CreateCommand("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND $1 = ANY (pg_blocking_pids(pid)))");
        look.Parameters.AddWithValue(connection.ProcessID);
        await Eventually.TrueAsync(async () => (bool)(await look.ExecuteScalarAsync())!);
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).ClickAsync();
        await Expect(state).ToHaveTextAsync("paused");
        await use.RollbackAsync();

        // The tenant in hand is finished, no other is begun.
        await Expect(page.Locator("#run-counts")).ToContainTextAsync($"{slugs.Length - 1} to do");
        await Expect(state).ToHaveTextAsync("paused");
        await visit.ShouldBeAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(state).ToHaveTextAsync("completed");
        await Expect(page.Locator("#run-counts")).ToContainTextAsync($"{slugs.Length} applied");
        visit.ShouldHaveNoProblems();

        // Also when this is not reached, it keeps nobody: the lock is gone with the connection.
        await using var clean = database.CreateCommand("DROP FUNCTION public.wait_for_test() CASCADE");
        await clean.ExecuteNonQueryAsync();
    }
}
