using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using StackExchange.Redis;
using Todo.Api.Identity;
using Todo.Api.Tenants;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

/// <summary>With a tenant whose tables nobody changes, so that tests can share it.</summary>
public sealed class UnchangedTenantHost : ApiHost
{
    /// <summary>The tenant's owner.</summary>
    public TenantClient Owner { get; private set; } = null!;

    /// <summary>The tenant's one todo.</summary>
    public Guid TodoId { get; private set; }

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Owner = await CreateTenantAsync("unchanged");
        TodoId = await Owner.AddTodoAsync("As it was");
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        Owner.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>All rows of the tenant.</summary>
    public async Task<string> ContentAsync() => await ContentAsync((await SchemaAsync(Owner.Slug)).Name);
}

public sealed class BadInputTests(UnchangedTenantHost api) : IClassFixture<UnchangedTenantHost>
{
    /// <summary>Names that no tenant can have.</summary>
    public static TheoryData<string> BadSlugs { get; } =
    [
        "public", "pg_catalog", "pg_toast", "information_schema", "\"; drop schema", "x'; DROP SCHEMA public CASCADE; --", "ACME", "Acme", "a", "-acme", "acme-",
        "a b", "a.b", "a/b", "t_00000000000000000000000000000000", "tenant", "cc", new string('a', 64), "caf\u00e9", "a\tb",
    ];

    /// <summary>Query strings of lists, each with one mistake.</summary>
    public static TheoryData<string> BadPages { get; } =
    [
        "limit=-1", "limit=0", "limit=201", "limit=1000000000", "limit=99999999999999999999", "limit=ten", "limit=1;drop table todos", "limit=", "limit=1&limit=2",
        "cursor=garbage", "cursor=%00", "cursor=AAAA", "cursor=AAAAAAAAAAAAAAAAAAAAAAA=", "cursor=' OR 1=1 --",
    ];

