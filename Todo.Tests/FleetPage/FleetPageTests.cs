using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Todo.Data;
using Todo.Tenancy.Provisioning;
using Todo.Tests.Api;
using Todo.Tests.Servers;

namespace Todo.Tests.FleetPage;

/// <summary>Behind a proxy on this machine, whose word on the scheme is taken.</summary>
public sealed class FleetPageHost : ApiHost
{
    /// <summary>For replicas that are started later: another operators' key.</summary>
    public string? OtherKey { get; set; }

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--ForwardedHeaders:KnownProxies:0=127.0.0.1", .. OtherKey is null ? Array.Empty<string>() : [$"--Operators:Key={OtherKey}"]];
}

/// <summary>The page for operators: who gets in, from where, and what it shows.</summary>
public sealed class FleetPageTests : IClassFixture<FleetPageHost>, IDisposable
{
    private const string Cookie = "todo-operator";

    private readonly FleetPageHost _api;
    private readonly HttpClient _browser;
    private readonly string _ours;

    public FleetPageTests(FleetPageHost api)
    {
        _api = api;
        _browser = new(new HttpClientHandler { UseCookies = false }) { BaseAddress = api.Address };
        _ours = api.Address.GetLeftPart(UriPartial.Authority);
    }

    public void Dispose() => _browser.Dispose();

    [Fact]
    public async Task The_key_is_sent_once_and_a_cookie_stands_for_it()
    {
        var cookie = await SignInAsync();
        using var page = await SendAsync("GET", "/cc", cookie);
        (await page.Content.ReadAsStringAsync()).ShouldContain("data-signed-in=\"yes\"");
        using var fleet = await SendAsync("GET", "/cc/fleet", cookie, isOurPage: true);
        fleet.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var plan = await SendAsync("POST", "/cc/fleet/plan", cookie, isOurPage: true, origin: _ours, site: "same-origin");
        plan.StatusCode.ShouldBe(HttpStatusCode.OK);

        using var gone = await SendAsync("DELETE", "/cc/session", cookie, isOurPage: true, origin: _ours);
        gone.Headers.GetValues("Set-Cookie").Single().ShouldStartWith($"{Cookie}=;");
    }

