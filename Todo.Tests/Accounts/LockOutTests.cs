using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Todo.Tests.Api;
using Todo.Tests.Mail;

namespace Todo.Tests.Accounts;

/// <summary>Where the addresses of the network are locked soon.</summary>
public sealed class SuspiciousHost : ApiHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--SignIn:AddressAttempts=8", "--SignIn:FirstLock=00:10:00", "--SignIn:AnswerTime=00:00:00.1", "--Logging:Console:LogLevel:Default=None"];
}

public sealed class LockOutTests(MailedHost api) : IClassFixture<MailedHost>
{
    private const int Attempts = 5;

    [Fact]
    public async Task After_five_failures_not_even_the_right_password_is_looked_at_and_the_answer_is_the_same()
    {
        using var owner = await api.CreateTenantAsync();
        var answers = new HashSet<string>();
        foreach (var email in (string[])[$"owner@{owner.Slug}.example", $"nobody@{owner.Slug}.example"])
        {
            for (var i = 0; i < Attempts; i++)
            {
                answers.Add(await RefusedAsync(email, "a wrong password"));
            }

            answers.Add(await RefusedAsync(email, ApiHost.Password));
        }

        answers.Count.ShouldBe(1);
        var outcomes = await OutcomesAsync(owner);
        outcomes.Count(outcome => outcome == "wrong_password").ShouldBe(Attempts);
        outcomes.Count(outcome => outcome == "locked").ShouldBe(1);
    }

    [Fact]
    public async Task Each_failure_after_a_lock_doubles_the_next_and_a_success_forgets_them_all()
    {
        using var owner = await api.CreateTenantAsync();
        var email = $"owner@{owner.Slug}.example";
        for (var i = 1; i < Attempts; i++)
        {
            await RefusedAsync(email, "a wrong password");
        }

        foreach (var seconds in (int[])[600, 1200, 2400, 4800])
        {
            await RefusedAsync(email, "a wrong password");
            (await api.ScalarAsync<double>($"SELECT round(extract(epoch FROM locked_until - failed_at))::float8 FROM sign_in_failures WHERE key = {Key(email)}")).ShouldBe(seconds);

            // What is tried meanwhile prolongs nothing.
            await RefusedAsync(email, "a wrong password");
            (await api.ScalarAsync<double>($"SELECT round(extract(epoch FROM locked_until - failed_at))::float8 FROM sign_in_failures WHERE key = {Key(email)}")).ShouldBe(seconds);
            await api.ExecuteAsync($"UPDATE sign_in_failures SET locked_until = now() WHERE key = {Key(email)}");
        }

        using var signedIn = await api.SignInAsync(email, owner.Slug);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM sign_in_failures WHERE key = {Key(email)}")).ShouldBe(0);
        await RefusedAsync(email, "a wrong password");
        (await api.ScalarAsync<int>($"SELECT failures FROM sign_in_failures WHERE key = {Key(email)}")).ShouldBe(1);
    }

    [Fact]
    public async Task Of_many_attempts_at_once_no_more_are_looked_at_than_may_fail()
    {
        const int Many = 20;
        using var owner = await api.CreateTenantAsync();
        await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => RefusedAsync($"owner@{owner.Slug}.example", "a wrong password")));
        var outcomes = await OutcomesAsync(owner);
        outcomes.Count(outcome => outcome == "wrong_password").ShouldBe(Attempts);
        outcomes.Count(outcome => outcome == "locked").ShouldBe(Many - Attempts);
    }

    [Fact]
    public async Task A_new_password_by_mail_opens_a_locked_account()
    {
        using var owner = await api.CreateTenantAsync();
        var email = $"owner@{owner.Slug}.example";
        for (var i = 0; i < Attempts; i++)
        {
            await RefusedAsync(email, "a wrong password");
        }

        using var confirmed = await api.Anonymous.PostAsJsonAsync("/auth/password-reset/confirm", new { token = await api.ResetTokenAsync(email), ApiHost.Password });
        confirmed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var signedIn = await api.SignInAsync(email, owner.Slug);
    }

    private async Task<string> RefusedAsync(string email, string password)
    {
        using var response = await api.Anonymous.PostAsJsonAsync("/auth/login", new { email, password });
        await response.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        problem.Remove("traceId");
        return problem.ToJsonString();
    }

    private async Task<IReadOnlyList<string>> OutcomesAsync(TenantClient person) =>
        await api.ColumnAsync($"SELECT outcome FROM {await api.SchemaAsync(person.Slug)}.sign_in_entries WHERE user_id = '{person.UserId}'");

    private static string Key(string email) => $"sha256(convert_to('account:{email}', 'UTF8'))";
}

public sealed class AddressLockOutTests(SuspiciousHost api) : IClassFixture<SuspiciousHost>
{
    [Fact]
    public async Task Whoever_tries_one_account_after_the_other_is_locked_out_by_address_and_successes_between_do_not_help()
    {
        using var owner = await api.CreateTenantAsync();
        var email = $"owner@{owner.Slug}.example";
        for (var i = 0; i < 8; i++)
        {
            using var failed = await TryAsync($"somebody{i}@else.example", "a wrong password");
            failed.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            if (i < 7)
            {
                using var own = await TryAsync(email, ApiHost.Password);
                own.StatusCode.ShouldBe(HttpStatusCode.OK, $"after {i + 1} failures");
                await api.ExecuteAsync("UPDATE sign_in_failures SET locked_until = NULL");
            }
        }

        using var locked = await TryAsync(email, ApiHost.Password);
        locked.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private Task<HttpResponseMessage> TryAsync(string email, string password) => api.Anonymous.PostAsJsonAsync("/auth/login", new { email, password });
}
