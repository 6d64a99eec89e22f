using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Todo.Data;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Provisioning;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

public sealed class FleetTests(ApiHost api) : IClassFixture<ApiHost>, IAsyncLifetime
{
    // An index, so that going there takes a moment and going back loses nothing.
    private const string Index = "20261126013000_IndexDeletedTodos";

    private static readonly string Old = MigrationLines.Tenant.UpTo(Index).Steps[^2].Id;

    /// <summary>What a test has left open would keep the next one from starting.</summary>
    public async Task InitializeAsync() => await api.ExecuteAsync("UPDATE migration_runs SET state = 'cancelled' WHERE state IN ('running', 'paused'); UPDATE fleet SET new_tenant_version = NULL");

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_plan_shows_the_SQL_and_changes_nothing()
    {
        var slug = await ProvisionOldAsync();
        var schema = (await api.SchemaAsync(slug)).Name;
        var before = await ContentAsync(schema);
        using var response = await api.Operator.PostAsJsonAsync("/cc/fleet/plan", new { kind = "apply", to = Index, tenants = new[] { slug } });
        var plan = await BodyAsync(response, HttpStatusCode.OK);

        plan.GetProperty("tenants").EnumerateArray().ShouldHaveSingleItem().GetProperty("slug").GetString().ShouldBe(slug);
        var way = plan.GetProperty("ways").EnumerateArray().ShouldHaveSingleItem();
        way.GetProperty("from").GetString().ShouldBe(Old);
        way.GetProperty("statements").EnumerateArray().ShouldContain(statement => statement.GetProperty("sql").GetString()!.Contains("CREATE INDEX"));
        way.GetProperty("migrations")[0].GetProperty("checksum").GetString().ShouldBe(MigrationLines.Tenant.UpTo(Index).Head.Checksum);
        plan.GetProperty("dataLoss").GetArrayLength().ShouldBe(0);
        (await ContentAsync(schema)).ShouldBe(before);
    }

