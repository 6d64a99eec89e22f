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
        var schemas = await Task.WhenAll(slugs.Select(slug => BrowserHost.SchemaAsync(database, slug)));

        // Somebody uses the tables, so that the first tenant waits for as long as it takes to look at the run and pause it.
        await using var connection = await database.OpenConnectionAsync();
        await using var use = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand($"LOCK TABLE {string.Join(", ", schemas.Select(schema => schema.Quoted + ".todos"))} IN ACCESS EXCLUSIVE MODE", connection, use))
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

        // A tenant waits for its table for five seconds and is then tried again: it is in hand for certain when it has just begun to.
        await using var look = database.CreateCommand(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND waitstart > clock_timestamp() - interval '1 second' AND $1 = ANY (pg_blocking_pids(pid)))");
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
    }
}
