using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Data;
using Todo.Tests.ServiceDefaults;

namespace Todo.Tests.Telemetry;

/// <summary>Two tenants are named in measurements, no more.</summary>
public sealed class MeasuredHost : TelemetryHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => [.. base.Arguments, "--Telemetry:Tenants=2"];
}

[Collection(RunAlone.Name)]
public sealed class MetricTests(MeasuredHost api) : IClassFixture<MeasuredHost>
{
    private static readonly string[] Framework =
    [
        "http.server.request.duration", "kestrel.active_connections", "dotnet.gc.collections", "db.client.operation.duration", "db.client.connection.count",
    ];

    [Fact]
    public async Task The_framework_the_database_client_and_the_service_itself_are_measured()
    {
        using var owner = await api.CreateTenantAsync();
        await owner.TitlesAsync();
        await api.ResetTokenAsync($"owner@{owner.Slug}.example");
        foreach (var password in (string[])[Api.ApiHost.Password, "wrong"])
        {
            using var login = await api.Anonymous.PostAsJsonAsync("/auth/login", new { email = $"owner@{owner.Slug}.example", password });
        }

        string[] ours = ["todo.lookups.misses", "todo.limits.duration", "todo.sign_ins", "todo.mail.attempts", "todo.mail.delay", "todo.mail.waiting", "todo.mail.lag", "todo.tenants", "todo.tenants.requests", "todo.tenants.duration"];
        (string Name, string Dimension, string Value)[] values =
        [
            ("todo.sign_ins", "outcome", "succeeded"), ("todo.sign_ins", "outcome", "wrong_password"), ("todo.mail.attempts", "template", "password_reset"),
            ("todo.tenants", "version", MigrationLines.Tenant.Head.Id), ("todo.tenants", "status", "active"),
        ];
        var all = await api.UntilAsync("/api/metrics", page =>
            Framework.Concat(ours).All(name => page.EnumerateArray().Any(one => Name(one) == name))
            && values.All(value => page.EnumerateArray().Any(one => Name(one) == value.Name && Values(one, value.Dimension).Contains(value.Value))));
        var byName = all.EnumerateArray().ToLookup(Name);
        Values(byName["todo.sign_ins"].Single(), "outcome").ShouldBe(["succeeded", "wrong_password"], ignoreOrder: true);
        Values(byName["todo.mail.attempts"].Single(), "template").ShouldContain("password_reset");
        Values(byName["todo.tenants"].Single(), "version").ShouldContain(MigrationLines.Tenant.Head.Id);
        Values(byName["todo.tenants"].Single(), "status").ShouldContain("active");
        byName["todo.tenants.duration"].Single().GetProperty("unit").GetString().ShouldBe("s");
    }

    [Fact]
    public async Task Of_many_tenants_a_few_are_named_and_the_rest_are_one()
    {
        for (var i = 0; i < 5; i++)
        {
            using var owner = await api.CreateTenantAsync();
            await owner.TitlesAsync();
            await api.ExecuteAsync($"ALTER TABLE {await api.SchemaAsync(owner.Slug)}.todos RENAME TO elsewhere");
            using var failed = await owner.GetAsync("/todos");
            failed.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        }

        var all = await api.UntilAsync("/api/metrics", page => page.EnumerateArray().Any(one => Name(one) == "todo.tenants.errors" && Values(one, "tenant.id").Contains("other")));
        foreach (var name in (string[])["todo.tenants.requests", "todo.tenants.errors", "todo.tenants.duration"])
        {
            Values(all.EnumerateArray().Single(one => Name(one) == name), "tenant.id").Length.ShouldBeLessThanOrEqualTo(3);
        }
    }

    [Fact]
    public async Task A_measurement_leads_to_the_trace_it_was_made_in()
    {
        using var owner = await api.CreateTenantAsync();
        await owner.TitlesAsync();

        var chart = await api.UntilAsync(
            "/api/metrics/chart?service=api&meter=Todo.Api&name=todo.tenants.duration", chart => chart.TryGetProperty("exemplars", out var exemplars) && exemplars.GetArrayLength() > 0);
        var trace = chart.GetProperty("exemplars")[0].GetProperty("traceId").GetString()!;
        (await api.TraceAsync(trace)).Spans.ShouldNotBeEmpty();
    }

    private static string Name(JsonElement instrument) => instrument.GetProperty("name").GetString()!;

    private static string[] Values(JsonElement instrument, string dimension) =>
        instrument.GetProperty("dimensions").TryGetProperty(dimension, out var values) ? [.. values.EnumerateArray().Select(value => value.GetString()!)] : [];
}