    [Fact]
    public async Task Scripts_never_see_the_cookie_and_other_sites_never_send_it()
    {
        using var plain = await SendAsync("POST", "/cc/session", key: _api.OperatorKey);
        plain.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var set = plain.Headers.GetValues("Set-Cookie").Single();
        set.ShouldContain("httponly");
        set.ShouldContain("samesite=strict");
        set.ShouldContain("path=/cc");
        set.ShouldContain("max-age=3600");
        set.ShouldNotContain("secure");
        set.ShouldNotContain(_api.OperatorKey);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/cc/session") { Headers = { { "X-Operator-Key", _api.OperatorKey }, { "X-Forwarded-Proto", "https" }, { "X-Forwarded-For", "192.0.2.1" } } };
        using var overTls = await _browser.SendAsync(request);
        overTls.Headers.GetValues("Set-Cookie").Single().ShouldContain("secure");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a guess")]
    [InlineData(null)]
    public async Task Without_the_key_there_is_no_cookie(string? key)
    {
        using var response = await SendAsync("POST", "/cc/session", key: key);
        await response.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
        response.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task A_cookie_does_not_make_another_so_it_ends_when_it_says()
    {
        using var response = await SendAsync("POST", "/cc/session", await SignInAsync(), isOurPage: true, origin: _ours);
        await response.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
        response.Headers.Contains("Set-Cookie").ShouldBeFalse();

        (await StatusAsync(Forged(_api.OperatorKey, TimeSpan.FromMinutes(1)))).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(Forged(_api.OperatorKey, TimeSpan.FromSeconds(-1)))).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(Forged("another key", TimeSpan.FromMinutes(1)))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_cookie_that_was_tampered_with_opens_nothing()
    {
        var cookie = await SignInAsync();
        for (var i = 0; i < cookie.Length - 1; i += 7)
        {
            var other = cookie[i] == 'A' ? 'B' : 'A';
            (await StatusAsync(cookie[..i] + other + cookie[(i + 1)..])).ShouldBe(HttpStatusCode.Unauthorized, $"letter {i}");
        }

        foreach (var text in (string[])["", "x", cookie[..^4], cookie + "AAAA", new('A', 75), "%00", new('A', 4_000)])
        {
            (await StatusAsync(text)).ShouldBe(HttpStatusCode.Unauthorized, text);
        }
    }

    [Fact]
    public async Task Every_replica_knows_it_and_another_key_ends_it()
    {
        var cookie = await SignInAsync();
        var (replica, address) = await _api.StartApiAsync(_api.ConnectionString);
        await using (replica)
        {
            (await StatusAsync(cookie, address)).ShouldBe(HttpStatusCode.OK);
        }

        _api.OtherKey = "another key of the operators";
        (replica, address) = await _api.StartApiAsync(_api.ConnectionString);
        _api.OtherKey = null;
        await using (replica)
        {
            (await StatusAsync(cookie, address)).ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task A_page_of_another_origin_can_neither_read_nor_command()
    {
        var cookie = await SignInAsync();
        var port = _api.Address.Port;

        // What a form or an image of another page could do, were the cookie sent with it.
        await ShouldBeRefusedAsync("GET", isOurPage: false);
        await ShouldBeRefusedAsync("POST", isOurPage: false, origin: _ours);
        await ShouldBeRefusedAsync("POST", isOurPage: false, origin: "https://evil.example");

        // What a script of another page could not send without our consent.
        await ShouldBeRefusedAsync("POST", isOurPage: true);
        await ShouldBeRefusedAsync("POST", isOurPage: true, origin: "https://evil.example");
        await ShouldBeRefusedAsync("POST", isOurPage: true, origin: "null");
        await ShouldBeRefusedAsync("POST", isOurPage: true, origin: $"http://127.0.0.1:{port + 1}");
        await ShouldBeRefusedAsync("POST", isOurPage: true, origin: $"http://127.0.0.1.evil.example:{port}");
        await ShouldBeRefusedAsync("GET", isOurPage: true, origin: "https://evil.example");
        await ShouldBeRefusedAsync("GET", isOurPage: true, site: "cross-site");
        await ShouldBeRefusedAsync("POST", isOurPage: true, origin: _ours, site: "same-site");

        // And nobody gets that consent.
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/cc/fleet/plan")
        {
            Headers = { { "Origin", "https://evil.example" }, { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "x-operator-page" } },
        };
        using var answer = await _browser.SendAsync(preflight);
        answer.Headers.Any(header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase)).ShouldBeFalse();

        async Task ShouldBeRefusedAsync(string method, bool isOurPage, string? origin = null, string? site = null)
        {
            using var response = await SendAsync(method, method == "GET" ? "/cc/fleet" : "/cc/fleet/plan", cookie, isOurPage, origin, site);
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{method} {isOurPage} {origin} {site}");
        }
    }

    [Fact]
    public async Task The_fleet_is_watched_and_each_group_of_tenants_is_listed()
    {
        var cookie = await SignInAsync();
        using var request = Request("GET", "/cc/fleet", cookie, isOurPage: true);
        request.Headers.Add("Accept", "text/event-stream");
        using var patience = new CancellationTokenSource(Eventually.Patience);
        using var response = await _browser.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        await using var stream = await response.Content.ReadAsStreamAsync(patience.Token);
        await using var events = SseParser.Create(stream).EnumerateAsync(patience.Token).GetAsyncEnumerator(patience.Token);
        (await events.MoveNextAsync()).ShouldBeTrue();

        var old = MigrationLines.Tenant.Steps[^2].Id;
        var slug = "old-" + Guid.NewGuid().ToString("N");
        await new TenantProvisioner(_api.DataSource, MigrationLines.Tenant.UpTo(old)).ProvisionAsync(slug, "Old", seed: null, CancellationToken.None);
        JsonElement[] groups;
        do
        {
            (await events.MoveNextAsync()).ShouldBeTrue();
            groups = [.. JsonSerializer.Deserialize<JsonElement>(events.Current.Data).GetProperty("groups").EnumerateArray()];
        }
        while (!groups.Any(group => group.GetProperty("version").GetString() == old && group.GetProperty("status").GetString() == "active"));

        var page = await _api.Operator.GetFromJsonAsync<JsonElement>($"/cc/fleet/tenants?status=active&version={old}");
        page.GetProperty("items").EnumerateArray().Select(tenant => tenant.GetProperty("slug").GetString()).ShouldBe([slug]);
        using var wrong = await _api.Operator.GetAsync("/cc/fleet/tenants?status=lost");
        await wrong.ShouldBeProblemSayingAsync(HttpStatusCode.BadRequest, "suspended");
    }

    [Fact]
    public async Task A_run_tells_how_far_each_wave_is()
    {
        var old = MigrationLines.Tenant.UpTo(MigrationLines.Tenant.Steps[^2].Id);
        string[] slugs = [.. Enumerable.Range(0, 4).Select(_ => "wave-" + Guid.NewGuid().ToString("N"))];
        foreach (var slug in slugs)
        {
            await new TenantProvisioner(_api.DataSource, old).ProvisionAsync(slug, "Old", seed: null, CancellationToken.None);
        }

        using var started = await _api.Operator.PostAsJsonAsync("/cc/runs", new { tenants = slugs, waves = "1,100%" });
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var location = started.Headers.Location!.ToString();
        await Servers.Eventually.TrueAsync(async () => (await _api.Operator.GetFromJsonAsync<JsonElement>(location)).GetProperty("run").GetProperty("state").GetString() == "completed");
        var waves = (await _api.Operator.GetFromJsonAsync<JsonElement>(location)).GetProperty("waves").EnumerateArray().ToArray();
        waves.Select(wave => wave.GetProperty("wave").GetInt32()).ShouldBe([0, 1]);
        waves.Select(wave => wave.GetProperty("counts").GetProperty("applied").GetInt32()).ShouldBe([1, 3]);
    }

    // As OperatorCookie makes it: end, nonce, signature.
    private static string Forged(string key, TimeSpan left)
    {
        var cookie = new byte[8 + 16 + 32];
        BinaryPrimitives.WriteInt64BigEndian(cookie, (DateTimeOffset.UtcNow + left).ToUnixTimeMilliseconds());
        var signing = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key), 32, info: "todo operator cookie 1"u8.ToArray());
        HMACSHA256.HashData(signing, cookie.AsSpan(0, 24), cookie.AsSpan(24));
        return Base64Url.EncodeToString(cookie);
    }

    private async Task<string> SignInAsync()
    {
        using var response = await SendAsync("POST", "/cc/session", key: _api.OperatorKey);
        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0][(Cookie.Length + 1)..];
    }

    private async Task<HttpStatusCode> StatusAsync(string cookie, Uri? address = null)
    {
        using var request = Request("GET", new Uri(address ?? _api.Address, "/cc/fleet").ToString(), cookie, isOurPage: true);
        using var response = await _browser.SendAsync(request);
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? cookie = null, bool isOurPage = false, string? origin = null, string? site = null, string? key = null)
    {
        using var request = Request(method, path, cookie, isOurPage);
        foreach (var (name, value) in new[] { ("Origin", origin), ("Sec-Fetch-Site", site), ("X-Operator-Key", key) })
        {
            if (value is not null)
            {
                request.Headers.Add(name, value);
            }
        }

        return await _browser.SendAsync(request);
    }

    private static HttpRequestMessage Request(string method, string path, string? cookie, bool isOurPage)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST" && path.EndsWith("/plan", StringComparison.Ordinal))
        {
            request.Content = JsonContent.Create(new { kind = "apply", to = "head" });
        }

        if (cookie is not null)
        {
            request.Headers.Add("Cookie", $"{Cookie}={cookie}");
        }

        if (isOurPage)
        {
            request.Headers.Add("X-Operator-Page", "1");
        }

        return request;
    }
}
