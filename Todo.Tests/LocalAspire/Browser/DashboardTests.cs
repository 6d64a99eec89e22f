using System.Text.RegularExpressions;
using LocalAspire.Dashboard.Otlp;
using Microsoft.Playwright;
using Todo.Tests.LocalAspire.Dashboard;
using Todo.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace Todo.Tests.LocalAspire.Browser;

/// <summary>What a developer does in the dashboard, click by click.</summary>
[Collection(InBrowser.Name)]
public sealed partial class DashboardTests(BrowserHost host)
{
    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task A_trace_is_followed_to_its_logs_and_back(int width)
    {
        await using var visit = await host.OpenDashboardAsync("/traces", width);
        var page = visit.Page;
        await page.GetByLabel("Name").FillAsync("migrate");
        await page.GetByLabel("Resource").SelectOptionAsync("migrations");
        await page.Locator("#traces a").Filter(new() { HasTextRegex = new("^migrate$") }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("migrate");
        await Expect(page.Locator("#canvas .span-row").First).ToBeVisibleAsync();
        await visit.ShouldBeAccessibleAsync();

        // By keyboard: down to a span, and open it.
        await page.Locator("#waterfall").FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#drawer-title")).ToHaveTextAsync("migrate");
        await Expect(page.Locator("#drawer")).ToContainTextAsync("Todo.Tenancy");
        await visit.ShouldBeAccessibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#drawer")).ToBeHiddenAsync();

        var logs = page.Locator("#trace-logs");
        await Expect(logs).ToHaveTextAsync(SomeLogs());
        var trace = (await page.Locator("#trace-facts code").TextContentAsync())!;
        await logs.ClickAsync();
        await Expect(page.GetByLabel("Trace", new() { Exact = true })).ToHaveValueAsync(trace);
        await Expect(page.Locator("#entries tr").First).ToBeVisibleAsync();
        (await page.Locator("#entries td.mono").AllTextContentsAsync()).Distinct().ShouldBe([trace[..7]]);
        await page.Locator("#entries .message button").First.ClickAsync();
        await Expect(page.Locator("#drawer")).ToContainTextAsync(trace);
        await visit.ShouldBeAccessibleAsync();

        await page.Locator("#drawer").GetByRole(AriaRole.Link, new() { Name = trace }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex($"/traces\\?trace={trace}"));
        await Expect(page.Locator("#drawer-title")).ToBeVisibleAsync();
        visit.ShouldHaveNoProblems();
    }

    [Fact]
    public async Task Traces_are_narrowed_down_by_tenant_duration_attribute_and_failure()
    {
        await using var database = await host.OpenDatabaseAsync();
        var garage = (await BrowserHost.SchemaAsync(database, "garage")).TenantId.ToString();
        await host.Bakery.TitlesAsync();
        await host.Garage.TitlesAsync();
        await using var visit = await host.OpenDashboardAsync("/traces", 1280);
        var page = visit.Page;
        var rows = page.Locator("#traces tr");
        await Expect(rows.First).ToBeVisibleAsync();

        // By name as well: the trace of the migrations has every tenant in it.
        await page.GetByLabel("Name").FillAsync("GET /todos");
        await page.GetByLabel("Tenant").FillAsync(garage);
        await Expect(rows.Filter(new() { HasNotText = $"tenant {garage[..8]}" })).ToHaveCountAsync(0);
        await Expect(rows.First).ToBeVisibleAsync();
        await page.GetByLabel("Attribute").FillAsync("http.request.method=DELETE");
        await Expect(page.Locator("#none")).ToBeVisibleAsync();
        await page.GetByLabel("Attribute").FillAsync("http.route=/todos/");
        await Expect(rows.First).ToBeVisibleAsync();
        await Expect(rows.Filter(new() { HasNotText = "/todos" })).ToHaveCountAsync(0);

        await page.GetByLabel("At least, in milliseconds").FillAsync("3600000");
        await Expect(page.Locator("#none")).ToBeVisibleAsync();
        await page.GetByLabel("At least, in milliseconds").FillAsync("0");
        await Expect(rows.First).ToBeVisibleAsync();
        await page.GetByLabel("Failed").CheckAsync();
        await Expect(page.Locator("#traces tr:not(.failed)")).ToHaveCountAsync(0);
        await Expect(page).ToHaveURLAsync(new Regex($"tenant={garage}.*error="));
        visit.ShouldHaveNoProblems();
    }

    [Fact]
    public async Task A_run_over_a_thousand_tenants_stays_readable()
    {
        const int Tenants = 1000;
        var trace = new UInt128(0x70D0, (ulong)DateTime.UtcNow.Ticks);
        var now = (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds * 1_000_000;
        var spans = new List<byte[]> { OtlpMessage.Span(trace, 1, "fleet run", start: now, end: now + (Tenants * 3_000_000UL)), OtlpMessage.Span(trace, 2, "fleet wave", parent: 1, start: now, end: now + (Tenants * 3_000_000UL)) };
        for (var tenant = 0UL; tenant < Tenants; tenant++)
        {
            var (start, id) = (now + (tenant * 3_000_000), 10 + (tenant * 2));
            spans.Add(OtlpMessage.Span(trace, id, "tenant migrate", parent: 2, start, start + 2_900_000, OtlpMessage.Attribute("tenant.id", $"{tenant:x8}-0000-7000-8000-000000000000")));
            spans.Add(OtlpMessage.Span(trace, id + 1, "BATCH", parent: id, start + 100_000, start + 2_800_000));
        }

        using var sender = new HttpClient { BaseAddress = new(host.Dashboard.OtlpUrl) };
        sender.DefaultRequestHeaders.Add(OtlpReceiver.KeyHeader, host.Dashboard.OtlpApiKey);
        using var content = RunningDashboard.Protobuf(OtlpMessage.Request("elsewhere", spans));
        using var sent = await sender.PostAsync("/v1/traces", content);
        sent.IsSuccessStatusCode.ShouldBeTrue();

        await using var visit = await host.OpenDashboardAsync($"/traces?trace={trace:x32}", 1280);
        var page = visit.Page;
        await Expect(page.Locator("#trace-facts")).ToContainTextAsync($"{spans.Count} spans");
        var rows = page.Locator(".span-row");
        var together = rows.Filter(new() { HasText = $"tenant migrate × {Tenants}" });
        await Expect(rows).ToHaveCountAsync(3);
        await together.ClickAsync();
        await Expect(together).ToHaveAttributeAsync("aria-expanded", "true");

        // Of all its rows only those in sight are there, also at its end.
        (await rows.CountAsync()).ShouldBeLessThan(60);
        await page.Locator("#waterfall").FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(rows.Filter(new() { HasText = $"{Tenants - 1:x8}" })).ToBeVisibleAsync();
        (await rows.CountAsync()).ShouldBeLessThan(60);
        await visit.ShouldBeAccessibleAsync();
        await page.Keyboard.PressAsync("Home");
        await Expect(together).ToBeVisibleAsync();
        await together.ClickAsync();
        await Expect(rows).ToHaveCountAsync(3);
        visit.ShouldHaveNoProblems();
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task A_command_is_given_only_after_a_question_and_its_result_is_shown(int width)
    {
        await using var visit = await host.OpenDashboardAsync("/", width);
        var page = visit.Page;
        var given = new List<string>();
        page.Request += (_, request) =>
        {
            if (request.Method == "POST")
            {
                given.Add(new Uri(request.Url).AbsolutePath);
            }
        };

        var api = page.Locator("#resources tr").Filter(new() { Has = page.GetByRole(AriaRole.Button, new() { Name = "api", Exact = true }) });
        await api.GetByText("Commands").ClickAsync();
        await api.GetByRole(AriaRole.Button, new() { Name = "Migrate all tenants" }).ClickAsync();
        var question = page.GetByRole(AriaRole.Dialog);
        await Expect(question).ToContainTextAsync("Migrate the catalog and every tenant now?");
        await visit.ShouldBeAccessibleAsync();
        await question.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(question).ToBeHiddenAsync();
        given.ShouldBeEmpty();

        await api.GetByText("Commands").ClickAsync();
        await api.GetByRole(AriaRole.Button, new() { Name = "Migrate all tenants" }).ClickAsync();

        // What is said of it is there for a few seconds only.
        var said = Expect(page.Locator("#toasts")).ToContainTextAsync("api: Migrate all tenants done");
        await question.GetByRole(AriaRole.Button, new() { Name = "Migrate all tenants" }).ClickAsync();
        await said;
        given.ShouldBe(["/api/resources/api/commands/migrate-all"]);
        await visit.ShouldBeAccessibleAsync();

        await api.GetByText("Commands").ClickAsync();
        await api.GetByRole(AriaRole.Button, new() { Name = "Show the fleet" }).ClickAsync();
        await Expect(page.Locator("#drawer pre.result")).ToContainTextAsync("\"groups\"");
        await visit.ShouldBeAccessibleAsync();
        visit.ShouldHaveNoProblems();
    }

    [Fact]
    public async Task A_resource_is_stopped_started_and_restarted_and_what_waits_says_for_what()
    {
        await using var visit = await host.OpenDashboardAsync("/?resource=migrations", 1280);
        var page = visit.Page;
        await Expect(page.Locator("#drawer")).ToContainTextAsync("Waits for");
        await Expect(page.Locator("#drawer")).ToContainTextAsync("Waited for");
        await Expect(page.Locator("#drawer .secret").First).ToHaveTextAsync("••••••••");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();

        var migrations = page.Locator("#resources tr").Filter(new() { Has = page.GetByRole(AriaRole.Button, new() { Name = "migrations", Exact = true }) });
        await Expect(migrations).ToContainTextAsync("Finished");
        var said = Expect(page.Locator("#toasts")).ToContainTextAsync("migrations: Start done");
        await migrations.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await said;

        // It is finished before it has begun again, too; the restart tells the two apart.
        await Eventually.TrueAsync(async () =>
        {
            await page.GotoAsync(new Uri(new Uri(host.Dashboard.Url), "/?resource=migrations").ToString());
            return AtLeastOneRestart().IsMatch(await page.Locator("#drawer dl").First.InnerTextAsync());
        });
        await Expect(migrations).ToContainTextAsync("Finished");
        visit.ShouldHaveNoProblems();
    }

    [Fact]
    public async Task The_graph_shows_who_needs_whom_and_is_used_by_keyboard()
    {
        await using var visit = await host.OpenDashboardAsync("/", 1280);
        var page = visit.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Graph" }).ClickAsync();
        foreach (var name in (string[])["postgres", "cache", "migrations", "api"])
        {
            await Expect(page.Locator($"#graph .node[aria-label^='{name},']")).ToBeVisibleAsync();
        }

        (await page.Locator("#graph .edge").CountAsync()).ShouldBeGreaterThan(4);
        await page.Locator("#graph .node[aria-label^='api,']").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#drawer-title")).ToHaveTextAsync("api");
        await Expect(page.Locator("#drawer")).ToContainTextAsync("migrations");
        visit.ShouldHaveNoProblems();
    }

    [Fact]
    public async Task The_API_leads_to_its_documentation_the_fleet_and_the_mails()
    {
        await using var visit = await host.OpenDashboardAsync("/", 1280);
        var api = visit.Page.Locator("#resources tr").Filter(new() { Has = visit.Page.GetByRole(AriaRole.Button, new() { Name = "api", Exact = true }) });
        foreach (var (name, path, content) in ((string, string, string)[])[("Docs", "/docs", "#swagger-ui .info"), ("Fleet", "/cc", "#sign-in h1"), ("Mail", "/dev/mailbox", "h1")])
        {
            var link = api.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });
            await Expect(link).ToHaveAttributeAsync("href", new Uri(host.Api, path).ToString());
            var opened = await visit.FollowAsync(link);
            await Expect(opened.Locator(content).First).ToBeVisibleAsync();
            await opened.CloseAsync();
        }

        visit.ShouldHaveNoProblems();
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task The_console_is_searched_held_and_taken_away(int width)
    {
        await using var visit = await host.OpenDashboardAsync("/console?resource=api", width);
        var page = visit.Page;
        await Expect(page.Locator("#lines .line").First).ToBeVisibleAsync();

        // "info" in its colour.
        await Expect(page.Locator("#lines .line [class*='fg-']").First).ToBeVisibleAsync();
        (await page.Locator("#lines").TextContentAsync()).ShouldNotBeNull().ShouldNotContain("\u001b");
        await page.GetByLabel("Search").FillAsync("listening on");
        await Expect(page.Locator("#lines mark").First).ToHaveTextAsync(ListeningOn());
        await Expect(page.Locator("#count")).ToContainTextAsync(" of ");
        await visit.ShouldBeAccessibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.Locator("#count")).ToContainTextAsync("paused");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await Expect(page.Locator("#count")).Not.ToContainTextAsync("paused");

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Download" }).ClickAsync());
        download.SuggestedFilename.ShouldBe("api.log");
        var text = await File.ReadAllTextAsync(await download.PathAsync());
        text.ShouldContain("listening on", Case.Insensitive);
        text.ShouldNotContain("\u001b");
        visit.ShouldHaveNoProblems();
    }

    [Fact]
    public async Task Logs_are_narrowed_down_by_level_text_and_attribute()
    {
        await using var visit = await host.OpenDashboardAsync("/logs", 1280);
        var page = visit.Page;
        await page.GetByLabel("Resource").SelectOptionAsync("migrations");
        await Expect(page.Locator("#entries .tag").First).ToHaveTextAsync("migrations");
        var all = await page.Locator("#entries tr").CountAsync();
        await page.Locator("#entries .message button").First.ClickAsync();
        var attributes = page.Locator("#drawer details").Filter(new() { HasText = "Attributes" });
        var name = await attributes.Locator("dt").First.TextContentAsync();
        var value = await attributes.Locator("dd").First.TextContentAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();

        await page.GetByLabel("Attribute").FillAsync($"{name}={value}");
        await Expect(page).ToHaveURLAsync(new Regex("attribute="));
        await Expect(page.Locator("#entries tr").First).ToBeVisibleAsync();
        await page.GetByLabel("Attribute").FillAsync($"{name}=nobody has this");
        await Expect(page.Locator("#none")).ToBeVisibleAsync();
        await page.GetByLabel("Attribute").FillAsync("");
        await page.GetByLabel("Level").SelectOptionAsync("Error");
        await Expect(page.Locator("#entries .level.information")).ToHaveCountAsync(0);
        await page.GetByLabel("Level").SelectOptionAsync("");
        await Expect(page.Locator("#entries tr")).Not.ToHaveCountAsync(0);
        all.ShouldBeGreaterThan(0);
        visit.ShouldHaveNoProblems();
    }

    [Fact]
    public async Task Tenants_stand_side_by_side_and_an_example_leads_to_its_trace()
    {
        await using var visit = await host.OpenDashboardAsync("/metrics?service=api&meter=Todo.Api&name=todo.tenants.duration", 1280);
        var page = visit.Page;
        await Expect(page.Locator("#legend")).ToContainTextAsync("p99");
        await page.GetByLabel("Find an instrument").FillAsync("todo.tenants.requests");
        await page.Locator("#instruments button").First.ClickAsync();
        await page.GetByLabel("Split by").SelectOptionAsync("tenant.id");
        await host.Bakery.TitlesAsync();
        await host.Garage.TitlesAsync();
        await Expect(page.Locator("#legend .key").Nth(1)).ToBeVisibleAsync();

        await page.GetByLabel("Find an instrument").FillAsync("todo.tenants.duration");
        await page.Locator("#instruments button").First.ClickAsync();
        await page.Locator("#exemplars a").First.ClickAsync();
        await Expect(page.Locator("#canvas .span-row").First).ToBeVisibleAsync();
        visit.ShouldHaveNoProblems();
    }

    [GeneratedRegex(@"^Logs \([1-9]\d*\)$")]
    private static partial Regex SomeLogs();

    [GeneratedRegex("listening on", RegexOptions.IgnoreCase)]
    private static partial Regex ListeningOn();

    [GeneratedRegex(@"Restarts\s*[1-9]")]
    private static partial Regex AtLeastOneRestart();
}
