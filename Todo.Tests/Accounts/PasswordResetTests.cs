using System.Net;
using System.Net.Http.Json;
using Npgsql;
using Todo.Api.Identity;
using Todo.Tests.Api;
using Todo.Tests.Mail;
using Todo.Tests.Servers;
using Todo.Tests.ServiceDefaults;

namespace Todo.Tests.Accounts;

/// <summary>Where Redis is away.</summary>
public sealed class LonelyHost : MailedHost
{
    private readonly int _port = ClosedPort.Find();

    /// <inheritdoc/>
    protected override Task<string> CacheAsync() => Task.FromResult($"127.0.0.1:{_port},connectTimeout=200");
}

public sealed class PasswordResetTests(MailedHost api) : IClassFixture<MailedHost>
{
    private const string NewPassword = "four other plain words";

    [Fact]
    public async Task The_new_password_is_good_and_the_old_one_is_not()
    {
        using var owner = await api.CreateTenantAsync();
        var email = $"owner@{owner.Slug}.example";
        (await ConfirmAsync(await api.ResetTokenAsync(email), NewPassword)).ShouldBe(HttpStatusCode.NoContent);
        (await LoginAsync(email, ApiHost.Password)).ShouldBe(HttpStatusCode.Unauthorized);
        (await LoginAsync(email, NewPassword)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_many_who_use_one_token_at_once_one_does()
    {
        using var owner = await api.CreateTenantAsync();
        var token = await api.ResetTokenAsync($"owner@{owner.Slug}.example");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => ConfirmAsync(token, $"{NewPassword} {i}")));
        answers.Count(answer => answer == HttpStatusCode.NoContent).ShouldBe(1);
        answers.Count(answer => answer == HttpStatusCode.BadRequest).ShouldBe(7);
    }

    [Fact]
    public async Task Two_tokens_of_one_person_used_at_once_do_not_wait_for_each_other_and_one_does()
    {
        using var owner = await api.CreateTenantAsync();
        var email = $"owner@{owner.Slug}.example";
        string[] tokens = [await api.ResetTokenAsync(email), await api.ResetTokenAsync(email)];
        var answers = await Task.WhenAll(tokens.Select(token => ConfirmAsync(token, NewPassword)));
        answers.ShouldBe([HttpStatusCode.NoContent, HttpStatusCode.BadRequest], ignoreOrder: true);
    }

