using System.Net;
using System.Net.Http.Json;
using Todo.Api.Identity;
using Todo.Api.SignUp;
using Todo.Tenancy.Scoping;
using Todo.Tests.Api;
using Todo.Tests.Servers;

namespace Todo.Tests.SignUp;

/// <summary>An API that people sign up at, with one more disposable domain and room for 30 in each company.</summary>
public class SignUpHost : ApiHost
{
    public const int AccountLimit = 30;

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--SignUp:DisposableDomains:0=Throw-Away.example", $"--Tenants:AccountLimit={AccountLimit}", "--SignUp:RetryDelay=00:00:00.010", "--SignUp:PollInterval=00:00:00.200", "--SignIn:AnswerTime=00:00:00.050"];

    /// <summary>Signs up and waits until that has come to its end, whichever.</summary>
    internal async Task SignUpAsync(params RegisterRequest[] people)
    {
        await Task.WhenAll(people.Select(async person =>
        {
            using var response = await Anonymous.PostAsJsonAsync("/auth/register", person);
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
            (await response.Content.ReadAsStringAsync()).ShouldBeEmpty();
        }));
        await SettledAsync();
    }

    /// <summary>Waits until no sign-up is open.</summary>
    public Task SettledAsync() => Eventually.TrueAsync(async () => await ScalarAsync<long>("SELECT count(*) FROM registrations WHERE state = 'recorded'") == 0);

    /// <summary>Checks that a password opens nothing.</summary>
    public async Task ShouldBeOutAsync(string email, string password)
    {
        using var answer = await Anonymous.PostAsJsonAsync("/auth/login", new { email, password });
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The schema of a company's tenant.</summary>
    public async Task<TenantSchema> CompanyAsync(string taxId) => TenantSchema.Of(await ScalarAsync<Guid>($"SELECT tenant_id FROM companies WHERE tax_id = '{taxId}'"));

    /// <summary>Mails of a tenant: template and recipient, in order.</summary>
    public Task<IReadOnlyList<string>> MailsAsync(TenantSchema schema) =>
        ColumnAsync($"SELECT mail.template || ' ' || person.email FROM outgoing_mail mail JOIN {schema}.users person ON person.id = mail.user_id WHERE mail.tenant_id = '{schema.TenantId}' ORDER BY 1");

    /// <summary>Makes the token that the mail to a person carries.</summary>
    public async Task<string> TokenAsync(TenantSchema schema, string email, string purpose = "activation", string lifetime = "1 day")
    {
        var token = AccessToken.Create(schema.TenantId, out var text);
        await ExecuteAsync(
            $"""
            INSERT INTO {schema}.one_time_tokens (hash, user_id, purpose, created_at, expires_at)
            SELECT '\x{Convert.ToHexString(token.Hash)}', id, '{purpose}', now(), now() + interval '{lifetime}' FROM {schema}.users WHERE email = '{email}'
            """);
        return text;
    }
}
