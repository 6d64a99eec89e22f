using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

/// <summary>A tenant may be named by the header, by a host of its own, and is named by the token: all that are given must agree.</summary>
public sealed class TenantOfRequestTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task The_token_alone_names_its_tenant()
    {
        using var owner = await api.CreateTenantAsync();
        await owner.AddTodoAsync("Mine");
        await AnswersAsync(owner.Token, HttpStatusCode.OK);
        await AnswersAsync(owner.Token, HttpStatusCode.OK, header: owner.Slug);
    }

    [Fact]
    public async Task A_host_of_its_own_agrees_with_its_tokens_only_in_any_spelling_and_with_any_port()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.CreateTenantAsync();
        var host = $"{owner.Slug}.example";

        // Asked for before anybody has it: that must not be remembered once somebody does.
        await AnswersAsync(other.Token, HttpStatusCode.OK, host: host);
        await SetHostAsync(owner.Slug, host, HttpStatusCode.OK);
        await AnswersAsync(owner.Token, HttpStatusCode.OK, host: host);
        await AnswersAsync(owner.Token, HttpStatusCode.OK, host: host.ToUpperInvariant() + ":8443");
        await AnswersAsync(owner.Token, HttpStatusCode.OK, host: host + ".", header: owner.Slug);
        await AnswersAsync(other.Token, HttpStatusCode.Forbidden, host: host);
        await AnswersAsync(other.Token, HttpStatusCode.Forbidden, host: host, header: other.Slug);
        await AnswersAsync(owner.Token, HttpStatusCode.Forbidden, host: host, header: other.Slug);
        await AnswersAsync(owner.Token, HttpStatusCode.Unauthorized, host: host, header: "nobody-knows-it");

        // A host that is nobody's is the service's own, whatever it is called.
        await AnswersAsync(other.Token, HttpStatusCode.OK, host: "shared.example");
    }

    [Fact]
    public async Task Without_a_valid_token_a_tenants_host_and_anybody_elses_get_one_answer()
    {
        using var owner = await api.CreateTenantAsync();
        var host = $"{owner.Slug}.example";
        await SetHostAsync(owner.Slug, host, HttpStatusCode.OK);
        Todo.Api.Identity.AccessToken.Create((await api.SchemaAsync(owner.Slug)).TenantId, out var guessed);
        var answers = new HashSet<string>();
        foreach (var (token, at) in new[] { (guessed, host), (guessed, "unknown.example"), ("malformed", host), ("malformed", "unknown.example") })
        {
            using var response = await SendAsync(token, at, header: null);
            answers.Add(await response.ShouldBeProblemSayingAsync(HttpStatusCode.Unauthorized, "Sign in again"));
        }

        answers.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_host_can_be_moved_and_taken_away_and_every_replica_hears_of_it()
    {
        var (replica, address) = await api.StartApiAsync(api.ConnectionString);
        await using (replica)
        {
            using var one = await api.CreateTenantAsync();
            using var two = await api.CreateTenantAsync();
            var host = $"moving-{one.Slug}.example";
            await SetHostAsync(one.Slug, host, HttpStatusCode.OK);
            await Eventually.TrueAsync(async () => await StatusAsync(address, two.Token, host) == HttpStatusCode.Forbidden);
            using var taken = await api.Operator.PutAsJsonAsync($"/cc/tenants/{two.Slug}/host", new { host });
            await taken.ShouldBeProblemSayingAsync(HttpStatusCode.Conflict, "another tenant's");

            await SetHostAsync(one.Slug, null, HttpStatusCode.OK);
            await SetHostAsync(two.Slug, host, HttpStatusCode.OK);
            await AnswersAsync(two.Token, HttpStatusCode.OK, host: host);
            await AnswersAsync(one.Token, HttpStatusCode.Forbidden, host: host);
            await Eventually.TrueAsync(async () => await StatusAsync(address, two.Token, host) == HttpStatusCode.OK && await StatusAsync(address, one.Token, host) == HttpStatusCode.Forbidden);
        }
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("a.example:80")]
    [InlineData("A.example")]
    [InlineData("-a.example")]
    [InlineData("a..example")]
    [InlineData("")]
    public async Task What_is_no_host_name_is_refused(string host)
    {
        using var owner = await api.CreateTenantAsync();
        await SetHostAsync(owner.Slug, host, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_forwarded_host_is_not_listened_to_while_no_proxy_is_configured()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.CreateTenantAsync();
        await SetHostAsync(owner.Slug, $"{owner.Slug}.example", HttpStatusCode.OK);
        using var request = Request(other.Token, null, null);
        request.Headers.Add("X-Forwarded-Host", $"{owner.Slug}.example");
        using var response = await api.Anonymous.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task SetHostAsync(string slug, string? host, HttpStatusCode expected)
    {
        using var response = await api.Operator.PutAsJsonAsync($"/cc/tenants/{slug}/host", new { host });
        response.StatusCode.ShouldBe(expected, await response.Content.ReadAsStringAsync());
    }

    private async Task AnswersAsync(string token, HttpStatusCode expected, string? host = null, string? header = null)
    {
        using var response = await SendAsync(token, host, header);
        response.StatusCode.ShouldBe(expected, $"{host} {header}");
    }

    private async Task<HttpResponseMessage> SendAsync(string token, string? host, string? header)
    {
        using var request = Request(token, host, header);
        return await api.Anonymous.SendAsync(request);
    }

    private static async Task<HttpStatusCode> StatusAsync(Uri address, string token, string host)
    {
        using var client = new HttpClient { BaseAddress = address };
        using var request = Request(token, host, null);
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }

    private static HttpRequestMessage Request(string token, string? host, string? header)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/todos");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Host = host;
        if (header is not null)
        {
            request.Headers.Add("tenant", header);
        }

        return request;
    }
}
