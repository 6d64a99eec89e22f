using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Todo.Tests.LocalAspire.Browser;

/// <summary>Each page, on a desk and on a telephone, in the light and in the dark.</summary>
[Collection(InBrowser.Name)]
public sealed class EveryPageTests(BrowserHost host)
{
    private static readonly int[] Widths = [1280, 390];

    /// <summary>A page of the dashboard, and what is there once it shows something.</summary>
    public static TheoryData<string, string, int> DashboardPages
    {
        get
        {
            var pages = new TheoryData<string, string, int>();
            foreach (var (path, content) in ((string, string)[])
            [
                ("/", "#resources tr:nth-child(5)"),
                ("/?view=graph", "#graph .node:nth-of-type(5)"),
                ("/?resource=api", "#drawer dl"),
                ("/console", "#lines .line:nth-child(5)"),
                ("/console?resource=api", "#lines .line"),
                ("/logs", "#entries tr:nth-child(5)"),
                ("/logs?level=Error&text=nothing+says+this", "#none"),
                ("/traces", "#traces tr:nth-child(5)"),
                ("/metrics", "#chart svg"),
                ("/metrics?service=api&meter=Todo.Api&name=todo.tenants.requests&by=tenant.id", "#legend .key:nth-of-type(2)"),
            ])
            {
                foreach (var width in Widths)
                {
                    pages.Add(path, content, width);
                }
            }

            return pages;
        }
    }

    [Theory]
    [MemberData(nameof(DashboardPages))]
    public async Task A_page_of_the_dashboard_can_be_read_and_used_by_everybody(string path, string content, int width)
    {
        await host.Bakery.TitlesAsync();
        await host.Garage.TitlesAsync();
        await using var visit = await host.OpenDashboardAsync(path, width);
        await Expect(visit.Page.Locator(content).First).ToBeVisibleAsync();
        await Expect(visit.Page.Locator("#connection")).ToHaveTextAsync("live");
        await visit.ShouldBeAccessibleAsync();
        visit.ShouldHaveNoProblems();
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task Signing_in_to_the_dashboard_can_be_done_by_everybody(int width)
    {
        await using var visit = await host.OpenAsync(width);
        await visit.Page.GotoAsync(host.Dashboard.Url + "/logs");
        await visit.ShouldBeAccessibleAsync();

        // By keyboard alone: the field has the focus, Enter sends it.
        await visit.Page.Keyboard.TypeAsync(host.Dashboard.Token);
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Structured logs");
        visit.ShouldHaveNoProblems();

        await using var guess = await host.OpenAsync(width);
        await guess.Page.GotoAsync(host.Dashboard.Url + "/login?t=a+guess");
        await Expect(guess.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not the token");
        await guess.ShouldBeAccessibleAsync();
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task The_fleets_page_can_be_read_and_used_by_everybody(int width)
    {
        await using var stranger = await host.OpenAsync(width);
        await stranger.Page.GotoAsync(new Uri(host.Api, "/cc").ToString());
        await Expect(stranger.Page.GetByLabel("Operators' key")).ToBeFocusedAsync();
        await stranger.ShouldBeAccessibleAsync();
        stranger.ShouldHaveNoProblems();

        await using var visit = await host.OpenFleetAsync(width);
        await Expect(visit.Page.Locator("#runs table, #runs .empty")).ToBeVisibleAsync();
        await visit.ShouldBeAccessibleAsync();
        visit.ShouldHaveNoProblems();
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task A_guest_sees_a_list_adds_to_it_and_ticks_something(int width)
    {
        var name = $"On the door, {width}";
        var list = await PostAsync("/lists", new { name });
        await PostAsync("/todos", new { title = "Sweep the floor", listId = list.GetProperty("id").GetGuid() });
        var link = await PostAsync("/guest-links", new { listId = list.GetProperty("id").GetGuid(), name = "Door", mayWrite = true });

        await using var visit = await host.OpenAsync(width);
        await visit.Page.GotoAsync(link.GetProperty("url").GetString()!);
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(name);
        await visit.Page.GetByLabel("What is to be done?").FillAsync("Water the <b>plants</b>");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Add" }).ClickAsync();
        await Expect(visit.Page.Locator("#open li")).ToHaveTextAsync(["Sweep the floor", "Water the <b>plants</b>"]);
        await Expect(visit.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Added: Water the <b>plants</b>");

        await visit.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Sweep the floor" }).ClickAsync();
        await Expect(visit.Page.Locator("#done-title")).ToHaveTextAsync("Done (1)");
        await Expect(visit.Page.Locator("#open li")).ToHaveTextAsync(["Water the <b>plants</b>"]);
        await visit.Page.Locator("#done-title").ClickAsync();
        await Expect(visit.Page.Locator("#done li")).ToHaveTextAsync(["Sweep the floor"]);
        await visit.ShouldBeAccessibleAsync();

        // It is not only on the page.
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.Locator("#open li")).ToHaveTextAsync(["Water the <b>plants</b>"]);
        await Expect(visit.Page.Locator("#done-title")).ToHaveTextAsync("Done (1)");
        visit.ShouldHaveNoProblems();

        await using var wrong = await host.OpenAsync(width);
        await wrong.Page.GotoAsync(new Uri(host.Api, "/guest#todo_guest_wrong").ToString());
        await Expect(wrong.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("doesn't open anything any more");
        await wrong.ShouldBeAccessibleAsync();
    }

    [Fact]
    public async Task The_colours_are_the_readers_choice_and_stay_so()
    {
        await using var visit = await host.OpenDashboardAsync("/", 1280);
        var theme = visit.Page.GetByRole(AriaRole.Button, new() { Name = "Change the colours" });
        await theme.ClickAsync();
        await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Traces", Exact = true }).ClickAsync();
        await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await theme.ClickAsync();
        await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await theme.ClickAsync();
        await Expect(visit.Page.Locator("html")).Not.ToHaveAttributeAsync("data-theme", "light");
        visit.ShouldHaveNoProblems();
    }

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var response = await host.Bakery.PostAsJsonAsync(path, body);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
