using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Api.Identity;
using Todo.Tenancy.Scoping;
using Todo.Tests.Api;

namespace Todo.Tests.SignUp;

public sealed class ActivationTests(SignUpHost api) : IClassFixture<SignUpHost>
{
    [Fact]
    public async Task A_token_proves_the_address_once_even_if_it_is_used_ten_times_at_once()
    {
        var (schema, email) = await SignUpAsync();
        var token = await api.TokenAsync(schema, email);
        await api.TokenAsync(schema, email);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ActivateAsync(token)));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest).ShouldBe(9);
        using var answer = JsonDocument.Parse(await answers.Single(answer => answer.IsSuccessStatusCode).Content.ReadAsStringAsync());
        answer.RootElement.GetProperty("waitsForApproval").GetBoolean().ShouldBeFalse();
        answer.RootElement.GetProperty("tenant").GetString().ShouldBe(await api.ScalarAsync<string>($"SELECT slug FROM tenants WHERE id = '{schema.TenantId}'"));
        (await api.ScalarAsync<bool>($"SELECT verified_at IS NOT NULL FROM {schema}.users")).ShouldBeTrue();
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.one_time_tokens")).ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_waits_is_told_so()
    {
        var (schema, _) = await SignUpAsync();
        var taxId = await api.ScalarAsync<string>($"SELECT tax_id FROM companies WHERE tenant_id = '{schema.TenantId}'");
        await api.SignUpAsync(NewSignUp.Of("waits@company.example", taxId));
        using var answer = await ActivateAsync(await api.TokenAsync(schema, "waits@company.example"));
        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"waitsForApproval\":true");
        (await api.ScalarAsync<bool>($"SELECT is_active OR approved_at IS NOT NULL FROM {schema}.users WHERE email = 'waits@company.example'")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_password_that_is_tried_first_is_refused_and_the_token_stays_good_for_a_better_one()
    {
        var (schema, email) = await SignUpAsync();
        var token = await api.TokenAsync(schema, email);
        foreach (var bad in new[] { "password1234", "nora new acme tools" })
        {
            using var refused = await ActivateAsync(token, bad);
            (await refused.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).GetProperty("errors").GetProperty("password").GetArrayLength().ShouldBe(1);
        }

        (await ActivateAsync(token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var owner = await api.SignInAsync(email, (await api.ScalarAsync<string>($"SELECT slug FROM tenants WHERE id = '{schema.TenantId}'"))!);
        (await api.ColumnAsync($"SELECT actor_kind || ' ' || action FROM {schema}.audit_entries ORDER BY id")).ShouldBe(["system user.signed_up", "user user.activated_by_mail"]);
    }

    [Fact]
    public async Task A_token_is_good_for_no_longer_than_its_person()
    {
        var (schema, email) = await SignUpAsync();
        var token = await api.TokenAsync(schema, email);
        await api.ExecuteAsync($"UPDATE {schema}.users SET deleted_at = now()");
        (await ActivateAsync(token)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Used_expired_foreign_and_invented_tokens_get_one_and_the_same_answer()
    {
        var (schema, email) = await SignUpAsync();
        var (other, _) = await SignUpAsync();
        var used = await api.TokenAsync(schema, email);
        (await ActivateAsync(used)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await api.ExecuteAsync($"UPDATE {schema}.users SET verified_at = NULL");
        AccessToken.Create(schema.TenantId, out var guessed);
        AccessToken.Create(Guid.NewGuid(), out var nowhere);

        // A token of this tenant's that says it is the other's.
        var valid = await api.TokenAsync(schema, email);
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(valid);
        other.TenantId.TryWriteBytes(bytes, bigEndian: true, out _);
        var details = new List<string>();
        foreach (var token in new[]
        {
            used, guessed, nowhere, System.Buffers.Text.Base64Url.EncodeToString(bytes), "x", new string('x', 64),
            await api.TokenAsync(schema, email, lifetime: "-1 second"), await api.TokenAsync(schema, email, purpose: "password_reset"), await api.TokenAsync(schema, email, purpose: "invitation"),
        })
        {
            using var answer = await ActivateAsync(token);
            details.Add((await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).GetProperty("detail").GetString()!);
        }

        details.Distinct().ShouldHaveSingleItem();
        (await api.ScalarAsync<bool>($"SELECT verified_at IS NULL FROM {schema}.users")).ShouldBeTrue();
        (await ActivateAsync(valid)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_mail_is_sent_again_to_whoever_has_not_proven_the_address_and_never_twice_at_a_time()
    {
        var (schema, email) = await SignUpAsync();
        var (proven, provenEmail) = await SignUpAsync();
        await api.ExecuteAsync($"UPDATE {proven}.users SET verified_at = now()");
        await api.ExecuteAsync("UPDATE outgoing_mail SET sent_at = now()");

        foreach (var address in new[] { provenEmail, "nobody@anywhere.example", email.ToUpperInvariant(), email, email })
        {
            using var answer = await api.Anonymous.PostAsJsonAsync("/auth/activation", new { email = address });
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            (await answer.Content.ReadAsStringAsync()).ShouldBeEmpty();
        }

        (await UnsentAsync(schema)).ShouldBe(1);
        (await UnsentAsync(proven)).ShouldBe(0);
    }

    private Task<long> UnsentAsync(TenantSchema schema) => api.ScalarAsync<long>($"SELECT count(*) FROM outgoing_mail WHERE tenant_id = '{schema.TenantId}' AND template = 'activation' AND sent_at IS NULL");

    private Task<HttpResponseMessage> ActivateAsync(string token, string password = ApiHost.Password) => api.Anonymous.PostAsJsonAsync("/auth/activate", new { token, password });

    private async Task<(TenantSchema Schema, string Email)> SignUpAsync()
    {
        var (taxId, email) = (NewSignUp.NewTaxId(), $"{Guid.NewGuid():N}@company.example");
        await api.SignUpAsync(NewSignUp.Of(email, taxId));
        return (await api.CompanyAsync(taxId), email);
    }
}
