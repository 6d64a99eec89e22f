using System.Net;
using System.Net.Http.Json;
using Todo.Tests.ServiceDefaults;

namespace Todo.Tests.Telemetry;

/// <summary>Nothing is sampled, and a sign-in that fails takes longer than what is slow here.</summary>
public sealed class UnsampledHost : TelemetryHost
{
    /// <inheritdoc/>
    protected override string Sampled => "0";

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => [.. base.Arguments, "--SignIn:AnswerTime=00:00:03", "--Telemetry:SlowRequest=00:00:02.5"];
}

[Collection(RunAlone.Name)]
public sealed class SamplingTests(UnsampledHost api) : IClassFixture<UnsampledHost>
{
    [Fact]
    public async Task Of_what_is_not_sampled_errors_and_slow_requests_are_sent_whole_and_nothing_else()
    {
        using var owner = await api.CreateTenantAsync();
        (await owner.TitlesAsync()).ShouldBeEmpty();
        using (var slow = await api.Anonymous.PostAsJsonAsync("/auth/login", new { email = $"owner@{owner.Slug}.example", password = "wrong" }))
        {
            slow.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        await api.ExecuteAsync($"ALTER TABLE {await api.SchemaAsync(owner.Slug)}.todos RENAME TO elsewhere");
        using (var failed = await owner.GetAsync("/todos"))
        {
            failed.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        }

        var found = await api.UntilAsync("/api/traces?limit=1000", page => page.GetProperty("traces").GetArrayLength() >= 2);
        var traces = found.GetProperty("traces").EnumerateArray().ToDictionary(trace => trace.GetProperty("name").GetString()!, trace => trace.GetProperty("traceId").GetString()!);
        traces.Remove("Microsoft.AspNetCore.Hosting.HttpRequestIn");
        traces.Keys.ShouldBe(["POST /auth/login", "GET /todos/"], ignoreOrder: true);
        (await api.TraceAsync(traces["POST /auth/login"], "password check", "SELECT sign_ins")).Roots.ShouldHaveSingleItem();
        (await api.TraceAsync(traces["GET /todos/"], "EVALSHA", "SELECT todos")).Roots.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_caller_who_samples_is_followed()
    {
        using var request = RequestTraceTests.Request(HttpMethod.Get, "/openapi/v1.json", out var id);
        using var response = await api.Anonymous.SendAsync(request);
        (await api.TraceAsync(id, "GET /openapi/{documentName}.json")).Spans.ShouldNotBeEmpty();
    }
}
