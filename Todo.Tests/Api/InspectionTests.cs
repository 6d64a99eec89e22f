using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Data;

namespace Todo.Tests.Api;

/// <summary>What is on record about schemas: verified, compared, repaired and set, for all tenants or some.</summary>
public sealed class InspectionTests(ApiHost api) : IClassFixture<ApiHost>
{
    private static readonly string Head = MigrationLines.Tenant.Head.Id;
    private static readonly string First = MigrationLines.Tenant.Steps[0].Id;

    [Fact]
    public async Task Some_tenants_are_verified_and_compared_by_the_same_selection_as_a_plan()
    {
        using var one = await api.CreateTenantAsync();
        using var other = await api.CreateTenantAsync();
        await api.ExecuteAsync($"ALTER TABLE {await api.SchemaAsync(other.Slug)}.sessions ADD COLUMN by_hand text; UPDATE tenants SET status = 'suspended' WHERE slug = '{other.Slug}'");
        var both = new[] { other.Slug, one.Slug };

        (await AskAsync("/cc/fleet/verify", new { tenants = both, statuses = new[] { "suspended" }, first = 1 }, HttpStatusCode.NotFound)).GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain(one.Slug);
        (await AskAsync("/cc/fleet/verify", new { tenants = both })).GetProperty("checked").GetInt32().ShouldBe(2);
        (await AskAsync("/cc/fleet/verify", new { tenants = both, first = 1, order = "given", version = Head })).GetProperty("checked").GetInt32().ShouldBe(1);
        var drift = await AskAsync("/cc/fleet/drift", new { tenants = both, percent = 50, order = "given" });
        drift.GetProperty("versions")[0].GetProperty("majorityDifferences")[0].GetString().ShouldNotBeNull().ShouldContain("column sessions.by_hand");
        (await AskAsync("/cc/fleet/drift", new { tenants = new[] { one.Slug } })).GetProperty("isClean").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"first":0}""", "first")]
    [InlineData("""{"percent":101}""", "percent")]
    [InlineData("""{"first":1,"percent":1}""", "not both")]
    [InlineData("""{"statuses":["purging"]}""", "purging")]
    [InlineData("""{"order":"given"}""", "list of tenants")]
    public async Task A_selection_that_makes_no_sense_is_answered_with_the_reason(string body, string reason)
    {
        foreach (var path in (string[])["/cc/fleet/verify", "/cc/fleet/drift", "/cc/fleet/repair"])
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            using var response = await api.Operator.PostAsync(path, content);
            await response.ShouldBeProblemSayingAsync(HttpStatusCode.BadRequest, reason);
        }
    }

    [Fact]
    public async Task Wrong_ledgers_are_repaired_and_the_tenant_is_served_as_what_it_is()
    {
        using var person = await api.CreateTenantAsync();
        await api.ExecuteAsync($"UPDATE tenants SET schema_version = '{First}', schema_checksum = '{MigrationLines.Tenant.Steps[0].LineChecksum}' WHERE slug = '{person.Slug}'");
        var selection = new { tenants = new[] { person.Slug } };
        var found = await AskAsync("/cc/fleet/verify", selection);
        found.GetProperty("findings")[0].GetProperty("kind").GetString().ShouldBe("ledger_differs");
        found.GetProperty("wrongLedgers")[0].GetString().ShouldBe(person.Slug);

        var report = await AskAsync("/cc/fleet/repair", selection);

        var repair = report.GetProperty("repairs").EnumerateArray().ShouldHaveSingleItem();
        (repair.GetProperty("tenant").GetString(), repair.GetProperty("from").GetString(), repair.GetProperty("to").GetString()).ShouldBe((person.Slug, First, Head));
        report.GetProperty("isClean").GetBoolean().ShouldBeTrue();
        (await AskAsync("/cc/fleet/verify", selection)).GetProperty("isClean").GetBoolean().ShouldBeTrue();
        (await person.TitlesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_baseline_says_where_a_schema_is_and_refuses_what_it_is_not()
    {
        using var person = await api.CreateTenantAsync();
        var slug = person.Slug;
        var answer = await AskAsync("/cc/fleet/baseline", new { tenant = slug, version = "CreateTenant" });
        (answer.GetProperty("slug").GetString(), answer.GetProperty("schemaVersion").GetString(), answer.GetProperty("isCurrent").GetBoolean()).ShouldBe((slug, First, false));

        await RefusedAsync(new { tenant = "nobody-there", version = First }, HttpStatusCode.NotFound, "no tenant 'nobody-there'");
        await RefusedAsync(new { tenant = slug, version = "Nowhere" }, HttpStatusCode.BadRequest, "no migration 'Nowhere'");
        await RefusedAsync(new { tenant = slug, version = "+1" }, HttpStatusCode.BadRequest, "id or name");
        await api.ExecuteAsync($"DROP TABLE {await api.SchemaAsync(slug)}.todos CASCADE");
        await RefusedAsync(new { tenant = slug, version = Head }, HttpStatusCode.Conflict, "lacks todos");
        (await AskAsync("/cc/fleet/baseline", new { tenant = slug, version = Head, force = true })).GetProperty("schemaVersion").GetString().ShouldBe(Head);
        await api.ExecuteAsync($"UPDATE tenants SET status = 'deleted' WHERE slug = '{slug}'");
        await RefusedAsync(new { tenant = slug, version = Head }, HttpStatusCode.Conflict, "deleted");
    }

    [Fact]
    public async Task A_schema_is_adopted_as_a_tenant_that_is_served()
    {
        using var person = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(person.Slug);
        await api.ExecuteAsync($"DELETE FROM sign_ins WHERE tenant_id = '{schema.TenantId}'; DELETE FROM tenants WHERE id = '{schema.TenantId}'; ALTER SCHEMA {schema} RENAME TO legacy");
        var slug = "adopted-" + Guid.NewGuid().ToString("N")[..8];
        await RefusedAsync(new { tenant = slug, version = Head, adopt = "nowhere" }, HttpStatusCode.Conflict, "no such schema");
        await RefusedAsync(new { tenant = slug, version = Head, adopt = "public" }, HttpStatusCode.Conflict, "belongs to the server");

        var adopted = await AskAsync("/cc/fleet/baseline", new { tenant = slug, version = "head", adopt = "legacy", name = "Once elsewhere" });

        (adopted.GetProperty("name").GetString(), adopted.GetProperty("isCurrent").GetBoolean()).ShouldBe(("Once elsewhere", true));
        using var session = await api.OpenSessionAsync($"owner@{person.Slug}.example", slug);
        (await session.TitlesAsync()).ShouldBeEmpty();
        (await AskAsync("/cc/fleet/verify", new { tenants = new[] { slug } })).GetProperty("isClean").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"tenant":"bakery"}""")]
    [InlineData("""{"tenant":"Not A Slug","version":"head","adopt":"legacy"}""")]
    [InlineData("""{"tenant":"bakery","version":"head","name":"Of nobody new"}""")]
    [InlineData("""{"tenant":"bakery","version":"head","adopt":""}""")]
    public async Task A_baseline_that_makes_no_sense_is_answered_with_400(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await api.Operator.PostAsync("/cc/fleet/baseline", content);
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    private async Task RefusedAsync(object body, HttpStatusCode status, string reason)
    {
        using var response = await api.Operator.PostAsJsonAsync("/cc/fleet/baseline", body);
        await response.ShouldBeProblemSayingAsync(status, reason);
    }

    private async Task<JsonElement> AskAsync(string path, object body, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var response = await api.Operator.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
