using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Todo.Tests.Embedded;
using Todo.Tests.EndToEnd;
using Todo.Tests.LocalAspire.Browser;
using Todo.Tests.Servers;

namespace Todo.Tests.LocalAspire.Dashboard;

/// <summary>What a developer sees of the whole system: a request to it can be followed from the dashboard alone.</summary>
public sealed class DashboardEndToEndTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _data = new();
    private readonly HttpClient _reader = new();
    private DistributedApplication _app = null!;

    public async Task InitializeAsync()
    {
        _app = await DemoSystem.BuildAsync(_data, withDashboard: true);
        await DemoSystem.StartAsync(_app);
        var server = _app.Services.GetRequiredService<DashboardService>().Server!;
        _reader.BaseAddress = new(server.Url);
        _reader.DefaultRequestHeaders.Authorization = new("Bearer", server.Token);
    }

    public async Task DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public void Dispose()
    {
        _reader.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task A_request_can_be_followed_through_traces_logs_and_metrics()
    {
        using var bakery = await DemoSystem.SignInAsync(_app, "alice@bakery.example");
        using var garage = await DemoSystem.SignInAsync(_app, "carol@garage.example");
        await bakery.AddTodoAsync("Flour");
        await garage.AddTodoAsync("Oil");

        // Its spans: the request itself, and under it the statements to the database.
        var traces = await UntilAsync("/api/traces?resource=api&text=POST", page => page.GetProperty("traces").EnumerateArray().Count(trace => trace.GetProperty("name").GetString()!.StartsWith("POST /todos", StringComparison.Ordinal)) >= 2);
        var requests = traces.GetProperty("traces").EnumerateArray().Where(trace => trace.GetProperty("name").GetString()!.StartsWith("POST /todos", StringComparison.Ordinal)).ToArray();
        requests.Select(trace => trace.GetProperty("tenant").GetString()).Distinct().Count().ShouldBe(2);
        var id = requests[0].GetProperty("traceId").GetString();
        var trace = await UntilAsync($"/api/traces/{id}", found => Scopes(found).Contains("Npgsql"));
        var spans = trace.GetProperty("spans").EnumerateArray().ToArray();
        var root = spans.Single(span => !span.TryGetProperty("parentId", out _)).GetProperty("spanId").GetString();
        spans.Single(span => span.GetProperty("spanId").GetString() == root).GetProperty("scope").GetString().ShouldBe("Microsoft.AspNetCore");
        spans.ShouldContain(span => span.GetProperty("scope").GetString() == "Npgsql" && span.GetProperty("parentId").GetString() == root);

        // It was the session's first, so memory did not know it, and the cache was asked, and the limiter.
        spans.ShouldContain(span => span.GetProperty("scope").GetString() == "Todo.Api" && span.GetProperty("name").GetString() == "lookup");
        spans.ShouldContain(span => span.GetProperty("scope").GetString() == "Todo.Api" && span.GetProperty("name").GetString() == "EVALSHA");

        // The migration run: one trace, and what it logged is part of it.
        var log = (await UntilAsync("/api/logs?resource=migrations&text=Tenants", page => page.GetProperty("entries").GetArrayLength() > 0)).GetProperty("entries")[0];
        var run = await UntilAsync($"/api/traces/{log.GetProperty("traceId").GetString()}", found => found.GetProperty("spans").EnumerateArray().Any(span => span.GetProperty("name").GetString() == "migrate"));
        run.GetProperty("logs").EnumerateArray().Select(entry => entry.GetProperty("number").GetInt64()).ShouldContain(log.GetProperty("number").GetInt64());

        // A run over the two of them, started by an operator: a span for each, under one trace, on which they both are.
        using var client = _app.CreateHttpClient("api", "http");
        client.DefaultRequestHeaders.Add("X-Operator-Key", DemoSystem.OperatorKey);
        await BrowserHost.RollBackAsync(client, [bakery.Slug, garage.Slug], to: "-1");
        using var started = await client.PostAsJsonAsync("/cc/runs", new { tenants = new[] { bakery.Slug, garage.Slug } });
        started.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted);
        var applied = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run").GetProperty("id").GetString();
        JsonElement fleet = default;
        await Eventually.TrueAsync(async () =>
        {
            foreach (var candidate in (await _reader.GetFromJsonAsync<JsonElement>("/api/traces?resource=api&text=fleet+run")).GetProperty("traces").EnumerateArray())
            {
                fleet = await _reader.GetFromJsonAsync<JsonElement>($"/api/traces/{candidate.GetProperty("traceId").GetString()}");
                if (fleet.ToString().Contains(applied!, StringComparison.Ordinal) && Named(fleet, "tenant migrate").Length == 2)
                {
                    return true;
                }
            }

            return false;
        });
        var wave = Named(fleet, "fleet wave").Single().GetProperty("spanId").GetString();
        Named(fleet, "tenant migrate").ShouldAllBe(span => span.GetProperty("parentId").GetString() == wave);
        Scopes(fleet).ShouldContain("Npgsql");

        // The metric that moved.
        await UntilAsync(
            "/api/metrics/chart?service=api&meter=Microsoft.AspNetCore.Hosting&name=http.server.request.duration&by=http.route",
            chart => chart.GetProperty("lines").EnumerateArray().Any(line =>
                line.GetProperty("label").GetString()!.StartsWith("/todos", StringComparison.Ordinal) && line.GetProperty("values").EnumerateArray().Any(value => value.ValueKind == JsonValueKind.Number)));
    }

    [Fact]
    public async Task The_projects_are_told_where_telemetry_goes_and_no_secret_is_shown()
    {
        var text = await _reader.GetStringAsync("/api/resources");
        text.ShouldNotContain(DemoSystem.OperatorKey);
        text.ShouldNotContain(DemoSystem.Password);

        var api = JsonDocument.Parse(text).RootElement.EnumerateArray().Single(resource => resource.GetProperty("name").GetString() == "api");
        var environment = api.GetProperty("environment").EnumerateArray().ToDictionary(
            variable => variable.GetProperty("name").GetString()!, variable => variable.TryGetProperty("value", out var value) ? value.GetString() : null);
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"].ShouldBe(_app.Services.GetRequiredService<DashboardService>().Server!.OtlpUrl);
        environment["OTEL_EXPORTER_OTLP_PROTOCOL"].ShouldBe("http/protobuf");
        environment["OTEL_EXPORTER_OTLP_HEADERS"].ShouldBeNull("it holds the key");
        environment["OTEL_SERVICE_NAME"].ShouldBe("api");
        environment["OTEL_RESOURCE_ATTRIBUTES"].ShouldBe("service.instance.id=api");

        using var response = await _reader.PostAsync("/api/resources/api/commands/fleet-status", null);
        var outcome = await response.Content.ReadFromJsonAsync<JsonElement>();
        outcome.GetProperty("success").GetBoolean().ShouldBeTrue();
        outcome.GetProperty("data").GetString()!.ShouldContain("tenants", Case.Insensitive);
    }

    private static JsonElement[] Named(JsonElement trace, string name) => [.. trace.GetProperty("spans").EnumerateArray().Where(span => span.GetProperty("name").GetString() == name)];

    private static string[] Scopes(JsonElement trace) => [.. trace.GetProperty("spans").EnumerateArray().Select(span => span.GetProperty("scope").GetString()!)];

    // Telemetry is sent about once a second.
    private async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> isThere)
    {
        JsonElement found = default;
        await Eventually.TrueAsync(async () => isThere(found = await _reader.GetFromJsonAsync<JsonElement>(path)));
        return found;
    }
}