    [Theory]
    [MemberData(nameof(BadSlugs))]
    public async Task A_tenant_header_that_can_be_no_slug_is_answered_with_400(string slug)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/todos") { Headers = { Authorization = api.Owner.DefaultRequestHeaders.Authorization } };
        request.Headers.TryAddWithoutValidation("tenant", slug);
        using var raw = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        using var client = new HttpClient(raw) { BaseAddress = api.Address };
        using var response = await client.SendAsync(request);
        await response.ShouldBeProblemSayingAsync(HttpStatusCode.BadRequest, "'tenant' header");
    }

    [Theory]
    [InlineData("tenant:\r\n")]
    [InlineData("tenant: acme\r\ntenant: acme\r\n")]
    [InlineData("tenant: acme\r\nTenant: other\r\n")]
    [InlineData("tenant: acme,other\r\n")]
    public async Task An_empty_tenant_or_several_are_answered_with_400(string headers)
    {
        var answer = await RawAsync($"GET /todos HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Authorization: Bearer x\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 400 ");
        answer.ShouldContain("application/problem+json");
        answer.ShouldContain("traceId");
    }

    [Fact]
    public async Task Unknown_tenant_and_unknown_malformed_or_missing_token_get_the_same_401()
    {
        AccessToken.Create((await api.SchemaAsync(api.Owner.Slug)).TenantId, out var guessed);
        AccessToken.Create(Guid.CreateVersion7(), out var ofNobody);
        var details = new HashSet<string>();
        foreach (var (slug, authorization) in new[]
        {
            ("nobody-knows-it", "Bearer " + api.Owner.Token),
            ("nobody-knows-it", "Bearer " + guessed),
            ("nobody-knows-it", "Bearer"),
            (api.Owner.Slug, "Bearer " + guessed),
            (api.Owner.Slug, "Bearer " + ofNobody),
            (api.Owner.Slug, "Bearer " + api.Owner.Token + "A"),
            (api.Owner.Slug, "Bearer " + api.Owner.Token[..^1]),
            (api.Owner.Slug, "Bearer " + api.Owner.Token.ToUpperInvariant()),
            (api.Owner.Slug, "Bearer " + new string('A', 64)),
            (api.Owner.Slug, "Bearer " + new string('!', 64)),
            (api.Owner.Slug, "Basic b3duZXI6cGFzc3dvcmQ="),
            (api.Owner.Slug, api.Owner.Token),
            (api.Owner.Slug, null),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/todos");
            request.Headers.Add("tenant", slug);
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }

            using var response = await api.Anonymous.SendAsync(request);
            details.Add(await response.ShouldBeProblemSayingAsync(HttpStatusCode.Unauthorized, "Sign in again"));
            response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        }

        details.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_token_is_refused_from_the_moment_it_expires()
    {
        using var owner = await api.CreateTenantAsync();
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var schema = await api.SchemaAsync(owner.Slug);
        await api.ExecuteAsync($"UPDATE {schema}.sessions SET expires_at = now() - interval '1 second'");

        // A session that was cached carries the end it was made with, so sessions are not shortened; a look-up sees it.
        AccessToken.TryParse(owner.Token, out var token).ShouldBeTrue();
        await api.Service<SessionDirectory>().ForgetAsync(token.TenantId, token.Hash);
        using var response = await owner.GetAsync("/todos");
        await response.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_of_another_tenant_is_answered_with_403()
    {
        using var other = await api.CreateTenantAsync();
        using var stranger = new TenantClient(api.Address, other.Slug, api.Owner.Token, api.Owner.UserId);
        using var response = await stranger.GetAsync("/todos");
        await response.ShouldBeProblemSayingAsync(HttpStatusCode.Forbidden, "another tenant");
    }

    [Fact]
    public async Task Whoever_is_deactivated_can_neither_sign_in_nor_go_on()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        await api.ExecuteAsync($"UPDATE {schema}.users SET is_active = false");
        using var login = await LoginAsync(owner.Slug);
        await login.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
        using var response = await owner.GetAsync("/todos");
        await response.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("suspended", HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData("deleted", HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized)]
    [InlineData("provisioning", HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized)]
    [InlineData("failed", HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized)]
    public async Task A_tenant_that_is_not_active_is_refused_until_it_is_again(string status, HttpStatusCode atRequest, HttpStatusCode atLogin)
    {
        using var owner = await api.CreateTenantAsync();
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await SetStatusAsync(owner, status);

        using var refused = await owner.GetAsync("/todos");
        (await refused.ShouldBeProblemAsync(atRequest)).GetRawText().Contains("suspended", StringComparison.Ordinal).ShouldBe(status == "suspended");
        using var login = await LoginAsync(owner.Slug);
        await login.ShouldBeProblemAsync(atLogin);

        await SetStatusAsync(owner, "active");
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_suspension_that_nobody_announced_is_noticed_by_itself()
    {
        using var owner = await api.CreateTenantAsync();
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await api.ExecuteAsync($"UPDATE tenants SET status = 'suspended' WHERE slug = '{owner.Slug}'");

        // As Redis does after its minute; the feed of changed tenants may have been quicker, as this one is new.
        var id = (await api.SchemaAsync(owner.Slug)).TenantId;
        await api.Service<IConnectionMultiplexer>().GetDatabase().KeyDeleteAsync([$"todo:4:tenant:slug:{owner.Slug}", $"todo:4:tenant:id:{id:N}"]);
        await Eventually.TrueAsync(async () => (await owner.GetAsync("/todos")).StatusCode == HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_tenant_at_another_version_is_answered_with_503_while_others_are_served_and_again_as_soon_as_it_is_migrated()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.CreateTenantAsync();
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var version = await api.ScalarAsync<string>($"SELECT schema_version FROM tenants WHERE slug = '{owner.Slug}'");
        foreach (var elsewhere in (string[])["'20200101000000_Old'", "'20990101000000_New'", "NULL"])
        {
            await api.ExecuteAsync($"UPDATE tenants SET schema_version = {elsewhere} WHERE slug = '{owner.Slug}'");
            await ForgetAsync(owner);
            using var refused = await owner.GetAsync("/todos");
            await refused.ShouldBeProblemSayingAsync(HttpStatusCode.ServiceUnavailable, "migrated");
            using var login = await LoginAsync(owner.Slug);
            await login.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable);
            (await other.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        // The worker is another process and announces nothing.
        await api.ExecuteAsync($"UPDATE tenants SET schema_version = '{version}' WHERE slug = '{owner.Slug}'");
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("42")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{\"title\":}")]
    [InlineData("{\"title\":null}")]
    [InlineData("{\"title\":1}")]
    [InlineData("{\"title\":\"x\",\"colour\":\"red\"}")]
    [InlineData("{\"title\":\"x\",\"createdBy\":\"00000000-0000-7000-8000-000000000001\"}")]
    [InlineData("{\"title\":\"x\",}")]
    [InlineData("{\"title\":\"x\"} trailing")]
    [InlineData("{\"title\":\"\\ud800\"}")]
    [InlineData("{\"title\":\"a\\u0000b\"}")]
    [InlineData("{\"title\":\"x\",\"notes\":\"a\\u0000b\"}")]
    [InlineData("{\"title\":\"\"}")]
    [InlineData("{\"title\":\"  \\t\"}")]
    [InlineData("{\"title\":\"x\",\"listId\":\"nonsense\"}")]
    [InlineData("{\"title\":\"x\",\"listId\":\"019a0000-0000-7000-8000-000000000000\"}")]
    public async Task A_body_that_makes_no_todo_is_answered_with_400_and_makes_none(string body)
    {
        var before = await api.ContentAsync();
        using var response = await api.Owner.PostAsync("/todos", Json(body));
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        (await api.ContentAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"title\":null}")]
    [InlineData("{\"title\":\"\"}")]
    [InlineData("{\"title\":\"  \\t\"}")]
    [InlineData("{\"title\":\"a\\u0000b\"}")]
    [InlineData("{\"notes\":\"\\udc00\"}")]
    [InlineData("{\"completedAt\":\"2026-01-01T00:00:00Z\"}")]
    [InlineData("{\"hasTitle\":true}")]
    [InlineData("{\"listId\":\"019a0000-0000-7000-8000-000000000000\"}")]
    public async Task A_body_that_makes_no_change_to_a_todo_is_answered_with_400_and_changes_nothing(string body)
    {
        var before = await api.ContentAsync();
        using var response = await api.Owner.PatchAsync($"/todos/{api.TodoId}", Json(body));
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        (await api.ContentAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_mistake_is_named_by_the_path_that_the_caller_wrote()
    {
        using var unknown = await api.Owner.PostAsync("/todos", Json("{\"title\":\"x\",\"flavour\":\"sweet\"}"));
        await unknown.ShouldBeProblemSayingAsync(HttpStatusCode.BadRequest, "$.flavour");
        using var tooLong = await api.Owner.PostAsJsonAsync("/todos", new { title = new string('x', 10_000) });
        (await ErrorOfAsync(tooLong, "title")).ShouldContain("500");
        using var page = await api.Owner.GetAsync("/todos?limit=-1");
        (await ErrorOfAsync(page, "limit")).ShouldContain("200");
        using var person = await api.Operator.PostAsJsonAsync("/cc/tenants", new { slug = "nested", name = "Nested", owner = new { email = "x", name = "X", password = ApiHost.Password } });
        (await ErrorOfAsync(person, "owner.email")).ShouldContain("mail");
    }

    [Fact]
    public async Task Text_that_is_no_UTF8_is_answered_with_400()
    {
        var before = await api.ContentAsync();
        using var body = new ByteArrayContent([.. "{\"title\":\"a"u8, 0xC3, 0x28, 0xFF, .. "\"}"u8]) { Headers = { { "Content-Type", "application/json" } } };
        using var response = await api.Owner.PostAsync("/todos", body);
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        (await api.ContentAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task A_body_that_says_it_is_no_JSON_is_answered_with_415(string? contentType)
    {
        using var body = new ByteArrayContent("{\"title\":\"x\"}"u8.ToArray());
        if (contentType is not null)
        {
            body.Headers.Add("Content-Type", contentType);
        }

        using var response = await api.Owner.PostAsync("/todos", body);
        await response.ShouldBeProblemSayingAsync(HttpStatusCode.UnsupportedMediaType, "application/json");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_of_2_MB_is_answered_with_413(bool chunked)
    {
        var before = await api.ContentAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/todos") { Content = Json($"{{\"title\":\"x\",\"notes\":\"{new string('x', 2 * 1024 * 1024)}\"}}") };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await api.Owner.SendAsync(request);
        await response.ShouldBeProblemSayingAsync(HttpStatusCode.RequestEntityTooLarge, "1 MiB");
        (await api.ContentAsync()).ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(BadPages))]
    public async Task A_page_that_no_list_has_is_answered_with_400(string query)
    {
        foreach (var (client, list) in new (HttpClient, string)[] { (api.Owner, "/todos"), (api.Owner, "/users"), (api.Operator, "/cc/tenants") })
        {
            using var response = await client.GetAsync($"{list}?{query}");
            await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task SQL_in_a_query_string_is_only_text()
    {
        var schema = await api.SchemaAsync(api.Owner.Slug);
        var before = await api.ContentAsync();
        foreach (var sql in (string[])["order=id;DROP TABLE todos--", "order=(select pg_sleep(10))", "sort=title' OR '1'='1", "filter=1;DELETE FROM users", $"schema={schema}", "tenant=public"])
        {
            using var response = await api.Owner.GetAsync("/todos?" + sql);
            response.StatusCode.ShouldBe(sql.StartsWith("sort=", StringComparison.Ordinal) ? HttpStatusCode.BadRequest : HttpStatusCode.OK);
        }

        (await api.ContentAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("/todos/nonsense")]
    [InlineData("/todos/00000000-0000-0000-0000-000000000000")]
    [InlineData("/todos/019a0000-0000-7000-8000-000000000000")]
    [InlineData("/todos/1%20OR%201=1")]
    [InlineData("/todos/%FF%FE")]
    [InlineData("/nothing/here")]
    public async Task What_does_not_exist_is_answered_with_404(string path)
    {
        using var response = await api.Owner.GetAsync(path);
        await response.ShouldBeProblemAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("public")]
    [InlineData("nobody-knows-it")]
    [InlineData("%22;%20drop%20schema")]
    [InlineData("%FF%FE")]
    public async Task An_operator_who_names_no_tenant_is_told_so(string slug)
    {
        using var shown = await api.Operator.GetAsync("/cc/tenants/" + slug);
        await shown.ShouldBeProblemAsync(HttpStatusCode.NotFound);
        using var migrated = await api.Operator.PostAsync($"/cc/tenants/{slug}/migrate", null);
        await migrated.ShouldBeProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_method_that_an_address_does_not_know_is_answered_with_405()
    {
        using var response = await api.Owner.PutAsJsonAsync("/todos", new { title = "x" });
        await response.ShouldBeProblemAsync(HttpStatusCode.MethodNotAllowed);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("text/csv")]
    [InlineData("application/xml;q=0.9, image/*")]
    [InlineData("nonsense")]
    public async Task A_caller_who_accepts_no_JSON_gets_the_problem_all_the_same(string accept)
    {
        foreach (var path in (string[])["/todos", "/cc/tenants", "/nothing", "/auth/login"])
        {
            using var request = new HttpRequestMessage(path == "/auth/login" ? HttpMethod.Post : HttpMethod.Get, path) { Content = path == "/auth/login" ? Json("{") : null };
            request.Headers.TryAddWithoutValidation("Accept", accept);
            using var response = await api.Anonymous.SendAsync(request);
            await response.ShouldBeProblemAsync(path switch { "/cc/tenants" or "/todos" => HttpStatusCode.Unauthorized, "/nothing" => HttpStatusCode.NotFound, _ => HttpStatusCode.BadRequest });
        }
    }

    [Theory]
    [InlineData("{\"email\":\"a\\u0000b@example.com\",\"password\":\"whatever it is\"}")]
    [InlineData("{\"email\":\"\\ud800@example.com\",\"password\":\"whatever it is\"}")]
    [InlineData("{\"email\":\"\",\"password\":\"whatever it is\"}")]
    [InlineData("{\"email\":\"a@example.com\",\"password\":\"\"}")]
    [InlineData("{\"email\":\"a@example.com\"}")]
    [InlineData("{\"email\":\"a@example.com\",\"password\":\"whatever it is\",\"reminder\":true}")]
    public async Task A_sign_in_that_can_be_nobodys_is_answered_with_400(string body)
    {
        using var response = await api.Anonymous.PostAsync("/auth/login", Json(body));
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    [Theory]
    [MemberData(nameof(BadSlugs))]
    public async Task A_tenant_with_such_a_slug_is_not_made(string slug)
    {
        var before = await CountsAsync();
        using var response = await api.Operator.PostAsJsonAsync("/cc/tenants", new { slug, name = "Never" });
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        (await CountsAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("nonsense", "Olga", ApiHost.Password)]
    [InlineData("", "Olga", ApiHost.Password)]
    [InlineData("@example.com", "Olga", ApiHost.Password)]
    [InlineData("a@b@example.com", "Olga", ApiHost.Password)]
    [InlineData("a\0b@example.com", "Olga", ApiHost.Password)]
    [InlineData("olga@example.com", "", ApiHost.Password)]
    [InlineData("olga@example.com", " ", ApiHost.Password)]
    [InlineData("olga@example.com", "O\0lga", ApiHost.Password)]
    [InlineData("olga@example.com", "Olga", "short")]
    [InlineData("olga@example.com", "Olga", "")]
    public async Task A_tenant_whose_owner_is_wrong_is_not_made(string email, string name, string password)
    {
        var before = await CountsAsync();
        var slug = "wrong-" + Guid.NewGuid().ToString("N");
        using var response = await api.Operator.PostAsJsonAsync("/cc/tenants", new { slug, name = "Never", owner = new { email, name, password } });
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        (await CountsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Of_many_requests_for_one_slug_at_once_one_wins_and_nothing_else_is_left()
    {
        var slug = "race-" + Guid.NewGuid().ToString("N");
        var before = await CountsAsync();
        var responses = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => api.Operator.PostAsJsonAsync(
            "/cc/tenants", new { slug, name = $"Racer {i}", owner = new { email = $"racer{i}@example.com", name = "Racer", password = ApiHost.Password } })));

        var winner = responses.Single(response => response.StatusCode == HttpStatusCode.Created);
        foreach (var loser in responses.Where(response => response != winner))
        {
            await loser.ShouldBeProblemSayingAsync(HttpStatusCode.Conflict, slug);
        }

        (await CountsAsync()).ShouldBe((before.Tenants + 1, before.Schemas + 1, before.SignIns + 1));
        (await api.ScalarAsync<string>($"SELECT name FROM tenants WHERE slug = '{slug}'")).ShouldBe((await winner.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("name").GetString());
        (await api.ColumnAsync("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%' EXCEPT SELECT schema FROM tenants")).ShouldBeEmpty();
        (await api.ColumnAsync("SELECT schema FROM tenants EXCEPT SELECT nspname FROM pg_namespace")).ShouldBeEmpty();
    }

    private static async Task<string> ErrorOfAsync(HttpResponseMessage response, string path)
    {
        var problem = await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        problem.GetProperty("errors").EnumerateObject().ShouldContain(error => error.Name == path, problem.GetRawText());
        return problem.GetProperty("errors").GetProperty(path)[0].GetString()!;
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private async Task<HttpResponseMessage> LoginAsync(string slug) =>
        await api.Anonymous.PostAsJsonAsync("/auth/login", new { email = $"owner@{slug}.example", ApiHost.Password });

    private async Task SetStatusAsync(TenantClient owner, string status)
    {
        await api.ExecuteAsync($"UPDATE tenants SET status = '{status}' WHERE slug = '{owner.Slug}'");
        await ForgetAsync(owner);
    }

    private async Task ForgetAsync(TenantClient owner) =>
        await api.Service<TenantDirectory>().ForgetAsync((await api.SchemaAsync(owner.Slug)).TenantId, owner.Slug);

    private async Task<(long Tenants, long Schemas, long SignIns)> CountsAsync() => (
        await api.ScalarAsync<long>("SELECT count(*) FROM tenants"),
        await api.ScalarAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 't\\_%'"),
        await api.ScalarAsync<long>("SELECT count(*) FROM sign_ins"));

    private async Task<string> RawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(api.Address.Host, api.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}
