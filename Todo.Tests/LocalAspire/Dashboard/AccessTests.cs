using System.Net;
using System.Net.NetworkInformation;

namespace Todo.Tests.LocalAspire.Dashboard;

public sealed class AccessTests : IAsyncLifetime, IDisposable
{
    private RunningDashboard _dashboard = null!;
    private HttpClient _browser = null!;
    private int _touched;

    private Uri Url => new(_dashboard.Server.Url);

    public async Task InitializeAsync()
    {
        _dashboard = await RunningDashboard.StartAsync(sample => Aspire.Hosting.ResourceBuilderExtensions.WithCommand(
            sample.AddShell("server", "exec sleep 100"),
            "touch",
            "Touch",
            _ =>
            {
                Interlocked.Increment(ref _touched);
                return Task.FromResult(Aspire.Hosting.ApplicationModel.CommandResults.Success("touched"));
            }));
        _browser = new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Url };
    }

    public async Task DisposeAsync() => await _dashboard.DisposeAsync();

    public void Dispose() => _browser.Dispose();

    [Theory]
    [InlineData("/api/resources")]
    [InlineData("/api/console")]
    [InlineData("/api/console/server")]
    [InlineData("/api/logs")]
    [InlineData("/api/traces")]
    [InlineData("/api/traces/1")]
    [InlineData("/api/metrics")]
    [InlineData("/api/metrics/chart")]
    [InlineData("/api/telemetry")]
    [InlineData("/api/live")]
    public async Task Without_the_token_nothing_is_readable(string path)
    {
        using var response = await _browser.GetAsync(path);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        _browser.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");
        using var wrong = await _browser.GetAsync(path);
        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("/", "Resources")]
    [InlineData("/console", "Console")]
    [InlineData("/logs", "Structured logs")]
    [InlineData("/traces", "Traces")]
    [InlineData("/metrics", "Metrics")]
    public async Task The_printed_address_lets_a_browser_in_and_a_wrong_one_does_not(string page, string heading)
    {
        using var before = await _browser.GetAsync(page);
        before.Headers.Location!.OriginalString.ShouldBe("/login?returnUrl=" + Uri.EscapeDataString(page));
        using var wrong = await _browser.GetAsync("/login?t=" + _dashboard.Server.OtlpApiKey);
        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        using var login = await _browser.GetAsync(_dashboard.Server.LoginUrl);
        login.Headers.Location!.OriginalString.ShouldBe("/");
        login.Headers.GetValues("Set-Cookie").Single().ShouldContain("httponly", Case.Insensitive);
        using var after = await _browser.GetAsync(page);

        (await after.Content.ReadAsStringAsync()).ShouldContain(heading);
        var policy = after.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldNotContain("unsafe");
    }

    [Theory]
    [InlineData("/traces?trace=1", "/traces?trace=1")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    public async Task After_the_login_nobody_ends_up_elsewhere(string wanted, string location)
    {
        using var response = await _browser.GetAsync($"{_dashboard.Server.LoginUrl}&returnUrl={Uri.EscapeDataString(wanted)}");

        response.Headers.Location!.OriginalString.ShouldBe(location);
    }

    [Fact]
    public async Task A_page_of_another_origin_cannot_give_commands()
    {
        using var login = await _browser.GetAsync(_dashboard.Server.LoginUrl);

        (await PostAsync(origin: null)).ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync("http://evil.example")).ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync("null")).ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync($"http://localhost:{Url.Port + 1}")).ShouldBe(HttpStatusCode.Forbidden, "another port of this machine is another origin");
        (await PostAsync(_dashboard.Server.Url, "cross-site")).ShouldBe(HttpStatusCode.Forbidden);
        _touched.ShouldBe(0);

        (await PostAsync(_dashboard.Server.Url, "same-origin")).ShouldBe(HttpStatusCode.OK);
        _touched.ShouldBe(1);

        async Task<HttpStatusCode> PostAsync(string? origin, string? site = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/resources/server/commands/touch");
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin);
            }

            if (site is not null)
            {
                request.Headers.Add("Sec-Fetch-Site", site);
            }

            using var response = await _browser.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Another_name_for_this_machine_gets_no_answer()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _dashboard.Server.LoginUrl);
        request.Headers.Host = $"evil.example:{Url.Port}";
        using var response = await _browser.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task The_port_for_telemetry_shows_no_pages_and_the_port_for_pages_takes_no_telemetry()
    {
        using var page = await _dashboard.Sender.GetAsync("/api/resources");
        page.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var post = await _dashboard.Reader.PostAsync("/v1/traces", RunningDashboard.Protobuf([]));
        post.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public void Both_ports_are_on_loopback_only()
    {
        int[] ports = [Url.Port, new Uri(_dashboard.Server.OtlpUrl).Port];
        var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(listener => ports.Contains(listener.Port)).ToArray();

        listeners.ShouldNotBeEmpty();
        listeners.ShouldAllBe(listener => IPAddress.IsLoopback(listener.Address));
    }
}
