using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Todo.Tests.Api;

namespace Todo.Tests.Traffic;

public sealed partial class RateLimitTests(TrafficHost api) : IClassFixture<TrafficHost>
{
    [Fact]
    public async Task Every_answer_says_which_limits_hold_and_what_is_left_of_them()
    {
        using var owner = await api.CreateTenantAsync();
        for (var left = TrafficHost.TenantQuota - 1; left >= 0; left--)
        {
            using var response = await owner.GetAsync("/todos");
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            Field(response, "RateLimit-Policy").ShouldBe("\"person\";q=100001;w=11, \"tenant\";q=5;w=300");
            var limits = LimitField().Match(Field(response, "RateLimit"));
            limits.Success.ShouldBeTrue(Field(response, "RateLimit"));
            int.Parse(limits.Groups["r"].ValueSpan).ShouldBe(left);
            int.Parse(limits.Groups["t"].ValueSpan).ShouldBeInRange(1, 60);
        }
    }

    [Fact]
    public async Task Beyond_the_burst_it_is_429_with_everything_a_caller_needs_to_do_better()
    {
        using var owner = await api.CreateTenantAsync();
        await TrafficHost.AcceptedAsync(owner, TrafficHost.TenantQuota);
        for (var time = 0; time < 2; time++)
        {
            // First as Redis says, then as this process remembers.
            using var response = await owner.PostAsJsonAsync("/todos", new { title = "Too much" });
            var problem = await response.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);
            problem.GetProperty("type").GetString().ShouldBe("https://iana.org/assignments/http-problem-types#quota-exceeded");
            problem.GetProperty("violated-policies").EnumerateArray().Select(name => name.GetString()).ShouldBe(["tenant"]);
            var seconds = (int)response.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
            seconds.ShouldBeInRange(1, 60);
            problem.GetProperty("detail").GetString().ShouldBe($"More than 'tenant' allows. Try again in {seconds} s.");
            Field(response, "RateLimit").ShouldContain($"\"tenant\";r=0;t={seconds}");
            Field(response, "RateLimit-Policy").ShouldContain("\"tenant\";q=5;w=300");
        }
    }

    [Fact]
    public async Task Two_replicas_share_one_limit_and_one_tenant_s_is_not_another_s()
    {
        var (second, address) = await api.StartApiAsync(api.ConnectionString);
        await using (second)
        {
            using var busy = await api.CreateTenantAsync();
            using var busyElsewhere = new TenantClient(address, busy.Slug, busy.Token, busy.UserId);
            using var quiet = await api.CreateTenantAsync();
            var accepted = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => TrafficHost.AcceptedAsync(i % 2 == 0 ? busy : busyElsewhere, 1)));
            accepted.Sum().ShouldBe(TrafficHost.TenantQuota);
            (await TrafficHost.AcceptedAsync(quiet, 2)).ShouldBe(2);
        }
    }

    [Fact]
    public async Task Keys_carry_a_version_and_the_tenant_but_neither_token_nor_address_nor_account()
    {
        using var owner = await api.CreateTenantAsync();
        var email = $"owner@{owner.Slug}.example";
        using var signedIn = await api.SignInAsync(email, owner.Slug);
        using var response = await signedIn.GetAsync("/todos");
        using var unknown = await api.Anonymous.GetAsync("/todos");
        var tenant = (await api.SchemaAsync(owner.Slug)).TenantId;
        var keys = await api.LimitKeysAsync();
        keys.ShouldContain($"todo:limit:1:tenant:{tenant:N}");
        keys.ShouldAllBe(key => key.StartsWith("todo:limit:1:"));
        var all = string.Join('\n', keys);
        all.ShouldNotContain(signedIn.Token);
        all.ShouldNotContain("127.0.0.1");
        all.ShouldNotContain("owner@");
    }

    [Fact]
    public async Task What_is_refused_is_counted_by_policy()
    {
        using var rejections = new Measured(api, "todo.limits.rejections");
        using var owner = await api.CreateTenantAsync();
        await TrafficHost.AcceptedAsync(owner, TrafficHost.TenantQuota + 3);
        rejections.ByPolicy().ShouldBe(new Dictionary<string, long> { ["tenant"] = 3 });
    }

    [Fact]
    public async Task Operators_and_health_are_not_limited()
    {
        using var tenants = await api.Operator.GetAsync("/cc/tenants");
        tenants.StatusCode.ShouldBe(HttpStatusCode.OK);
        tenants.Headers.Contains("RateLimit").ShouldBeFalse();
        using var health = await api.Anonymous.GetAsync("/health");
        health.Headers.Contains("RateLimit").ShouldBeFalse();
        using var document = await api.Anonymous.GetAsync("/openapi/v1.json");
        Field(document, "RateLimit-Policy").ShouldStartWith("\"address\";");
    }

    private static string Field(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    [GeneratedRegex("^\"person\";r=\\d+;t=\\d+, \"tenant\";r=(?<r>\\d+);t=(?<t>\\d+)$")]
    private static partial Regex LimitField();
}
