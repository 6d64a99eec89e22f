using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Todo.ServiceDefaults;
using Todo.Tests.ServiceDefaults;

namespace Todo.Tests.Telemetry;

[Collection(RunAlone.Name)]
public sealed class PropagationTests
{
    [Theory]
    [InlineData("http://localhost:5000/", true)]
    [InlineData("http://127.0.0.1/", true)]
    [InlineData("https://billing/", true)]
    [InlineData("https://billing.example.com/", true)]
    [InlineData("https://a.inside.example.com/", true)]
    [InlineData("https://inside.example.com/", false)]
    [InlineData("https://example.com/", false)]
    [InlineData("https://billing.example.com.evil.example/", false)]
    [InlineData("https://10.0.0.8/", false)]
    [InlineData("https://[2001:db8::1]/", false)]
    public void The_trace_goes_on_only_at_hosts_of_the_same_system(string url, bool isOurs)
    {
        var propagation = new TracePropagation(new ConfigurationBuilder().AddInMemoryCollection([new("Telemetry:PropagateTo", "billing.example.com, *.inside.example.com")]).Build());
        using var activity = new Activity("call").AddBaggage("tenant.id", "somebody").Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        var sent = new Dictionary<string, string>();
        propagation.Inject(activity, request, (_, field, value) => sent.Add(field, value));

        sent.Keys.ShouldBe(isOurs ? ["traceparent"] : []);
    }

    [Fact]
    public async Task A_client_of_ours_hands_the_trace_on_and_keeps_the_tenant_to_itself()
    {
        await using var there = await OtherService.StartAsync();
        await using var service = await ServiceUnderTest.StartAsync(new() { ["ConnectionStrings:cache"] = $"127.0.0.1:{ClosedPort.Find()}" }, app => app.MapGet("/work", async (IHttpClientFactory clients) =>
        {
            Activity.Current!.AddBaggage("tenant.id", "somebody");
            using var client = clients.CreateClient("other");
            await client.GetAsync(there.Address);
        }));
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/work");
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        using var response = await service.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();

        there.Received["traceparent"].ShouldContain(trace);
        there.Received.Keys.ShouldNotContain("baggage");
        there.Received.Keys.ShouldNotContain("Correlation-Context");
    }

    private sealed class OtherService(WebApplication app) : IAsyncDisposable
    {
        public Uri Address => new(app.Urls.Single());

        public Dictionary<string, string> Received { get; } = new(StringComparer.OrdinalIgnoreCase);

        public static async Task<OtherService> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var service = new OtherService(app);
            app.MapGet("/", (HttpRequest request) =>
            {
                foreach (var header in request.Headers)
                {
                    service.Received[header.Key] = header.Value.ToString();
                }
            });
            await app.StartAsync();
            return service;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
