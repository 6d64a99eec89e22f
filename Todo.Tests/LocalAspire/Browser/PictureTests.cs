using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Todo.Tests.Architecture;
using Todo.Tests.EndToEnd;
using Todo.Tests.Servers;
using static Microsoft.Playwright.Assertions;

namespace Todo.Tests.LocalAspire.Browser;

/// <summary>
/// The pictures in docs/images, each of something that really happens here. They are made in every run, so that they can be made; they are kept only if
/// <c>TODO_SCREENSHOTS=1</c> asks for it, so that a run of the tests changes no file of the checkout.
/// </summary>
[Collection(InBrowser.Name)]
public sealed class PictureTests(BrowserHost host)
{
    private const int MostBytes = 150_000;

    private static readonly bool IsKept = Environment.GetEnvironmentVariable("TODO_SCREENSHOTS") == "1";

    // Of a chart that is kept, a minute is to be seen.
    private static readonly TimeSpan Traffic = IsKept ? TimeSpan.FromSeconds(50) : TimeSpan.Zero;

    [Fact]
    public async Task The_resources()
    {
        await using var visit = await host.OpenDashboardAsync("/", 1280, isForPictures: true);
        await Expect(visit.Page.Locator("#summary")).ToHaveTextAsync("All is well");
        await KeepAsync(visit, "dashboard-resources", 620);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Graph" }).ClickAsync();
        await KeepAsync(visit, "dashboard-graph", 620);
    }

    [Fact]
    public async Task A_request()
    {
        await host.Bakery.AddTodoAsync("Salt");
        await using var visit = await host.OpenDashboardAsync("/traces?text=POST+/todos", 1280, isForPictures: true);
        await visit.Page.Locator("#traces a").First.ClickAsync();
        await Expect(visit.Page.Locator(".span-row").Nth(1)).ToBeVisibleAsync();
        await KeepAsync(visit, "dashboard-trace", 480);
    }

    [Fact]
    public async Task A_slow_tenant()
    {
        // Somebody holds the bakery's todos: its requests wait, the garage's do not.
        await using var database = await host.OpenDatabaseAsync();
        var schema = (await BrowserHost.SchemaAsync(database, "bakery")).Quoted;
        await DuringAsync(async () =>
        {
            await using var connection = await database.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var hold = connection.CreateCommand();
            hold.CommandText = $"LOCK TABLE {schema}.todos IN ACCESS EXCLUSIVE MODE";
            await hold.ExecuteNonQueryAsync();
            var waiting = host.Bakery.TitlesAsync();
            await host.Garage.TitlesAsync();

            // How slow the tenant is in the picture; nothing is waited for.
            await Task.Delay(300);
            await transaction.RollbackAsync();
            await waiting;
        });
        await using var visit = await host.OpenDashboardAsync("/metrics?service=api&meter=Todo.Api&name=todo.tenants.duration&by=tenant.id&minutes=1", 1280, isForPictures: true);
        await Expect(visit.Page.Locator("#legend .key").Nth(1)).ToBeVisibleAsync();
        await KeepAsync(visit, "telemetry-slow-tenant", 640);
    }

