using Todo.Tests.Api;

namespace Todo.Tests.Edge;

/// <summary>Where one origin may call.</summary>
public sealed class OneOriginHost : ApiHost
{
    public const string Origin = "https://app.todo.example";

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--Cors:Origins:0=" + Origin];
}

public sealed class CrossOriginTests(ApiHost closed, OneOriginHost open) : IClassFixture<ApiHost>, IClassFixture<OneOriginHost>
{
    private const string Allowed = "Access-Control-Allow-Origin";

    [Fact]
    public async Task No_origin_may_call_while_none_is_configured()
    {
        using var preflight = await PreflightAsync(closed, OneOriginHost.Origin);
        preflight.Headers.Contains(Allowed).ShouldBeFalse();
        using var actual = await ActualAsync(closed, OneOriginHost.Origin);
        actual.Headers.Contains(Allowed).ShouldBeFalse();
    }

    [Fact]
    public async Task The_configured_one_may_and_others_may_not()
    {
        using var preflight = await PreflightAsync(open, OneOriginHost.Origin);
        preflight.Headers.GetValues(Allowed).ShouldBe([OneOriginHost.Origin]);
        string.Join(',', preflight.Headers.GetValues("Access-Control-Allow-Headers")).ShouldContain("Authorization");
        preflight.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
        using var actual = await ActualAsync(open, OneOriginHost.Origin);
        actual.Headers.GetValues(Allowed).ShouldBe([OneOriginHost.Origin]);
        foreach (var other in (string[])["https://evil.example", "http://app.todo.example", "https://app.todo.example.evil.example", "null"])
        {
            using var refused = await PreflightAsync(open, other);
            refused.Headers.Contains(Allowed).ShouldBeFalse(other);
            using var unread = await ActualAsync(open, other);
            unread.Headers.Contains(Allowed).ShouldBeFalse(other);
        }
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://a.example,https://b.example")]
    [InlineData("app.todo.example")]
    [InlineData("https://app.todo.example/")]
    public void What_is_not_one_origin_does_not_start(string origin) =>
        Should.Throw<InvalidOperationException>(() => Todo.Api.Program.Build(["--Cors:Origins:0=" + origin])).Message.ShouldContain("Cors:Origins");

    private static async Task<HttpResponseMessage> PreflightAsync(ApiHost api, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/todos");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        return await api.Anonymous.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> ActualAsync(ApiHost api, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/todos");
        request.Headers.Add("Origin", origin);
        return await api.Anonymous.SendAsync(request);
    }
}
