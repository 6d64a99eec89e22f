using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Todo.Api.Traffic;
using Todo.Tests.Api;
using Todo.Tests.Traffic;

namespace Todo.Tests.Edge;

/// <summary>Behind a proxy on this machine, and where a stranger may be wrong once.</summary>
public sealed class ProxiedHost : TrafficHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--ForwardedHeaders:KnownProxies:0=127.0.0.1", .. Limit("stranger", 1, RatePeriod.Minute, 0)];
}

/// <summary>Behind a proxy elsewhere, which is none of those who call here.</summary>
public sealed class ElsewhereProxiedHost : TrafficHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--ForwardedHeaders:KnownNetworks:0=10.1.0.0/16", .. Limit("stranger", 1, RatePeriod.Minute, 0)];
}

public sealed class KnownProxiesTests(ProxiedHost proxied, ElsewhereProxiedHost elsewhere) : IClassFixture<ProxiedHost>, IClassFixture<ElsewhereProxiedHost>
{
    [Fact]
    public async Task A_known_proxys_word_on_host_and_address_is_taken()
    {
        (await OtherTenantsStatusAsync(proxied)).ShouldBe(HttpStatusCode.Forbidden);

        // Wrong twice from one address is too much; from another it is the first time again.
        (await StrangerAsync(proxied, "192.0.2.1")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StrangerAsync(proxied, "192.0.2.1")).ShouldBe(HttpStatusCode.TooManyRequests);
        (await StrangerAsync(proxied, "192.0.2.2")).ShouldBe(HttpStatusCode.Unauthorized);

        // Whatever a caller puts in front of it, the proxy's own word is the last.
        (await StrangerAsync(proxied, "192.0.2.77, 192.0.2.1")).ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Anybody_elses_is_not()
    {
        (await OtherTenantsStatusAsync(elsewhere)).ShouldBe(HttpStatusCode.OK);
        (await StrangerAsync(elsewhere, "192.0.2.1")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StrangerAsync(elsewhere, "192.0.2.2")).ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Theory]
    [InlineData("KnownProxies:0=everybody")]
    [InlineData("KnownNetworks:0=10.1.0.0")]
    public async Task A_misspelt_proxy_is_no_reason_to_trust_anybody(string setting) =>
        (await Should.ThrowAsync<InvalidOperationException>(() => Task.Run(() => Todo.Api.Program.Build([$"--ForwardedHeaders:{setting}", "--ConnectionStrings:tododb=Host=127.0.0.1", "--ConnectionStrings:cache=127.0.0.1:1"]))))
            .Message.ShouldContain("ForwardedHeaders");

    private static async Task<HttpStatusCode> OtherTenantsStatusAsync(ApiHost api)
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.CreateTenantAsync();
        using var set = await api.Operator.PutAsJsonAsync($"/cc/tenants/{owner.Slug}/host", new { host = $"{owner.Slug}.example" });
        set.EnsureSuccessStatusCode();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/todos");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", other.Token);
        request.Headers.Add("X-Forwarded-Host", $"{owner.Slug}.example");
        request.Headers.Add("X-Forwarded-For", "192.0.2.9");
        using var response = await api.Anonymous.SendAsync(request);
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> StrangerAsync(ApiHost api, string forwarded)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/todos");
        request.Headers.Add("X-Forwarded-For", forwarded);
        using var response = await api.Anonymous.SendAsync(request);
        return response.StatusCode;
    }
}
