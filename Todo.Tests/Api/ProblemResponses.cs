using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Todo.Tests.Api;

/// <summary>What every refusal must look like: RFC 9457, traceable, and silent about our insides.</summary>
internal static partial class ProblemResponses
{
    /// <summary>Checks the answer and returns its body.</summary>
    public static async Task<JsonElement> ShouldBeProblemAsync(this HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, text);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", text);
        Insides().Match(text).Value.ShouldBe("", text);
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        problem.GetProperty("status").GetInt32().ShouldBe((int)status);
        problem.GetProperty("title").GetString().ShouldNotBeNullOrWhiteSpace();
        problem.GetProperty("traceId").GetString().ShouldNotBeNullOrWhiteSpace();
        if (status == HttpStatusCode.ServiceUnavailable)
        {
            response.Headers.RetryAfter?.Delta.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);
        }

        return problem;
    }

    /// <summary>As above, and what it says for people.</summary>
    public static async Task<string> ShouldBeProblemSayingAsync(this HttpResponseMessage response, HttpStatusCode status, string part)
    {
        var problem = await response.ShouldBeProblemAsync(status);
        var detail = problem.GetProperty("detail").GetString()!;
        detail.ShouldContain(part);
        return detail;
    }

    // Names of exceptions and of our and others' namespaces, frames of a stack, source files, SQL, schemas.
    [GeneratedRegex(@"\w+Exception\b|\b(?:System|Microsoft|Npgsql|StackExchange|Todo)\.[A-Z]|\n\s+at |\.cs\b|:line \d|SELECT |INSERT |UPDATE |DELETE FROM|SQLSTATE|\bt_[0-9a-f]{32}|127\.0\.0\.1")]
    private static partial Regex Insides();
}
