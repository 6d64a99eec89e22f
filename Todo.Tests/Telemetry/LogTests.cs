using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Todo.Tests.Architecture;
using Todo.Tests.ServiceDefaults;

namespace Todo.Tests.Telemetry;

[Collection(RunAlone.Name)]
public sealed partial class LogTests(TelemetryHost api) : IClassFixture<TelemetryHost>
{
    [Fact]
    public async Task A_line_that_a_request_logs_has_its_trace_its_tenant_and_its_person()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        await api.ExecuteAsync($"ALTER TABLE {schema}.todos RENAME TO elsewhere");
        using var request = RequestTraceTests.Request(HttpMethod.Get, "/todos", out var id);
        using var response = await owner.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);

        var page = await api.UntilAsync($"/api/logs?trace={id}&level=Error", page => page.GetProperty("entries").GetArrayLength() > 0);
        foreach (var entry in page.GetProperty("entries").EnumerateArray())
        {
            entry.GetProperty("spanId").GetString().ShouldNotBeNullOrEmpty();
            Attribute(entry, "tenant.id").ShouldBe(schema.TenantId.ToString());
            Attribute(entry, "enduser.id").ShouldBe(owner.UserId.ToString());
            Attribute(entry, "RequestPath").ShouldBe("/todos", "a scope of the framework's");
        }
    }

    [Fact]
    public void Every_line_of_ours_is_generated_at_build_time()
    {
        var written = Directory.EnumerateFiles(Checkout.Root, "*.cs", SearchOption.AllDirectories)
            .Where(file => Product().IsMatch(Path.GetRelativePath(Checkout.Root, file).Replace('\\', '/')))
            .Where(file => ByHand().IsMatch(File.ReadAllText(file)));
        written.ShouldBeEmpty("these lines are formatted although nobody may listen: use LoggerMessage");
    }

    private static string? Attribute(JsonElement entry, string name) => entry.GetProperty("attributes").TryGetProperty(name, out var value) ? value.GetString() : null;

    [GeneratedRegex("^Todo\\.(Api|Data|MigrationWorker|ServiceDefaults|Tenancy|Scheduling)/(?!.*(^|/)(obj|bin)/)")]
    private static partial Regex Product();

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(""")]
    private static partial Regex ByHand();
}
