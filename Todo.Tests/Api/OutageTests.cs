using System.Net;
using System.Net.Http.Json;
using StackExchange.Redis;
using Todo.AppHost.Embedded;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

/// <summary>With servers of its own, which a test may stop and start. Redis is down when the API starts.</summary>
public sealed class OwnServersHost : ApiHost
{
    /// <summary>The cluster.</summary>
    public EmbeddedServer Postgres { get; private set; } = null!;

    /// <summary>The cache.</summary>
    public EmbeddedServer Redis { get; private set; } = null!;

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        // Killed below: without durability what was committed just before would be gone, the sessions with it.
        Postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions());
        Redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway);
        await Redis.StopAsync();
        await base.InitializeAsync();
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        // Without dropping the database: the cluster goes as a whole, and a failed test may have left it stopped.
        await App.DisposeAsync();
        await Postgres.DisposeAsync();
        await Redis.DisposeAsync();
    }

    /// <inheritdoc/>
    // Every refusal below is a warning there.
    protected override IEnumerable<string> Arguments => ["--Logging:Console:LogLevel:Default=None"];

    /// <inheritdoc/>
    protected override Task<string> ServerAsync() => Task.FromResult(Postgres.ConnectionString);

    /// <inheritdoc/>
    protected override Task<string> CacheAsync() => Task.FromResult(Redis.ConnectionString);
}

public sealed class OutageTests(OwnServersHost api) : IClassFixture<OwnServersHost>
{
    [Fact]
    public async Task Without_Redis_everything_is_served_and_with_it_again_it_is_used_again()
    {
        // As the API started; see the fixture.
        await WorksAsync();
        await HealthIsAsync("Degraded", HttpStatusCode.OK);
        for (var round = 0; round < 2; round++)
        {
            await api.Redis.StartAgainAsync();
            await Eventually.TrueAsync(async () =>
            {
                await WorksAsync();
                return await KeysAsync() > 0;
            });
            await HealthIsAsync("Healthy", HttpStatusCode.OK);
            await (round == 0 ? api.Redis.StopAsync() : api.Redis.KillAsync());
            await WorksAsync();
            await HealthIsAsync("Degraded", HttpStatusCode.OK);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_PostgreSQL_it_is_503_with_Retry_After_and_with_it_again_it_recovers_by_itself(bool inOrder)
    {
        using var owner = await api.CreateTenantAsync();
        var id = await owner.AddTodoAsync("Before");
        await (inOrder ? api.Postgres.StopAsync() : api.Postgres.KillAsync());
        try
        {
            // Twice: the first finds dead connections in the pool, the second none.
            for (var time = 0; time < 2; time++)
            {
                await UnavailableAsync(owner.GetAsync("/todos"));
                await UnavailableAsync(owner.GetAsync("/users"));
                await UnavailableAsync(owner.GetAsync($"/todos/{id}"));
                await UnavailableAsync(owner.PostAsJsonAsync("/todos", new { title = "Never" }));
                await UnavailableAsync(owner.PatchAsJsonAsync($"/todos/{id}", new { title = "Never" }));
                await UnavailableAsync(owner.PostAsync($"/todos/{id}/complete", null));
                await UnavailableAsync(owner.DeleteAsync($"/todos/{id}"));
                await UnavailableAsync(owner.PostAsync("/auth/logout", null));
                await UnavailableAsync(api.Anonymous.PostAsJsonAsync("/auth/login", new { email = $"owner@{owner.Slug}.example", ApiHost.Password }));
                await UnavailableAsync(api.Operator.GetAsync("/cc/tenants"));
                await UnavailableAsync(api.Operator.PostAsJsonAsync("/cc/tenants", new { slug = "never-" + time, name = "Never" }));
                await UnavailableAsync(api.Operator.PostAsync($"/cc/tenants/{owner.Slug}/migrate", null));
                await UnavailableAsync(api.Operator.PostAsync("/cc/migrate", null));
            }

            await HealthIsAsync("Unhealthy", HttpStatusCode.ServiceUnavailable);
            using var alive = await api.Anonymous.GetAsync("/alive");
            alive.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        finally
        {
            await api.Postgres.StartAgainAsync();

            // The test's own connections are dead too; unlike the API's, nobody asks them twice.
            api.DataSource.Clear();
        }

        await Eventually.TrueAsync(async () => (await owner.GetAsync("/todos")).StatusCode == HttpStatusCode.OK);
        (await owner.TitlesAsync()).ShouldBe(["Before"]);

        // An answer is good for a second. Whether Redis is up is another test's matter.
        await Eventually.TrueAsync(async () => (await api.Anonymous.GetAsync("/health")).StatusCode == HttpStatusCode.OK);
        await WorksAsync();
    }

    private static async Task UnavailableAsync(Task<HttpResponseMessage> request)
    {
        using var response = await request;
        await response.ShouldBeProblemSayingAsync(HttpStatusCode.ServiceUnavailable, "Try again");
        response.Headers.RetryAfter.ShouldNotBeNull();
    }

    private async Task WorksAsync()
    {
        using var owner = await api.CreateTenantAsync();
        var id = await owner.AddTodoAsync("Works");
        (await owner.TitlesAsync()).ShouldBe(["Works"]);
        using var deleted = await owner.DeleteAsync($"/todos/{id}");
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var logout = await owner.PostAsync("/auth/logout", null);
        logout.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var after = await owner.GetAsync("/todos");
        after.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    // An answer is good for a second.
    private Task HealthIsAsync(string word, HttpStatusCode status) => Eventually.TrueAsync(async () =>
    {
        using var response = await api.Anonymous.GetAsync("/health");
        return (await response.Content.ReadAsStringAsync(), response.StatusCode) == (word, status);
    });

    // Of look-ups: what limits count is there too.
    private async Task<int> KeysAsync()
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(api.Redis.ConnectionString);
        return redis.GetServer(redis.GetEndPoints().Single()).Keys(pattern: "todo:4:*").Count();
    }
}
