using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Data.Access;
using Todo.Tests.Api;
using Todo.Tests.Mail;

namespace Todo.Tests.Accounts;

public sealed class SwitchTests(MailedHost api) : IClassFixture<MailedHost>
{
    [Fact]
    public async Task Whoever_signs_in_learns_which_tenants_there_are_to_choose_and_goes_to_another_with_the_session()
    {
        using var one = await api.CreateTenantAsync();
        using var two = await api.CreateTenantAsync();
        using var closed = await api.CreateTenantAsync();
        var email = $"both@{one.Slug}.example";
        using var inOne = await api.AddPersonAsync(one.Slug, BuiltInRole.Member, email);
        using var inTwo = await api.AddPersonAsync(two.Slug, BuiltInRole.Guest, email);
        using var inClosed = await api.AddPersonAsync(closed.Slug, BuiltInRole.Guest, email);
        await api.ExecuteAsync($"UPDATE {await api.SchemaAsync(closed.Slug)}.users SET verified_at = NULL WHERE email = '{email}'");

        using var response = await api.Anonymous.PostAsJsonAsync("/auth/login", new { email, ApiHost.Password });
        var login = await response.Content.ReadFromJsonAsync<JsonElement>();
        login.GetProperty("tenants").EnumerateArray().Select(tenant => tenant.GetProperty("slug").GetString()).ShouldBe([one.Slug, two.Slug]);
        using var here = new TenantClient(api.Address, one.Slug, login.GetProperty("token").GetString()!, inOne.UserId);

        foreach (var slug in (string[])[closed.Slug, "nobody-knows-it"])
        {
            using var refused = await here.PostAsJsonAsync("/auth/switch", new { tenant = slug });
            await refused.ShouldBeProblemAsync(HttpStatusCode.Forbidden);
        }

        using var switched = await here.PostAsJsonAsync("/auth/switch", new { tenant = two.Slug });
        switched.StatusCode.ShouldBe(HttpStatusCode.OK);
        var there = await switched.Content.ReadFromJsonAsync<JsonElement>();
        there.GetProperty("expiresAt").GetDateTimeOffset().ShouldBeLessThanOrEqualTo(login.GetProperty("expiresAt").GetDateTimeOffset());
        using var moved = new TenantClient(api.Address, two.Slug, there.GetProperty("token").GetString()!, inTwo.UserId);
        (await moved.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await here.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_address_that_is_only_claimed_opens_nobody_elses_account()
    {
        using var victim = await api.CreateTenantAsync();
        using var attacker = await api.CreateTenantAsync();
        await api.ExecuteAsync($"UPDATE {await api.SchemaAsync(attacker.Slug)}.users SET email = 'owner@{victim.Slug}.example', verified_at = NULL");
        using var refused = await attacker.PostAsJsonAsync("/auth/switch", new { tenant = victim.Slug });
        refused.StatusCode.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Different_passwords_open_their_own_tenants()
    {
        using var one = await api.CreateTenantAsync();
        using var two = await api.CreateTenantAsync();
        var email = $"both@{one.Slug}.example";
        using var inOne = await api.AddPersonAsync(one.Slug, BuiltInRole.Member, email);
        using var inTwo = await api.AddPersonAsync(two.Slug, BuiltInRole.Guest, email);
        using var changed = await inTwo.PostAsJsonAsync("/auth/password", new { oldPassword = ApiHost.Password, newPassword = "four other plain words" });
        changed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        foreach (var (password, slug) in new[] { (ApiHost.Password, one.Slug), ("four other plain words", two.Slug) })
        {
            using var response = await api.Anonymous.PostAsJsonAsync("/auth/login", new { email, password });
            (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("tenant").GetString().ShouldBe(slug);
        }
    }

    [Theory]
    [InlineData("verified_at = NULL", HttpStatusCode.Forbidden, "not proven")]
    [InlineData("is_active = false, approved_at = NULL", HttpStatusCode.Forbidden, "approve")]
    [InlineData("is_active = false", HttpStatusCode.Unauthorized, "wrong")]
    [InlineData("deleted_at = now()", HttpStatusCode.Unauthorized, "wrong")]
    public async Task Only_whoever_knows_the_password_learns_what_is_missing(string state, HttpStatusCode status, string says)
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        await api.ExecuteAsync($"UPDATE {schema}.users SET {state}");
        using var right = await api.Anonymous.PostAsJsonAsync("/auth/login", new { email = $"owner@{owner.Slug}.example", ApiHost.Password });
        await right.ShouldBeProblemSayingAsync(status, says);
        using var wrong = await api.Anonymous.PostAsJsonAsync("/auth/login", new { email = $"owner@{owner.Slug}.example", password = "a wrong password" });
        await wrong.ShouldBeProblemSayingAsync(HttpStatusCode.Unauthorized, "wrong");
        (await api.ColumnAsync($"SELECT outcome FROM {schema}.sign_in_entries ORDER BY id")).ShouldBe(["not_allowed", "wrong_password"]);
    }
}