    [Fact]
    public async Task A_failing_migration()
    {
        // Of these tenants one has already what the migration wants to make.
        var slugs = await host.AddOldTenantsAsync("picture", 20, to: "AddComments");
        await using var database = await host.OpenDatabaseAsync();
        var schema = (await BrowserHost.SchemaAsync(database, slugs[7])).Quoted;
        await using var spoil = database.CreateCommand($"CREATE TABLE {schema}.todos_tag_ids_idx ()");
        await spoil.ExecuteNonQueryAsync();

        using var client = new HttpClient { BaseAddress = host.Api };
        client.DefaultRequestHeaders.Add("X-Operator-Key", DemoSystem.OperatorKey);
        var run = await StartAsync();
        (await EndAsync(run)).ShouldBeOneOf("failed", "paused");

        await using (var fleet = await host.OpenFleetAsync(1280, isForPictures: true))
        {
            await fleet.Page.Locator($"[data-run='{run}']").ClickAsync();
            await fleet.Page.Locator(".failure summary").ClickAsync();
            await Expect(fleet.Page.Locator(".failure pre")).ToBeVisibleAsync();
            await KeepAsync(fleet, "fleet", 640);
        }

        await using (var visit = await host.OpenDashboardAsync($"/traces?error=true&attribute=todo.run.id%3D{run}", 1280, isForPictures: true))
        {
            await visit.Page.Locator("#traces a").First.ClickAsync();
            await visit.Page.Locator(".span-row", new() { HasText = "tenant migrate ×" }).ClickAsync();
            await visit.Page.Locator(".span-row[aria-label^='tenant migrate'][aria-label$='failed']").Nth(1).ClickAsync();
            await Expect(visit.Page.Locator("#drawer")).ToContainTextAsync("db.response.status_code");
            await KeepAsync(visit, "telemetry-failing-migration", 640);
        }

        // Others use the same fleet: it is mended, and no run is left open.
        await using var mend = database.CreateCommand($"DROP TABLE {schema}.todos_tag_ids_idx");
        await mend.ExecuteNonQueryAsync();
        using var cancelled = await client.PostAsync($"/cc/runs/{run}/cancel", null);
        (await EndAsync(await StartAsync())).ShouldBe("completed");

        async Task<Guid> StartAsync()
        {
            using var started = await client.PostAsJsonAsync("/cc/runs", new { kind = "apply", to = "head", tenants = slugs, waves = "1,100%" });
            var text = await started.Content.ReadAsStringAsync();
            started.IsSuccessStatusCode.ShouldBeTrue(text);
            return JsonDocument.Parse(text).RootElement.GetProperty("run").GetProperty("id").GetGuid();
        }

        async Task<string> EndAsync(Guid id)
        {
            var state = "";
            await Eventually.TrueAsync(async () =>
                (state = (await client.GetFromJsonAsync<JsonElement>($"/cc/runs/{id}")).GetProperty("run").GetProperty("state").GetString()!) is not ("running" or "planned"));
            return state;
        }
    }

    [Fact]
    public async Task A_cache_problem()
    {
        try
        {
            await DuringAsync(AskAsync);
            await host.CommandAsync("redis", "stop");
            await DuringAsync(AskAsync);
            await using var visit = await host.OpenDashboardAsync("/metrics?service=api&meter=Todo.Api&name=todo.lookups.misses&minutes=1", 1280, isForPictures: true);

            // A course that is level, as where nothing was missed within the minute, has no height to be seen by.
            await Expect(visit.Page.Locator("#chart svg")).ToBeVisibleAsync();
            await Expect(visit.Page.Locator("#chart .course")).ToBeAttachedAsync();
            await KeepAsync(visit, "telemetry-cache", 520);
        }
        finally
        {
            await host.CommandAsync("redis", "start");
        }

        async Task AskAsync()
        {
            await host.Bakery.TitlesAsync();
            await host.Garage.TitlesAsync();
        }
    }

    [Fact]
    public void The_documents_show_every_picture_and_each_is_there_and_small()
    {
        var docs = Path.Combine(Checkout.Root, "docs");
        var shown = Directory.GetFiles(docs, "*.md", SearchOption.AllDirectories).Append(Path.Combine(Checkout.Root, "README.md")).SelectMany(file =>
            File.ReadAllText(file).Split("](").Skip(1).Select(rest => rest.Split(')')[0]).Where(target => target.EndsWith(".png", StringComparison.Ordinal))
                .Select(target => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, target)))).ToHashSet();
        var there = Directory.GetFiles(Path.Combine(docs, "images"), "*.png");
        there.ShouldBe(shown, ignoreOrder: true);
        there.ShouldAllBe(file => new FileInfo(file).Length < MostBytes);
    }

    // Once, or for as long as a picture that is kept wants it.
    private static async Task DuringAsync(Func<Task> ask)
    {
        var end = DateTime.UtcNow + Traffic;
        do
        {
            await ask();
        }
        while (DateTime.UtcNow < end);
    }

    private static async Task KeepAsync(Visit visit, string name, int height)
    {
        await visit.Page.SetViewportSizeAsync(1280, height);
        await Expect(visit.Page.Locator("#connection")).ToHaveTextAsync("live");
        var picture = await visit.Page.ScreenshotAsync();
        picture.Length.ShouldBeInRange(5_000, MostBytes, name);
        if (IsKept)
        {
            await File.WriteAllBytesAsync(Path.Combine(Checkout.Root, "docs", "images", string.Create(CultureInfo.InvariantCulture, $"{name}.png")), picture);
        }
    }
}
