using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Tests.Api;
using Todo.Tests.Mail;
using Todo.Tests.Servers;

namespace Todo.Tests.Accounts;

public sealed class SessionTests(MailedHost api) : IClassFixture<MailedHost>
{
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 30)]
    public async Task A_session_is_for_a_day_or_for_thirty_and_says_from_where_it_is(bool remember, int days)
    {
        using var owner = await api.CreateTenantAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/auth/login") { Content = JsonContent.Create(new { email = $"owner@{owner.Slug}.example", ApiHost.Password, remember }) };
        request.Headers.UserAgent.ParseAdd("Browser/1.0 (of somebody)");
        using var response = await api.Anonymous.SendAsync(request);
        var login = await response.Content.ReadFromJsonAsync<JsonElement>();
        login.GetProperty("expiresAt").GetDateTimeOffset().ShouldBe(DateTimeOffset.UtcNow.AddDays(days), TimeSpan.FromMinutes(1));

        using var client = new TenantClient(api.Address, owner.Slug, login.GetProperty("token").GetString()!, owner.UserId);
        var current = (await ListAsync(client)).Single(session => session.GetProperty("isCurrent").GetBoolean());
        current.GetProperty("userAgent").GetString().ShouldBe("Browser/1.0 (of somebody)");
        current.GetProperty("address").GetString().ShouldBe("127.0.0.1");
        current.GetProperty("expiresAt").GetDateTimeOffset().ShouldBe(login.GetProperty("expiresAt").GetDateTimeOffset());
        client.Token.ShouldNotContain(current.GetProperty("id").GetString()!);
        (await api.ScalarAsync<bool>($"SELECT last_sign_in_at > now() - interval '1 minute' FROM {await api.SchemaAsync(owner.Slug)}.users WHERE id = '{owner.UserId}'")).ShouldBeTrue();
    }

    [Theory]
    [InlineData(7, true, 7)]
    [InlineData(7, false, 1)]
    public async Task A_session_is_no_longer_than_the_tenant_allows_also_when_it_is_prolonged(int longest, bool remember, int days)
    {
        using var owner = await api.CreateTenantAsync();
        using var set = await owner.PutAsJsonAsync("/settings", new Dictionary<string, int> { ["sessions.longest_days"] = longest });
        set.IsSuccessStatusCode.ShouldBeTrue(await set.Content.ReadAsStringAsync());
        using var response = await api.Anonymous.PostAsJsonAsync("/auth/login", new { email = $"owner@{owner.Slug}.example", ApiHost.Password, remember });
        var login = await response.Content.ReadFromJsonAsync<JsonElement>();
        login.GetProperty("expiresAt").GetDateTimeOffset().ShouldBe(DateTimeOffset.UtcNow.AddDays(days), TimeSpan.FromMinutes(1));

        // What it is prolonged by.
        (await api.ScalarAsync<int>($"SELECT lifetime_days FROM {await api.SchemaAsync(owner.Slug)}.sessions ORDER BY created_at DESC LIMIT 1")).ShouldBe(days);
    }

    [Fact]
    public async Task One_session_is_ended_without_the_others_and_all_others_without_this_one()
    {
        using var one = await api.CreateTenantAsync();
        var email = $"owner@{one.Slug}.example";
        using var two = await api.SignInAsync(email, one.Slug);
        using var three = await api.SignInAsync(email, one.Slug);
        (await ListAsync(one)).Count.ShouldBe(3);
        var second = (await ListAsync(two)).Single(session => session.GetProperty("isCurrent").GetBoolean()).GetProperty("id").GetString();

        (await one.DeleteAsync($"/auth/sessions/{second}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await two.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await three.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await (await one.DeleteAsync($"/auth/sessions/{second}")).ShouldBeProblemAsync(HttpStatusCode.NotFound);

        (await one.DeleteAsync("/auth/sessions")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await three.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await one.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ListAsync(one)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_sees_or_ends_a_colleagues_session()
    {
        using var owner = await api.CreateTenantAsync();
        using var colleague = await api.AddPersonAsync(owner.Slug, Todo.Data.Access.BuiltInRole.Owner);
        var id = (await ListAsync(owner)).Single().GetProperty("id").GetString();
        (await ListAsync(colleague)).Select(session => session.GetProperty("id").GetString()).ShouldNotContain(id);
        await (await colleague.DeleteAsync($"/auth/sessions/{id}")).ShouldBeProblemAsync(HttpStatusCode.NotFound);
        (await colleague.DeleteAsync("/auth/sessions")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Use_renews_a_session_in_its_second_half_and_not_before()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        await api.ExecuteAsync($"UPDATE {schema}.sessions SET expires_at = now() + interval '13 hours', last_seen_at = now() - interval '2 minutes'");
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(() => api.ScalarAsync<bool>($"SELECT last_seen_at > now() - interval '1 minute' FROM {schema}.sessions"));
        (await api.ScalarAsync<bool>($"SELECT expires_at < now() + interval '14 hours' FROM {schema}.sessions")).ShouldBeTrue();

        using var later = await api.OpenSessionAsync($"owner@{owner.Slug}.example", owner.Slug);
        await api.ExecuteAsync($"UPDATE {schema}.sessions SET expires_at = now() + interval '11 hours' WHERE last_seen_at IS NULL");
        (await later.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(async () => await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.sessions WHERE expires_at > now() + interval '23 hours'") == 1);

        // The replicas learn of the new end: otherwise they would go on refusing at the old one.
        (await ListAsync(later)).Single(session => session.GetProperty("isCurrent").GetBoolean()).GetProperty("expiresAt").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddHours(23));
    }

    [Fact]
    public async Task However_often_a_session_is_used_its_use_is_written_down_once_a_minute()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        using var statements = new StatementCount(api.Name, withBackground: true);
        for (var i = 0; i < 20; i++)
        {
            (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await Eventually.TrueAsync(() => api.ScalarAsync<bool>($"SELECT last_seen_at IS NOT NULL FROM {schema}.sessions"));
        using var another = await api.OpenSessionAsync($"owner@{owner.Slug}.example", owner.Slug);
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await another.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(() => api.ScalarAsync<bool>($"SELECT bool_and(last_seen_at IS NOT NULL) FROM {schema}.sessions"));

        // The listener hears of a statement after the database has carried it out.
        var written = 0;
        await Eventually.TrueAsync(() => Task.FromResult(
            (written += statements.Take().Count(text => text.Contains("last_seen_at =", StringComparison.Ordinal) && text.Contains(schema.Name, StringComparison.Ordinal))) >= 2));
        written.ShouldBe(2);
    }

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(TenantClient client) =>
        [.. (await client.GetFromJsonAsync<JsonElement>("/auth/sessions")).GetProperty("items").EnumerateArray()];
}
