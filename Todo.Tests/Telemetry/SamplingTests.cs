using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
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
    private const string Sampled = "GET /openapi/{documentName}.json";

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

        var found = await api.UntilAsync("/api/traces?limit=1000", page => Traces(page).Any(IsSlow) && Traces(page).Any(IsFailed));
        (await api.TraceAsync(Id(Traces(found).Single(IsSlow)), "password check", "SELECT sign_ins")).Roots.ShouldHaveSingleItem();
        (await api.TraceAsync(Id(Traces(found).Single(IsFailed)), "EVALSHA", "SELECT todos")).Roots.ShouldHaveSingleItem();

        // On a busy machine others may have been slow as well. The receiver, which is in this process, is heard of too, and what the other test asks for is sampled.
        Traces(found).Where(trace => Name(trace) is not ("Microsoft.AspNetCore.Hosting.HttpRequestIn" or Sampled))
            .ShouldAllBe(trace => trace.GetProperty("errors").GetInt32() > 0 || trace.GetProperty("duration").GetDouble() >= 2500);

        static bool IsSlow(JsonElement trace) => Name(trace) == "POST /auth/login";

        static bool IsFailed(JsonElement trace) => Name(trace) == "GET /todos/" && trace.GetProperty("errors").GetInt32() > 0;
    }

    [Fact]
    public async Task A_caller_who_samples_is_followed()
    {
        using var request = RequestTraceTests.Request(HttpMethod.Get, "/openapi/v1.json", out var id);
        using var response = await api.Anonymous.SendAsync(request);
        (await api.TraceAsync(id, Sampled)).Spans.ShouldNotBeEmpty();
    }

    private static JsonElement[] Traces(JsonElement page) => [.. page.GetProperty("traces").EnumerateArray()];

    private static string Name(JsonElement trace) => trace.GetProperty("name").GetString()!;

    private static string Id(JsonElement trace) => trace.GetProperty("traceId").GetString()!;
}
