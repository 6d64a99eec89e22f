using System.Net;
using System.Text.RegularExpressions;
using Todo.Tests.Api;

namespace Todo.Tests.Pages;

/// <summary>Each page that the API has of its own.</summary>
public sealed partial class PageTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Theory]
    [InlineData("/cc", "data-signed-in=\"no\"")]
    [InlineData("/guest", "id=\"add\"")]
    public async Task A_page_runs_nothing_but_its_own_files(string path, string content)
    {
        using var response = await api.Anonymous.GetAsync(path);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self';");
        policy.ShouldNotContain("unsafe");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldContain("require-trusted-types-for 'script'");
        response.Headers.GetValues("Referrer-Policy").Single().ShouldBe("no-referrer");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();

        var page = await response.Content.ReadAsStringAsync();
        page.ShouldContain(content);
        page.ShouldNotContain("style=");
        Handler().IsMatch(page).ShouldBeFalse();
        var loaded = Loaded().Matches(page).Select(match => match.Groups[1].Value).Distinct().ToArray();
        loaded.Length.ShouldBe(3);
        foreach (var file in loaded)
        {
            using var asset = await api.Anonymous.GetAsync(file);
            asset.StatusCode.ShouldBe(HttpStatusCode.OK, file);
            (await asset.Content.ReadAsStringAsync()).ShouldNotContain("https://");
        }
    }

    [GeneratedRegex("""(?:src|href)="(/[^"]*)" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Loaded();

    [GeneratedRegex("""\son\w+\s*=|javascript:""", RegexOptions.IgnoreCase)]
    private static partial Regex Handler();
}
