using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Todo.Api.Identity;
using Todo.AppHost.Embedded;
using Todo.Data.Access;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

/// <summary>With a Redis of its own and everything that is logged.</summary>
public sealed class WatchedHost : ApiHost
{
    private EmbeddedServer _redis = null!;

    /// <summary>What the first replica logged, from level Debug on.</summary>
    internal CapturedLogs Logs { get; } = new();

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments =>
    [
        "--Logging:LogLevel:Default=Debug", "--Logging:LogLevel:Microsoft.AspNetCore=Debug", "--Logging:LogLevel:Npgsql.Command=Debug",
        "--Logging:LogLevel:Microsoft.EntityFrameworkCore.Database.Command=Debug", "--Logging:LogLevel:Todo.Api.Identity.SessionAuthenticationHandler=Debug",
        "--Logging:Console:LogLevel:Default=None",
    ];

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        _redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway);
        await base.InitializeAsync();
        Service<ILoggerFactory>().AddProvider(Logs);
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _redis.DisposeAsync();
        Logs.Dispose();
    }

    /// <summary>Every key and value in Redis, once these are there. A Redis that was slow is left alone for a moment, so what brings them is done again.</summary>
    internal async Task<string> RedisContentAsync(Func<Task> use, params string[] expected)
    {
        var content = "";
        await Eventually.TrueAsync(async () =>
        {
            await use();
            content = await RedisContentAsync();
            return expected.All(content.Contains);
        });
        return content;
    }

    private async Task<string> RedisContentAsync()
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(_redis.ConnectionString);
        var content = new List<string>();
        foreach (var key in redis.GetServer(redis.GetEndPoints().Single()).Keys(pageSize: 1000))
        {
            content.Add($"{(string?)key} = {(string?)await redis.GetDatabase().StringGetAsync(key)}");
        }

        return string.Join('\n', content);
    }

    /// <inheritdoc/>
    protected override Task<string> CacheAsync() => Task.FromResult(_redis.ConnectionString);
}

public sealed class SignInTests(WatchedHost api) : IClassFixture<WatchedHost>
{
    [Fact]
    public async Task An_unknown_address_and_a_wrong_password_get_the_same_answer_after_the_same_work()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.CreateTenantAsync();
        var trace = ActivityTraceId.CreateRandom();
        var checks = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Todo.Api",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => Interlocked.Add(ref checks, activity.OperationName == "password check" && activity.TraceId == trace ? 1 : 0),
        };
        ActivitySource.AddActivityListener(listener);

        var answers = new HashSet<string>();
        foreach (var (email, slug) in new[]
        {
            ($"owner@{owner.Slug}.example", null),
            ($"owner@{owner.Slug}.example", owner.Slug),
            ($"owner@{owner.Slug}.example", other.Slug),
            ($"owner@{owner.Slug}.example", "nobody-knows-it"),
            ("nobody@nowhere.example", (string?)null),
            ("nobody@nowhere.example", owner.Slug),
            ("' OR 1=1 --@nowhere.example", null),
        })
        {
            var before = checks;
            using var request = new HttpRequestMessage(HttpMethod.Post, "/auth/login") { Content = JsonContent.Create(new { email, password = "wrong" }) };
            request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
            if (slug is not null)
            {
                request.Headers.Add("tenant", slug);
            }

            using var response = await api.Anonymous.SendAsync(request);
            await response.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
            var problem = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
            problem.Remove("traceId");
            answers.Add($"{problem.ToJsonString()} {response.Headers.WwwAuthenticate}");
            checks.ShouldBe(before + (slug is null ? 3 : 1), email);
        }

        answers.Count.ShouldBe(1);
    }

    [Fact]
    public void Checking_nobodys_password_costs_what_checking_somebodys_does()
    {
        // The cost of PBKDF2 is its iteration count, and that is in the head of the hash: version, function, count, salt size.
        PersonPassword.Verify(null, "whatever").ShouldBeFalse();
        var nobodys = (Lazy<string>)typeof(PersonPassword).GetField("NobodysHash", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.GetValue(null)!;
        nobodys.IsValueCreated.ShouldBeTrue();
        Convert.FromBase64String(nobodys.Value)[..13].ShouldBe(Convert.FromBase64String(PersonPassword.Hash("somebody's"))[..13]);
    }

    [Fact]
    public async Task A_token_is_nowhere_but_with_its_owner()
    {
        using var made = await api.CreateTenantAsync();
        using var owner = await api.SignInAsync($"owner@{made.Slug}.example", made.Slug);
        await owner.AddTodoAsync("Something");
        using (var wrong = await api.Anonymous.PostAsJsonAsync("/auth/login", new { email = $"owner@{owner.Slug}.example", password = ApiHost.Password + "!" }))
        {
            wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        AccessToken.TryParse(owner.Token, out var token).ShouldBeTrue();
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(owner.Token);
        var hash = Convert.ToHexStringLower(token.Hash);
        var tables = await api.ContentAsync((await api.SchemaAsync(owner.Slug)).Name) + await api.ContentAsync("public");
        var redis = await api.RedisContentAsync(async () => (await owner.GetAsync("/users")).StatusCode.ShouldBe(HttpStatusCode.OK), hash);
        var logs = string.Join('\n', api.Logs.Lines);

        // First that the places were searched at all.
        tables.ShouldContain(hash);
        logs.ShouldContain("SELECT");
        logs.ShouldContain("/auth/login");
        foreach (var (place, content) in new[] { ("tables", tables), ("Redis", redis), ("logs", logs) })
        {
            foreach (var secret in (string[])[owner.Token, Convert.ToBase64String(bytes), Convert.ToHexString(bytes), Convert.ToHexString(bytes[16..]), ApiHost.Password, api.OperatorKey])
            {
                content.Contains(secret, StringComparison.OrdinalIgnoreCase).ShouldBeFalse(place);
            }
        }

        logs.Contains(hash, StringComparison.OrdinalIgnoreCase).ShouldBeFalse();
    }

    [Fact]
    public async Task A_token_is_new_each_time_and_good_for_a_day()
    {
        using var owner = await api.CreateTenantAsync();
        var before = DateTimeOffset.UtcNow;
        using var response = await api.Anonymous.PostAsJsonAsync("/auth/login", new { email = $"  OWNER@{owner.Slug}.Example ", ApiHost.Password });
        var login = await response.Content.ReadFromJsonAsync<JsonElement>();
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        login.GetProperty("token").GetString().ShouldNotBe(owner.Token);
        login.GetProperty("tenant").GetString().ShouldBe(owner.Slug);
        login.GetProperty("expiresAt").GetDateTimeOffset().ShouldBe(before.AddDays(1), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Who_belongs_to_two_tenants_names_the_one_to_sign_in_to()
    {
        using var one = await api.CreateTenantAsync();
        using var two = await api.CreateTenantAsync();
        var email = $"both@{one.Slug}.example";
        using var added = await api.AddPersonAsync(one.Slug, BuiltInRole.Member, email);
        using var addedToo = await api.AddPersonAsync(two.Slug, BuiltInRole.Guest, email);
        using var inOne = await api.SignInAsync(email, one.Slug);
        using var inTwo = await api.SignInAsync(email, two.Slug);
        await inOne.AddTodoAsync("In one");
        (await inOne.TitlesAsync()).ShouldBe(["In one"]);
        (await inTwo.TitlesAsync()).ShouldBeEmpty();
    }

    // How long the other replica can have remembered the session when it refused it.
}
