using System.Net.Http.Json;
using System.Text.Json;
using Todo.Data;
using Todo.Tenancy.Provisioning;
using Todo.Tests.Servers;
using Todo.Tests.ServiceDefaults;

namespace Todo.Tests.Telemetry;

/// <summary>Nothing is sampled: runs are sent all the same.</summary>
public sealed class RunsHost : TelemetryHost
{
    /// <inheritdoc/>
    protected override string Sampled => "0";
}

[Collection(RunAlone.Name)]
public sealed class RunTraceTests(RunsHost api) : IClassFixture<RunsHost>
{
    [Fact]
    public async Task A_run_is_one_trace_with_a_span_for_each_wave_and_tenant_and_the_statements_below()
    {
        var provisioner = new TenantProvisioner(api.DataSource, MigrationLines.Tenant.UpTo(MigrationLines.Tenant.Steps[^2].Id));
        var ids = new List<string>();
        foreach (var slug in (string[])["one", "two", "three"])
        {
            ids.Add((await provisioner.ProvisionAsync("run-" + slug, "Run", seed: null, CancellationToken.None)).Id.ToString());
        }

        using var started = await api.Operator.PostAsJsonAsync("/cc/runs", new { waves = "1,100%" });
        started.EnsureSuccessStatusCode();
        var run = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run").GetProperty("id").GetString();
        await Eventually.TrueAsync(async () => (await api.TracesAsync("attribute=todo.run.id=" + run)).Count > 0);

        var found = (await api.TracesAsync("attribute=todo.run.id=" + run)).ShouldHaveSingleItem();
        var trace = await api.TraceAsync(found.GetProperty("traceId").GetString()!, "fleet run");
        var root = trace.Roots.ShouldHaveSingleItem();
        root.Name.ShouldBe("fleet run");
        root["todo.run.state"].ShouldBe("completed");
        trace.Spans.Count(span => span.Name == "fleet wave").ShouldBe(2);
        var tenants = trace.Spans.Where(span => span.Name == "tenant migrate").ToArray();
        tenants.Select(span => span["tenant.id"]).ShouldBe(ids, ignoreOrder: true);
        tenants.ShouldAllBe(span => span["todo.migration.outcome"] == "applied");
        foreach (var tenant in tenants)
        {
            trace.Above(tenant).ShouldBe(["fleet wave", "fleet run"]);
            trace.Spans.ShouldContain(span => span.Scope == "Npgsql" && span.ParentId == tenant.Id);
        }

        // Nothing failed, so nothing says so: not even the question for a next tenant when there is none.
        trace.Spans.ShouldAllBe(span => !span.IsError);
        found.GetProperty("traceId").GetString().ShouldNotBeNull();
    }
}
