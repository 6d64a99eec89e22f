using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Api.SignUp;
using Todo.Data.Access;
using Todo.Tests.Api;

namespace Todo.Tests.SignUp;

public sealed class RegisterTests(SignUpHost api) : IClassFixture<SignUpHost>
{
    /// <summary>A field, what is sent in it, and a word of the complaint.</summary>
    public static TheoryData<string, string, string> Mistakes { get; } = new()
    {
        { "name", " ", "required" },
        { "name", "Nora\r\nBcc: all@company.example", "one line" },
        { "name", new string('n', 201), "200" },
        { "email", "nora", "e-mail" },
        { "email", "nora@company", "e-mail" },
        { "email", "nora@-company.example", "e-mail" },
        { "email", "nora new@company.example", "e-mail" },
        { "email", "nora@company.example\r\nBcc: all@company.example", "e-mail" },
        { "email", "nora@mailinator.com", "lasts" },
        { "email", "nora@eu.Mailinator.com", "lasts" },
        { "email", "nora@throw-away.example", "lasts" },
        { "email", "nora@in.throw-away.example", "lasts" },
        { "companyName", "Acme\n", "one line" },
        { "companyName", "Win at https://acme.example", "web page" },
        { "name", "See WWW.acme.example", "web page" },
        { "taxId", "1-2 3", "tax id" },
        { "taxId", "123456789012345678901", "tax id" },
        { "taxId", "ABCDEFGH", "digit" },
        { "taxId", "DE 123 \u0416", "tax id" },
        { "country", "XX", "ISO 3166-1" },
        { "country", "DEU", "ISO 3166-1" },
        { "timeZone", "Europe/Nowhere", "IANA" },
        { "timeZone", "../../etc/passwd", "IANA" },
        { "timeZone", "W. Europe Standard Time", "IANA" },
        { "language", "es", "pl" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_in_a_field_is_one_error_at_that_field(string field, string value, string word)
    {
        var body = JsonSerializer.SerializeToNode(NewSignUp.Of("nora@company.example"), JsonSerializerOptions.Web)!.AsObject();
        body[field] = value;
        using var response = await api.Anonymous.PostAsJsonAsync("/auth/register", body);
        var errors = (await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).GetProperty("errors").EnumerateObject().ShouldHaveSingleItem();
        errors.Name.ShouldBe(field);
        errors.Value.EnumerateArray().ShouldHaveSingleItem().GetString().ShouldNotBeNull().ShouldContain(word);
    }

    [Fact]
    public async Task Every_field_that_is_wrong_has_its_error_and_nothing_is_written_down()
    {
        var before = await api.ScalarAsync<long>("SELECT count(*) FROM registrations");
        using var response = await api.Anonymous.PostAsJsonAsync("/auth/register", new RegisterRequest("", "x", "", "x", "x", "x", "x", TermsAccepted: false));
        var errors = (await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).GetProperty("errors").EnumerateObject().ToArray();
        errors.Select(error => error.Name).ShouldBe(["name", "email", "companyName", "taxId", "country", "timeZone", "language", "termsAccepted"], ignoreOrder: true);
        errors.ShouldAllBe(error => error.Value.GetArrayLength() == 1);
        (await api.ScalarAsync<long>("SELECT count(*) FROM registrations")).ShouldBe(before);
    }

    [Fact]
    public async Task The_first_person_of_a_company_owns_its_new_tenant_and_gets_the_activation_mail()
    {
        var taxId = NewSignUp.NewTaxId();
        await api.SignUpAsync(NewSignUp.Of("Nora@First.example", taxId, "Żółw & Söhne GmbH"));

        var schema = await api.CompanyAsync(taxId);
        (await api.ScalarAsync<string>($"SELECT slug || ' ' || name || ' ' || status FROM tenants WHERE id = '{schema.TenantId}'")).ShouldBe("zolw-and-soehne-gmbh Żółw & Söhne GmbH active");
        (await api.ColumnAsync($"SELECT email || ' ' || language || ' ' || time_zone FROM {schema}.users WHERE role_id = '{BuiltInRole.Owner}' AND is_active AND approved_at IS NOT NULL AND verified_at IS NULL"))
            .ShouldBe(["nora@first.example de Europe/Berlin"]);
        (await api.MailsAsync(schema)).ShouldBe(["activation nora@first.example"]);

        (await api.ColumnAsync($"SELECT actor_kind || ' ' || action || ' ' || subject_name FROM {schema}.audit_entries")).ShouldBe(["system user.signed_up Nora New"]);
        (await api.ScalarAsync<bool>("SELECT terms_accepted_at IS NOT NULL FROM registrations WHERE email = 'nora@first.example'")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_later_person_waits_for_an_administrator_however_the_tax_id_is_spelled()
    {
        await api.SignUpAsync(NewSignUp.Of("owner@later.example", "FR123456789", country: "FR"));
        await api.SignUpAsync(NewSignUp.Of("late@later.example", " fr 12.345-6789 ", company: "Another name", country: "fr"));

        var schema = await api.CompanyAsync("FR123456789");
        (await api.ColumnAsync($"SELECT email FROM {schema}.users WHERE role_id = '{BuiltInRole.Member}' AND NOT is_active AND approved_at IS NULL AND verified_at IS NULL")).ShouldBe(["late@later.example"]);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.users")).ShouldBe(2);
        (await api.MailsAsync(schema)).ShouldBe(["activation late@later.example", "activation owner@later.example", "approval_needed owner@later.example"]);
        (await api.ColumnAsync("SELECT name FROM companies WHERE tax_id = 'FR123456789'")).ShouldBe(["Acme Tools"]);
    }

    [Fact]
    public async Task Who_may_approve_and_wants_no_mail_about_people_who_wait_gets_none()
    {
        await api.SignUpAsync(NewSignUp.Of("owner@quiet.example", "PL5260001246", country: "PL"));
        var schema = await api.CompanyAsync("PL5260001246");
        await api.ExecuteAsync($"INSERT INTO {schema}.user_settings (user_id, key, value, updated_at) SELECT id, 'notifications.person_waiting', '\"none\"', now() FROM {schema}.users");
        await api.SignUpAsync(NewSignUp.Of("late@quiet.example", "PL5260001246", country: "PL"));
        (await api.MailsAsync(schema)).ShouldBe(["activation late@quiet.example", "activation owner@quiet.example"]);
    }

    [Fact]
    public async Task The_same_tax_id_in_another_country_is_another_company()
    {
        await api.SignUpAsync(NewSignUp.Of("a@two.example", "77777777", country: "DE"), NewSignUp.Of("b@two.example", "77777777", country: "PL"));
        (await api.ScalarAsync<long>("SELECT count(DISTINCT tenant_id) FROM companies WHERE tax_id = '77777777'")).ShouldBe(2);
    }

    [Fact]
    public async Task An_address_that_has_an_account_there_gets_a_mail_and_nothing_changes()
    {
        var taxId = NewSignUp.NewTaxId();
        await api.SignUpAsync(NewSignUp.Of("same@company.example", taxId));
        var schema = await api.CompanyAsync(taxId);
        await api.ExecuteAsync($"UPDATE {schema}.users SET verified_at = now()");
        var before = await api.ContentAsync(schema.Name);

        await api.SignUpAsync(NewSignUp.Of("SAME@company.example", taxId) with { Name = "Somebody Else" });

        (await api.ContentAsync(schema.Name)).ShouldBe(before);
        (await api.MailsAsync(schema)).ShouldBe(["account_exists same@company.example", "activation same@company.example"]);
    }

    [Fact]
    public async Task Whoever_signs_up_again_before_proving_the_address_gets_the_activation_mail_again()
    {
        var taxId = NewSignUp.NewTaxId();
        await api.SignUpAsync(NewSignUp.Of("again@company.example", taxId));
        var schema = await api.CompanyAsync(taxId);
        await api.SignUpAsync(NewSignUp.Of("again@company.example", taxId));
        (await api.MailsAsync(schema)).ShouldBe(["activation again@company.example"]);

        await api.ExecuteAsync($"UPDATE outgoing_mail SET sent_at = now() WHERE tenant_id = '{schema.TenantId}'");
        await api.SignUpAsync(NewSignUp.Of("again@company.example", taxId));
        (await api.MailsAsync(schema)).ShouldBe(["activation again@company.example", "activation again@company.example"]);
    }

    [Fact]
    public async Task Two_who_found_one_company_at_two_replicas_at_once_are_one_owner_and_one_who_waits()
    {
        var (other, address) = await api.StartApiAsync(api.ConnectionString);
        await using var replica = other;
        using var client = new HttpClient { BaseAddress = address };
        for (var i = 0; i < 5; i++)
        {
            var taxId = NewSignUp.NewTaxId();
            var answers = await Task.WhenAll(
                api.Anonymous.PostAsJsonAsync("/auth/register", NewSignUp.Of($"one{i}@both.example", taxId, "Both")), client.PostAsJsonAsync("/auth/register", NewSignUp.Of($"two{i}@both.example", taxId, "Both")));
            answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Accepted);
            await api.SettledAsync();

            var schema = await api.CompanyAsync(taxId);
            (await api.ScalarAsync<long>($"SELECT count(*) FROM companies WHERE tax_id = '{taxId}'")).ShouldBe(1);
            (await api.ColumnAsync($"SELECT (role_id = '{BuiltInRole.Owner}') || ' ' || is_active FROM {schema}.users ORDER BY 1")).ShouldBe(["false false", "true true"]);
            (await api.ScalarAsync<long>($"SELECT count(*) FROM sign_ins WHERE tenant_id = '{schema.TenantId}'")).ShouldBe(2);
        }

        (await api.ScalarAsync<long>("SELECT count(*) FROM tenants WHERE slug LIKE 'both%'")).ShouldBe(5);
    }

    [Fact]
    public async Task Known_and_unknown_addresses_and_companies_get_one_answer()
    {
        var taxId = NewSignUp.NewTaxId();
        await api.SignUpAsync(NewSignUp.Of("known@answer.example", taxId));
        await api.ExecuteAsync($"UPDATE {await api.CompanyAsync(taxId)}.users SET verified_at = now()");
        var answers = new List<string>();
        foreach (var person in new[] { NewSignUp.Of("known@answer.example", taxId), NewSignUp.Of("unknown@answer.example", taxId), NewSignUp.Of("known@answer.example"), NewSignUp.Of("new@answer.example") })
        {
            using var answer = await api.Anonymous.PostAsJsonAsync("/auth/register", person);
            var headers = string.Join(',', answer.Headers.Concat(answer.Content.Headers).Select(header => header.Key).Order(StringComparer.Ordinal));
            answers.Add($"{answer.StatusCode} {headers} {await answer.Content.ReadAsStringAsync()}");
        }

        await api.SettledAsync();
        answers.Distinct().ShouldHaveSingleItem().ShouldStartWith("Accepted");
    }

    [Fact]
    public async Task Signing_up_with_somebody_elses_address_gives_nothing_to_whoever_did_it()
    {
        // The stranger knows everything about the sign-up but what is in the mail.
        var taxId = NewSignUp.NewTaxId();
        await api.SignUpAsync(NewSignUp.Of("victim@somebody.example", taxId));
        var schema = await api.CompanyAsync(taxId);
        await api.ShouldBeOutAsync("victim@somebody.example", "a password of the stranger");

        // The one whose address it is reads the mail and chooses a password: still nothing that the stranger has typed is good for anything.
        using var activated = await api.Anonymous.PostAsJsonAsync("/auth/activate", new { token = await api.TokenAsync(schema, "victim@somebody.example"), ApiHost.Password });
        activated.StatusCode.ShouldBe(HttpStatusCode.OK);
        await api.SignUpAsync(NewSignUp.Of("victim@somebody.example", taxId) with { Name = "Stranger" });
        await api.ShouldBeOutAsync("victim@somebody.example", "a password of the stranger");
        using var victim = await api.SignInAsync("victim@somebody.example", (await api.ScalarAsync<string>($"SELECT slug FROM tenants WHERE id = '{schema.TenantId}'"))!);
        (await api.ColumnAsync($"SELECT name FROM {schema}.users")).ShouldBe(["Nora New"]);
    }

    [Fact]
    public async Task Ten_people_of_a_new_company_at_once_are_one_owner_and_nine_who_wait()
    {
        var taxId = NewSignUp.NewTaxId();
        await api.SignUpAsync([.. Enumerable.Range(0, 10).Select(i => NewSignUp.Of($"p{i}@race.example", taxId, "Race"))]);

        var schema = await api.CompanyAsync(taxId);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.users WHERE role_id = '{BuiltInRole.Owner}' AND is_active")).ShouldBe(1);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.users WHERE role_id = '{BuiltInRole.Member}' AND NOT is_active AND approved_at IS NULL")).ShouldBe(9);
        (await api.ScalarAsync<long>("SELECT count(*) FROM tenants WHERE slug LIKE 'race%'")).ShouldBe(1);
        (await api.MailsAsync(schema)).Count(mail => mail.StartsWith("activation", StringComparison.Ordinal)).ShouldBe(10);
    }

    [Fact]
    public async Task Companies_that_want_one_slug_get_numbers()
    {
        var ids = Enumerable.Range(0, 12).Select(_ => NewSignUp.NewTaxId()).ToArray();
        await api.SignUpAsync([.. ids.Select((id, i) => NewSignUp.Of($"boss{i}@same.example", id, "Wanted"))]);
        var slugs = await api.ColumnAsync("SELECT slug FROM tenants WHERE slug LIKE 'wanted%' ORDER BY length(slug), slug");
        slugs.Take(9).ShouldBe(["wanted", .. Enumerable.Range(2, 8).Select(i => $"wanted-{i}")]);
        slugs.Count.ShouldBe(12);
    }

    [Fact]
    public async Task No_more_people_get_accounts_than_the_company_may_have_and_its_administrators_hear_of_it_once_a_day()
    {
        var taxId = NewSignUp.NewTaxId();
        await api.SignUpAsync(NewSignUp.Of("owner@full.example", taxId));
        var schema = await api.CompanyAsync(taxId);
        await api.ExecuteAsync($"UPDATE companies SET account_limit = 4 WHERE tax_id = '{taxId}'");

        await api.SignUpAsync([.. Enumerable.Range(0, 8).Select(i => NewSignUp.Of($"p{i}@full.example", taxId))]);

        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.users")).ShouldBe(4);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM registrations WHERE tenant_id = '{schema.TenantId}' AND state = 'abandoned'")).ShouldBe(5);
        (await api.MailsAsync(schema)).Count(mail => mail == "account_limit_reached owner@full.example").ShouldBe(1);
    }

    [Fact]
    public async Task The_configured_limit_is_for_companies_without_one_of_their_own()
    {
        var taxId = NewSignUp.NewTaxId();
        await api.SignUpAsync(NewSignUp.Of("owner@large.example", taxId));
        var schema = await api.CompanyAsync(taxId);
        await api.ExecuteAsync(
            $"""
            INSERT INTO {schema}.users (id, email, name, password_hash, role_id, is_active, created_at)
            SELECT gen_random_uuid(), 'n' || n || '@large.example', 'N', 'x', '{BuiltInRole.Member}', true, now() FROM generate_series(1, {SignUpHost.AccountLimit - 2}) n
            """);
        await api.SignUpAsync(NewSignUp.Of("last@large.example", taxId));
        await api.SignUpAsync(NewSignUp.Of("over@large.example", taxId));
        (await api.ColumnAsync($"SELECT email FROM {schema}.users WHERE email IN ('last@large.example', 'over@large.example')")).ShouldBe(["last@large.example"]);
    }

    [Fact]
    public async Task Nobody_joins_a_company_whose_tenant_was_deleted_and_a_purged_one_begins_anew()
    {
        var taxId = NewSignUp.NewTaxId();
        await api.SignUpAsync(NewSignUp.Of("owner@gone.example", taxId, "Gone"));
        var schema = await api.CompanyAsync(taxId);
        using var deleted = await api.Operator.DeleteAsync("/cc/tenants/gone");
        await api.SignUpAsync(NewSignUp.Of("late@gone.example", taxId, "Gone"));
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.users")).ShouldBe(1);

        using var purged = await api.Operator.PostAsync("/cc/tenants/gone/purge?confirm=gone", null);
        purged.StatusCode.ShouldBe(HttpStatusCode.NoContent, await purged.Content.ReadAsStringAsync());
        await api.SignUpAsync(NewSignUp.Of("late@gone.example", taxId, "Gone"));
        (await api.MailsAsync(await api.CompanyAsync(taxId))).ShouldBe(["activation late@gone.example"]);
    }

    [Fact]
    public async Task What_operators_make_belongs_to_no_company()
    {
        using var owner = await api.CreateTenantAsync();
        (await api.ScalarAsync<long>($"SELECT count(*) FROM companies WHERE tenant_id = '{(await api.SchemaAsync(owner.Slug)).TenantId}'")).ShouldBe(0);
    }
}
