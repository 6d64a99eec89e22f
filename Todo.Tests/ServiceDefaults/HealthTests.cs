using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using StackExchange.Redis;
using Todo.AppHost.Embedded;

using Todo.Tests.Servers;

namespace Todo.Tests.ServiceDefaults;

public sealed class HealthTests : IAsyncLifetime
{
    private EmbeddedServer _postgres = null!;
    private EmbeddedServer _redis = null!;

    public async Task InitializeAsync()
    {
        _postgres = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway);
        _redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway);
    }

    public async Task DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task With_everything_up_both_answers_are_Healthy_and_nothing_else()
    {
        await using var service = await StartAsync();

        // On a busy machine Redis is connected somewhat later.
        bool? isNotStored = null;
        await Eventually.TrueAsync(async () =>
        {
            using var ready = await service.Http.GetAsync("/health");
            isNotStored = ready.Headers.CacheControl?.NoStore;
            return (ready.StatusCode, await ready.Content.ReadAsStringAsync()) == (HttpStatusCode.OK, "Healthy");
        });
        using var alive = await service.Http.GetAsync("/alive");

        isNotStored.ShouldBe(true);
        alive.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await alive.Content.ReadAsStringAsync()).ShouldBe("Healthy");
    }

    [Fact]
    public async Task Redis_going_away_makes_it_Degraded_but_still_ready_and_coming_back_heals_it()
    {
        await using var service = await StartAsync();

        await _redis.StopAsync();
        await Eventually.TrueAsync(async () => await AnswerAsync(service, "/health") == (HttpStatusCode.OK, "Degraded"));
        await _redis.StartAgainAsync();
        await Eventually.TrueAsync(async () => await AnswerAsync(service, "/health") == (HttpStatusCode.OK, "Healthy"));
    }

    [Fact]
    public async Task A_service_that_starts_without_Redis_finds_it_later()
    {
        await _redis.StopAsync();
        await using var service = await StartAsync();

        await Eventually.TrueAsync(async () => await AnswerAsync(service, "/health") == (HttpStatusCode.OK, "Degraded"));
        await _redis.StartAgainAsync();
        await Eventually.TrueAsync(async () => await AnswerAsync(service, "/health") == (HttpStatusCode.OK, "Healthy"));

        var redis = (IConnectionMultiplexer)service.App.Services.GetService(typeof(IConnectionMultiplexer))!;
        await redis.GetDatabase().StringSetAsync("greeting", "hello");
        ((string?)await redis.GetDatabase().StringGetAsync("greeting")).ShouldBe("hello");
    }

    [Fact]
    public async Task Without_PostgreSQL_it_is_alive_but_not_ready_and_tells_no_secret()
    {
        await using var service = await StartAsync();

        await _postgres.StopAsync();

        (await AnswerAsync(service, "/health")).ShouldBe((HttpStatusCode.ServiceUnavailable, "Unhealthy"));
        (await AnswerAsync(service, "/alive")).ShouldBe((HttpStatusCode.OK, "Healthy"));
    }

    [Fact]
    public async Task A_missing_connection_string_is_not_ready_rather_than_an_error()
    {
        await using var service = await ServiceUnderTest.StartAsync(new() { ["ConnectionStrings:cache"] = _redis.ConnectionString });

        (await AnswerAsync(service, "/health")).ShouldBe((HttpStatusCode.ServiceUnavailable, "Unhealthy"));
    }

    [Fact]
    public async Task Health_is_answered_ahead_of_middleware_that_refuses_everyone()
    {
        await using var service = await StartAsync(app => app.Use((HttpContext context, RequestDelegate _) =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        }));

        await Eventually.TrueAsync(async () => await AnswerAsync(service, "/health") == (HttpStatusCode.OK, "Healthy"));
        (await AnswerAsync(service, "/anything-else")).Item1.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private Task<ServiceUnderTest> StartAsync(Action<WebApplication>? map = null) => ServiceUnderTest.StartAsync(
        new()
        {
            ["ConnectionStrings:tododb"] = _postgres.ConnectionString,
            ["ConnectionStrings:cache"] = _redis.ConnectionString,
        },
        map);

    private static async Task<(HttpStatusCode Status, string Body)> AnswerAsync(ServiceUnderTest service, string path)
    {
        using var answer = await service.Http.GetAsync(path);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
