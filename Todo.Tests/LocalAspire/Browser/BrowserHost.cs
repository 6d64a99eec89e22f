using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Testing;
using LocalAspire.Dashboard;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Npgsql;
using Todo.Data;
using Todo.Tenancy.Provisioning;
using Todo.Tenancy.Scoping;
using Todo.Tests.Api;
using Todo.Tests.Embedded;
using Todo.Tests.EndToEnd;
using Todo.Tests.Servers;

namespace Todo.Tests.LocalAspire.Browser;

/// <summary>Tests that share one whole system and one browser, and so come one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class InBrowser : ICollectionFixture<BrowserHost>
{
    public const string Name = "In a browser";
}

/// <summary>The whole system as <c>dotnet run --project Todo.AppHost</c> starts it, on data of its own, and a browser to look at it with.</summary>
public sealed class BrowserHost : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _data = new();
    private DistributedApplication? _app;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The dashboard.</summary>
    internal DashboardServer Dashboard => _app!.Services.GetRequiredService<DashboardService>().Server!;

    /// <summary>The API.</summary>
    public Uri Api { get; private set; } = null!;

    /// <summary>A person of one of the demo tenants.</summary>
    public TenantClient Bakery { get; private set; } = null!;

    /// <summary>A person of the other.</summary>
    public TenantClient Garage { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(Chromium.Patience);

        // The browser first: if there is none, that is said before minutes have gone.
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright);
        _app = await DemoSystem.BuildAsync(_data, withDashboard: true);
        await DemoSystem.StartAsync(_app);
        Api = _app.GetEndpoint("api", "http");
        Bakery = await DemoSystem.SignInAsync(_app, "alice@bakery.example");
        Garage = await DemoSystem.SignInAsync(_app, "carol@garage.example");
        await Bakery.AddTodoAsync("Flour");
        await Garage.AddTodoAsync("Oil");
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }

    public void Dispose()
    {
        Bakery?.Dispose();
        Garage?.Dispose();
        _data.Dispose();
    }

    /// <summary>A browser window that knows nothing yet.</summary>
    internal async Task<Visit> OpenAsync(int width, bool isForPictures = false)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = width < 500 ? 844 : 800 },
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            TimezoneId = "UTC",

            // A picture is taken with a style of Playwright's own, which the pages would refuse.
            BypassCSP = isForPictures,
        });
        context.SetDefaultTimeout(Chromium.Patience);
        return new(context, await context.NewPageAsync());
    }

    /// <summary>A browser window that is signed in to the dashboard and shows a page of it.</summary>
    internal async Task<Visit> OpenDashboardAsync(string path, int width, bool isForPictures = false)
    {
        var visit = await OpenAsync(width, isForPictures);
        await visit.Page.GotoAsync($"{Dashboard.LoginUrl}&returnUrl={Uri.EscapeDataString(path)}");
        return visit;
    }

    /// <summary>A browser window that is signed in to the fleet's page.</summary>
    internal async Task<Visit> OpenFleetAsync(int width, bool isForPictures = false)
    {
        var visit = await OpenAsync(width, isForPictures);
        await visit.Page.GotoAsync(new Uri(Api, "/cc").ToString());
        await visit.Page.GetByLabel("Operators' key").FillAsync(DemoSystem.OperatorKey);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#summary")).ToContainTextAsync("newest version");
        return visit;
    }

    /// <summary>Makes tenants that lack migrations: they get all, and then a run takes them down again.</summary>
    /// <param name="prefix">Their slugs begin with it.</param>
    /// <param name="count">How many.</param>
    /// <param name="to">The migration that they are to end at, or how many steps down, such as <c>-1</c>.</param>
    internal async Task<string[]> AddOldTenantsAsync(string prefix, int count, string to)
    {
        await using var database = await OpenDatabaseAsync();
        var provisioner = new TenantProvisioner(database, MigrationLines.Tenant);
        string[] slugs = [.. Enumerable.Range(1, count).Select(n => $"{prefix}-{n:00}")];
        foreach (var slug in slugs)
        {
            await provisioner.ProvisionAsync(slug, "Old " + slug, seed: null, CancellationToken.None);
        }

        using var client = new HttpClient { BaseAddress = Api };
        client.DefaultRequestHeaders.Add("X-Operator-Key", DemoSystem.OperatorKey);
        await RollBackAsync(client, slugs, to);
        return slugs;
    }

    /// <summary>Takes tenants down by a run, also where that loses data, and waits for its end.</summary>
    /// <param name="client">An operator.</param>
    /// <param name="slugs">The tenants.</param>
    /// <param name="to">As above.</param>
    internal static async Task RollBackAsync(HttpClient client, string[] slugs, string to)
    {
        using var started = await client.PostAsJsonAsync("/cc/runs", new { kind = "rollback", to, tenants = slugs });
        var answer = await started.Content.ReadFromJsonAsync<JsonElement>();
        var isConfirmed = started.StatusCode != HttpStatusCode.Conflict;
        var run = (isConfirmed ? answer.GetProperty("run").GetProperty("id") : answer.GetProperty("run")).GetGuid();
        if (!isConfirmed)
        {
            using var confirmed = await client.PostAsync($"/cc/runs/{run}/resume?confirm={run}", null);
            confirmed.IsSuccessStatusCode.ShouldBeTrue(await confirmed.Content.ReadAsStringAsync());
        }

        await Eventually.TrueAsync(async () => (await client.GetFromJsonAsync<JsonElement>($"/cc/runs/{run}")).GetProperty("run").GetProperty("state").GetString() is "completed" or "rolled_back");
    }

    /// <summary>The database, as its owner.</summary>
    internal async Task<NpgsqlDataSource> OpenDatabaseAsync() => NpgsqlDataSource.Create((await _app!.GetConnectionStringAsync("tododb"))!);

    /// <summary>The schema of a tenant, and its id.</summary>
    internal static async Task<TenantSchema> SchemaAsync(NpgsqlDataSource database, string slug)
    {
        await using var find = database.CreateCommand("SELECT id FROM public.tenants WHERE slug = $1");
        find.Parameters.AddWithValue(slug);
        return TenantSchema.Of((Guid)(await find.ExecuteScalarAsync())!);
    }

    /// <summary>Gives a command as the dashboard does.</summary>
    internal async Task CommandAsync(string resource, string command)
    {
        using var client = new HttpClient { BaseAddress = new(Dashboard.Url) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Dashboard.Token);
        using var response = await client.PostAsync($"/api/resources/{resource}/commands/{command}", null);
        var outcome = await response.Content.ReadFromJsonAsync<JsonElement>();
        outcome.GetProperty("success").GetBoolean().ShouldBeTrue(outcome.ToString());
    }
}
