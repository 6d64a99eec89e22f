using System.Net;
using System.Net.Http.Json;
using Todo.Api.Traffic;
using Todo.Tests.Api;

namespace Todo.Tests.Traffic;

/// <summary>Where three tries a minute are all that strangers and accounts have.</summary>
public sealed class StrictHost : TrafficHost
{
    public const int Tries = 3;

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments =>
    [
        .. Limit("stranger", 1, RatePeriod.Minute, Tries - 1),
        .. Limit("sign-in-account", 1, RatePeriod.Minute, Tries - 1),
        "--Logging:Console:LogLevel:Default=None",
    ];
}

public sealed class StrangerTests(StrictHost api) : IClassFixture<StrictHost>
{
    [Fact]
    public async Task Passwords_of_an_account_can_be_tried_a_few_times_only_in_whatever_spelling_and_other_accounts_are_not_touched()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.CreateTenantAsync();
        string[] spellings = [$"owner@{owner.Slug}.example", $" Owner@{owner.Slug}.example", $"OWNER@{owner.Slug.ToUpperInvariant()}.EXAMPLE"];
        foreach (var spelling in spellings)
        {
            (await TryAsync(spelling, "wrong password")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        // Now the right one does not help either.
        using var refused = await TryAsync(spellings[0], ApiHost.Password);
        var problem = await refused.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);
        problem.GetProperty("violated-policies")[0].GetString().ShouldBe("sign-in-account");
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await TryAsync($"owner@{other.Slug}.example", ApiHost.Password)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_tries_wrong_tokens_and_keys_is_refused_by_address_and_a_right_token_of_that_address_still_works()
    {
        using var owner = await api.CreateTenantAsync();
        using var wrong = new HttpClient { BaseAddress = api.Address };
        wrong.DefaultRequestHeaders.Add("X-Operator-Key", "a guess");
        wrong.DefaultRequestHeaders.Add("tenant", owner.Slug);
        using var rejections = new Measured(api, "todo.limits.rejections");
        for (var i = 0; i < StrictHost.Tries; i++)
        {
            (await wrong.GetAsync(i % 2 == 0 ? "/todos" : "/cc/tenants")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        await (await wrong.GetAsync("/todos")).ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);
        await (await wrong.GetAsync("/cc/tenants")).ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);

        // Guessing on would be worth nothing: not even the right key is heard now.
        (await api.Operator.GetAsync("/cc/tenants")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        rejections.Of("stranger").ShouldBe(3);
        (await api.Operator.GetStringAsync("/health")).ShouldBe("Healthy", "one word, as for everybody");
    }

    private Task<HttpResponseMessage> TryAsync(string email, string password) => api.Anonymous.PostAsJsonAsync("/auth/login", new { email, password });
}