    [Fact]
    public async Task A_token_is_for_its_purpose_and_its_day_only()
    {
        using var owner = await api.CreateTenantAsync();
        var (schema, email) = (await api.SchemaAsync(owner.Slug), $"owner@{owner.Slug}.example");
        foreach (var spoilt in (string[])["purpose = 'activation'", "expires_at = now()"])
        {
            var token = await api.ResetTokenAsync(email);
            await api.ExecuteAsync($"UPDATE {schema}.one_time_tokens SET {spoilt}");
            (await ConfirmAsync(token, NewPassword)).ShouldBe(HttpStatusCode.BadRequest, spoilt);
        }

        AccessToken.Create(schema.TenantId, out var guessed);
        AccessToken.Create(Guid.CreateVersion7(), out var nowhere);
        foreach (var wrong in (string[])[guessed, nowhere, "x", owner.Token])
        {
            (await ConfirmAsync(wrong, NewPassword)).ShouldBe(HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task A_bad_password_does_not_use_the_token_up()
    {
        using var owner = await api.CreateTenantAsync();
        var token = await api.ResetTokenAsync($"owner@{owner.Slug}.example");
        foreach (var bad in (string[])["short", "Password1234!", $"{owner.Slug}!!", "Olga-Owner-1"])
        {
            (await ConfirmAsync(token, bad)).ShouldBe(HttpStatusCode.BadRequest, bad);
        }

        (await ConfirmAsync(token, NewPassword)).ShouldBe(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("is_active = false")]
    [InlineData("verified_at = NULL")]
    [InlineData("deleted_at = now()")]
    public async Task Whoever_may_not_sign_in_gets_the_same_answer_and_no_mail(string state)
    {
        using var owner = await api.CreateTenantAsync();
        await api.ExecuteAsync($"UPDATE {await api.SchemaAsync(owner.Slug)}.users SET {state}");
        foreach (var email in (string[])[$"owner@{owner.Slug}.example", "nobody@nowhere.example"])
        {
            using var asked = await api.Anonymous.PostAsJsonAsync("/auth/password-reset", new { email });
            asked.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            (await asked.Content.ReadAsStringAsync()).ShouldBeEmpty();
        }

        (await api.ScalarAsync<long>($"SELECT count(*) FROM outgoing_mail WHERE user_id = '{owner.UserId}'")).ShouldBe(0);
        (await LoginAsync($"owner@{owner.Slug}.example", ApiHost.Password)).ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden);
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Nobody_gets_in_with_the_old_password_beside_a_reset()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);

        // As a reset does it, and held open while somebody whose old password was found right wants a session.
        await using var connection = await api.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var change = new NpgsqlCommand($"UPDATE {schema}.users SET password_hash = 'another'; DELETE FROM {schema}.sessions", connection, transaction);
        await change.ExecuteNonQueryAsync();
        var login = LoginAsync($"owner@{owner.Slug}.example", ApiHost.Password);
        await Eventually.TrueAsync(() => api.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"));
        await transaction.CommitAsync();

        (await login).ShouldBe(HttpStatusCode.Unauthorized);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.sessions")).ShouldBe(0);
    }

    [Fact]
    public async Task Changing_ones_own_password_needs_the_old_one_and_ends_the_other_sessions()
    {
        using var owner = await api.CreateTenantAsync();
        using var elsewhere = await api.SignInAsync($"owner@{owner.Slug}.example", owner.Slug);
        using var wrong = await owner.PostAsJsonAsync("/auth/password", new { oldPassword = "a wrong password", newPassword = NewPassword });
        await wrong.ShouldBeProblemSayingAsync(HttpStatusCode.Forbidden, "old password");
        using var bad = await owner.PostAsJsonAsync("/auth/password", new { oldPassword = ApiHost.Password, newPassword = "qwertyuiop" });
        await bad.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        (await elsewhere.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var changed = await owner.PostAsJsonAsync("/auth/password", new { oldPassword = ApiHost.Password, newPassword = NewPassword });
        changed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await elsewhere.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await LoginAsync($"owner@{owner.Slug}.example", NewPassword)).ShouldBe(HttpStatusCode.OK);
    }

    private async Task<HttpStatusCode> ConfirmAsync(string token, string password)
    {
        using var response = await api.Anonymous.PostAsJsonAsync("/auth/password-reset/confirm", new { token, password });
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> LoginAsync(string email, string password)
    {
        using var response = await api.Anonymous.PostAsJsonAsync("/auth/login", new { email, password });
        return response.StatusCode;
    }
}

public sealed class PasswordResetWithoutRedisTests(LonelyHost api) : IClassFixture<LonelyHost>
{
    [Fact]
    public async Task While_Redis_is_away_another_replica_goes_on_only_as_long_as_it_believes_its_memory()
    {
        var (replica, address) = await api.StartApiAsync(api.ConnectionString);
        await using (replica)
        {
            await EndingSessions.ByNewPasswordAsync(api, address);
        }
    }
}

internal static class EndingSessions
{
    /// <summary>Resets a password here, and waits until another replica does not go on with a session of before.</summary>
    public static async Task ByNewPasswordAsync(MailedHost api, Uri elsewhere)
    {
        using var owner = await api.CreateTenantAsync();
        using var there = new TenantClient(elsewhere, owner.Slug, owner.Token, owner.UserId);
        var token = await api.ResetTokenAsync($"owner@{owner.Slug}.example");
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await there.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var confirmed = await api.Anonymous.PostAsJsonAsync("/auth/password-reset/confirm", new { token, password = "four other plain words" });
        confirmed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await Eventually.TrueAsync(async () => (await there.GetAsync("/todos")).StatusCode == HttpStatusCode.Unauthorized);
    }
}