    [Theory]
    [InlineData("""{"to":"Nowhere"}""", "Nowhere")]
    [InlineData("""{"to":"+0"}""", "+0")]
    [InlineData("""{"first":0}""", "first")]
    [InlineData("""{"percent":101}""", "percent")]
    [InlineData("""{"statuses":["deleted"]}""", "deleted")]
    [InlineData("""{"order":"given"}""", "list of tenants")]
    [InlineData("""{"kind":"rollback"}""", "'to'")]
    [InlineData("""{"run":"019a0000-0000-7000-8000-000000000000"}""", "rollback")]
    public async Task A_plan_that_makes_no_sense_is_answered_with_the_reason(string body, string reason)
    {
        foreach (var path in (string[])["/cc/fleet/plan", "/cc/runs"])
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            using var response = await api.Operator.PostAsync(path, content);
            await response.ShouldBeProblemSayingAsync(HttpStatusCode.BadRequest, reason);
        }
    }

    [Theory]
    [InlineData("""{"waves":"some"}""")]
    [InlineData("""{"errorBudget":"-1"}""")]
    [InlineData("""{"parallelism":0}""")]
    [InlineData("""{"maxLoad":2}""")]
    [InlineData("""{"gateUrl":"file:///etc/passwd"}""")]
    public async Task A_run_that_makes_no_sense_is_answered_with_400(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await api.Operator.PostAsync("/cc/runs", content);
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_run_is_started_and_watched_until_it_has_ended()
    {
        string[] slugs = [await ProvisionOldAsync(), await ProvisionOldAsync(), await ProvisionOldAsync()];
        var (location, _) = await StartAsync(new { tenants = slugs, waves = "1,100%" });
        var states = await WatchAsync(location);
        states[^1].GetProperty("run").GetProperty("state").GetString().ShouldBe("completed");
        states[^1].GetProperty("counts").GetProperty("applied").GetInt32().ShouldBe(3);

        var tenants = await api.Operator.GetFromJsonAsync<JsonElement>(location + "/tenants?state=applied&limit=2");
        tenants.GetProperty("items").GetArrayLength().ShouldBe(2);
        var rest = await api.Operator.GetFromJsonAsync<JsonElement>($"{location}/tenants?state=applied&limit=2&cursor={tenants.GetProperty("next").GetString()}");
        rest.GetProperty("items").GetArrayLength().ShouldBe(1);
        var runs = await api.Operator.GetFromJsonAsync<JsonElement>("/cc/runs?limit=1");
        location.ShouldEndWith(runs.GetProperty("items")[0].GetProperty("id").GetString()!);

        // Again, and there is nothing to do.
        using var again = await api.Operator.PostAsJsonAsync("/cc/runs", new { tenants = slugs });
        (await BodyAsync(again, HttpStatusCode.OK)).GetProperty("current").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task A_run_is_paused_resumed_and_cancelled()
    {
        string[] slugs = [.. await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => ProvisionOldAsync()))];
        await using var held = await HeldTenants.FromAsync(api, position: 1);
        var (location, _) = await StartAsync(new { tenants = slugs, to = Index });
        using var paused = await api.Operator.PostAsync(location + "/pause", null);
        var run = (await BodyAsync(paused, HttpStatusCode.OK)).GetProperty("run");
        run.GetProperty("state").GetString().ShouldBe("paused");
        run.GetProperty("reason").GetString()!.ShouldStartWith(MigrationRun.PausedByPerson);

        using var other = await api.Operator.PostAsJsonAsync("/cc/runs", new { tenants = slugs });
        (await other.ShouldBeProblemAsync(HttpStatusCode.Conflict)).GetProperty("run").GetString().ShouldBe(run.GetProperty("id").GetString());
        using var pausedAgain = await api.Operator.PostAsync(location + "/pause", null);
        await pausedAgain.ShouldBeProblemSayingAsync(HttpStatusCode.Conflict, "paused");

        await held.ReleaseAsync();
        using var resumed = await api.Operator.PostAsync(location + "/resume", null);
        resumed.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await WatchAsync(location))[^1].GetProperty("run").GetProperty("state").GetString().ShouldBe("completed");
        using var tooLate = await api.Operator.PostAsync(location + "/cancel", null);
        await tooLate.ShouldBeProblemSayingAsync(HttpStatusCode.Conflict, "completed");

        (location, _) = await StartAsync(new { kind = "rollback", run = run.GetProperty("id").GetString() });
        using var cancelled = await api.Operator.PostAsync(location + "/cancel", null);
        (await BodyAsync(cancelled, HttpStatusCode.OK)).GetProperty("run").GetProperty("state").GetString().ShouldBe("cancelled");
        (await WatchAsync(location)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_rollback_that_loses_data_waits_for_its_confirmation()
    {
        var slug = await ProvisionOldAsync();
        var schema = await api.SchemaAsync(slug);
        await api.ExecuteAsync(
            $"""
            CREATE TABLE kept AS SELECT * FROM {schema}."__EFMigrationsHistory" LIMIT 0;
            DROP SCHEMA {schema} CASCADE;
            CREATE SCHEMA {schema};
            CREATE TABLE {schema}."__EFMigrationsHistory" (LIKE kept);
            DROP TABLE kept;
            UPDATE tenants SET schema_version = NULL, schema_checksum = NULL, updated_at = clock_timestamp() WHERE slug = '{slug}'
            """);
        var (location, run) = await StartAsync(new { tenants = new[] { slug }, to = Old });
        (await WatchAsync(location))[^1].GetProperty("run").GetProperty("state").GetString().ShouldBe("completed");

        using var refused = await api.Operator.PostAsJsonAsync("/cc/runs", new { kind = "rollback", run });
        var body = JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement;
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict, body.GetRawText());
        body.GetProperty("dataLoss").EnumerateArray().ShouldContain(loss => loss.GetProperty("sql").GetString()!.Contains("DROP TABLE"));
        var planned = body.GetProperty("run").GetString();
        using var unconfirmed = await api.Operator.PostAsync($"/cc/runs/{planned}/resume", null);
        unconfirmed.StatusCode.ShouldBe(HttpStatusCode.Conflict);

        using var confirmed = await api.Operator.PostAsync($"/cc/runs/{planned}/resume?confirm={planned}", null);
        confirmed.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await WatchAsync($"/cc/runs/{planned}"))[^1].GetProperty("run").GetProperty("state").GetString().ShouldBe("completed");
        (await api.ScalarAsync<string>($"SELECT schema_version FROM tenants WHERE slug = '{slug}'")).ShouldBeNull();
    }

    [Fact]
    public async Task Another_replica_goes_on_with_the_run_of_one_that_died()
    {
        string[] slugs = [.. await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ProvisionOldAsync()))];
        await using var held = await HeldTenants.FromAsync(api, position: 1);
        var (other, address) = await api.StartApiAsync(api.ConnectionString);
        string location;
        await using (other)
        {
            using var client = new HttpClient { BaseAddress = address };
            client.DefaultRequestHeaders.Add("X-Operator-Key", api.OperatorKey);
            using var started = await client.PostAsJsonAsync("/cc/runs", new { tenants = slugs });
            started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            location = started.Headers.Location!.ToString();
        }

        await held.ReleaseAsync();
        (await WatchAsync(location))[^1].GetProperty("counts").GetProperty("applied").GetInt32().ShouldBe(5);
    }

    [Fact]
    public async Task An_unknown_run_is_404()
    {
        foreach (var path in (string[])["", "/tenants", "/pause", "/resume", "/cancel"])
        {
            using var request = new HttpRequestMessage(path is "" or "/tenants" ? HttpMethod.Get : HttpMethod.Post, $"/cc/runs/{Guid.CreateVersion7()}{path}");
            using var response = await api.Operator.SendAsync(request);
            await response.ShouldBeProblemSayingAsync(HttpStatusCode.NotFound, "no migration run");
        }
    }

    private static async Task<JsonElement> BodyAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private async Task<(string Location, string Run)> StartAsync(object body)
    {
        using var response = await api.Operator.PostAsJsonAsync("/cc/runs", body);
        var started = await BodyAsync(response, HttpStatusCode.Accepted);
        var id = started.GetProperty("run").GetProperty("id").GetString()!;
        response.Headers.Location!.ToString().ShouldBe($"/cc/runs/{id}");
        return ($"/cc/runs/{id}", id);
    }

    private async Task<List<JsonElement>> WatchAsync(string location)
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, location) { Headers = { { "Accept", "text/event-stream" } } };
        using var response = await api.Operator.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        await using var stream = await response.Content.ReadAsStreamAsync(patience.Token);
        var events = new List<JsonElement>();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(patience.Token))
        {
            events.Add(JsonSerializer.Deserialize<JsonElement>(item.Data));
        }

        return events;
    }

    [Fact]
    public async Task A_build_without_the_version_of_new_tenants_says_so_and_makes_none()
    {
        await api.ExecuteAsync("UPDATE fleet SET new_tenant_version = '20990101000000_New'");
        using var response = await api.Operator.PostAsJsonAsync("/cc/tenants", new { slug = "too-new", name = "Too new" });
        await response.ShouldBeProblemSayingAsync(HttpStatusCode.ServiceUnavailable, "20990101000000_New");
        (await api.ScalarAsync<long>("SELECT count(*) FROM tenants WHERE slug = 'too-new'")).ShouldBe(0);
    }

    private async Task<string> ProvisionOldAsync()
    {
        var slug = "old-" + Guid.NewGuid().ToString("N");
        await new TenantProvisioner(api.DataSource, MigrationLines.Tenant.UpTo(Old)).ProvisionAsync(slug, "Old", seed: null, CancellationToken.None);
        return slug;
    }

    private async Task<string> ContentAsync(string schema) =>
        await api.ContentAsync("public") + await api.ContentAsync(schema) + string.Join('\n', await api.ColumnAsync($"SELECT indexdef FROM pg_indexes WHERE schemaname = '{schema}' ORDER BY 1"));
}
