using System.Net;
using System.Text.RegularExpressions;
using Todo.Tests.Api;

namespace Todo.Tests.Edge;

public sealed partial class SecurityHeadersTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Theory]
    [InlineData("/todos", HttpStatusCode.Unauthorized)]
    [InlineData("/nothing/here", HttpStatusCode.NotFound)]
    [InlineData("/health", HttpStatusCode.OK)]
    [InlineData("/openapi/v1.json", HttpStatusCode.OK)]
    [InlineData("/docs/index.html", HttpStatusCode.OK)]
    [InlineData("/todos?limit=many", HttpStatusCode.BadRequest)]
    public async Task Every_answer_has_them(string path, HttpStatusCode status)
    {
        using var owner = await api.CreateTenantAsync();
        using var response = await (status == HttpStatusCode.BadRequest ? owner : api.Anonymous).GetAsync(path);
        response.StatusCode.ShouldBe(status);
        Field(response, "X-Content-Type-Options").ShouldBe("nosniff");
        Field(response, "X-Frame-Options").ShouldBe("DENY");
        Field(response, "Referrer-Policy").ShouldBe("no-referrer");
        Field(response, "Content-Security-Policy").ShouldContain("default-src 'none'");
        Field(response, "Content-Security-Policy").ShouldContain("frame-ancestors 'none'");
        Field(response, "Strict-Transport-Security").ShouldContain("max-age=31536000");
        response.Headers.Contains("Server").ShouldBeFalse();
    }

    [Fact]
    public async Task The_documentation_has_no_script_of_its_own_in_the_page_so_that_its_policy_allows_none()
    {
        using var response = await api.Anonymous.GetAsync("/docs/index.html");
        var policy = Field(response, "Content-Security-Policy");
        policy.ShouldContain("script-src 'self';");
        var page = await response.Content.ReadAsStringAsync();
        var scripts = Scripts().Matches(page);
        scripts.Count.ShouldBeGreaterThan(0);
        foreach (Match script in scripts)
        {
            script.Groups["body"].Value.Trim().ShouldBe("");
            using var loaded = await api.Anonymous.GetAsync("/docs/" + script.Groups["source"].Value.TrimStart('.', '/'));
            loaded.StatusCode.ShouldBe(HttpStatusCode.OK, script.Value);
        }
    }

    [Fact]
    public async Task Answers_with_peoples_data_are_stored_nowhere()
    {
        using var owner = await api.CreateTenantAsync();
        using var response = await owner.GetAsync("/todos");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    private static string Field(HttpResponseMessage response, string name) => string.Join(',', response.Headers.GetValues(name));

    [GeneratedRegex("""<script[^>]*?(?:src="(?<source>[^"]*)")?[^>]*>(?<body>[^<]*)</script>""")]
    private static partial Regex Scripts();
}
