using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Api.Mail;
using Todo.Tests.Api;
using Todo.Tests.Servers;

namespace Todo.Tests.Mail;

public sealed class MailTests(MailedHost api) : IClassFixture<MailedHost>
{
    [Theory]
    [InlineData("en", "A new password for", "Hello")]
    [InlineData("de", "Ein neues Passwort", "Guten Tag")]
    [InlineData("fr", "Un nouveau mot de passe", "Bonjour")]
    [InlineData("pl", "Nowe hasło", "Dzień dobry")]
    [InlineData("tlh", "A new password for", "Hello")]
    public async Task A_mail_is_in_the_persons_language_as_text_and_as_HTML_and_what_people_are_called_is_only_text_in_it(string language, string subject, string greeting)
    {
        using var owner = await api.CreateTenantAsync();
        var (schema, email) = (await api.SchemaAsync(owner.Slug), $"owner@{owner.Slug}.example");
        await api.ExecuteAsync($"UPDATE {schema}.users SET language = '{language}', name = E'<b>Eve</b> {{link}}\nBcc: all@world.example'");
        var token = await api.ResetTokenAsync(email);

        var mail = await api.MailAsync(email);
        mail.Subject!.ShouldStartWith(subject);
        mail.Subject!.ShouldContain("Tenant " + owner.Slug);
        mail.From.Mailboxes.Single().Address.ShouldBe("todo@todo.example");
        mail.Headers.Contains("Bcc").ShouldBeFalse();
        mail.TextBody!.ShouldStartWith(greeting);
        mail.TextBody!.ShouldContain("<b>Eve</b> {link} Bcc: all@world.example");
        mail.TextBody!.ShouldContain($"https://app.todo.example/reset-password#token={token}");
        mail.HtmlBody!.ShouldContain("&lt;b&gt;Eve&lt;/b&gt; {link} Bcc");
        mail.HtmlBody!.ShouldNotContain("<b>");
        mail.HtmlBody!.ShouldContain($"href=\"https://app.todo.example/reset-password#token={token}\"");

        // The mail alone has the token.
        (await api.ContentAsync(schema.Name) + await api.ContentAsync("public")).ShouldNotContain(token);
    }

    [Fact]
    public async Task Every_mail_there_is_comes_in_every_language_with_nothing_left_to_fill_in()
    {
        using var owner = await api.CreateTenantAsync();
        var (schema, email) = (await api.SchemaAsync(owner.Slug), $"owner@{owner.Slug}.example");
        var count = 0;
        foreach (var language in (string[])["en", "de", "fr", "pl"])
        {
            var subjects = new HashSet<string>();
            foreach (var template in MailTemplate.All)
            {
                await api.ExecuteAsync($"UPDATE {schema}.users SET language = '{language}', verified_at = {(template == "activation" ? "NULL" : "now()")}");
                await QueueAsync(owner, template);
                var mail = await api.MailAsync(email, ++count);
                subjects.Add(mail.Subject!).ShouldBeTrue(mail.Subject);
                foreach (var body in (string[])[mail.Subject!, mail.TextBody!, mail.HtmlBody!])
                {
                    body.ShouldNotContain("{");
                    body.ShouldNotBeNullOrWhiteSpace();
                }

                (MailedHost.Token(mail.TextBody!).Length > 0).ShouldBe(template is "activation" or "invitation" or "password_reset", template);
            }
        }
    }

    [Fact]
    public async Task A_mail_that_the_server_wants_later_is_sent_later()
    {
        using var owner = await api.CreateTenantAsync();
        var (email, refusals) = ($"owner@{owner.Slug}.example", 0);
        api.Smtp.Recipient = to => to == email && Interlocked.Increment(ref refusals) <= 2 ? "451 not now" : null;
        var id = await QueueAsync(owner, "account_exists");
        await api.MailAsync(email);
        await Eventually.TrueAsync(async () => await api.ScalarAsync<int>($"SELECT attempts FROM outgoing_mail WHERE id = '{id}' AND sent_at IS NOT NULL AND error IS NULL") == 3);
    }

    [Fact]
    public async Task A_mail_for_a_mailbox_that_does_not_exist_is_not_tried_again_and_says_why()
    {
        using var owner = await api.CreateTenantAsync();
        api.Smtp.Recipient = to => to == $"owner@{owner.Slug}.example" ? "550 nobody here" : null;
        var id = await QueueAsync(owner, "account_exists");
        await Eventually.TrueAsync(async () => await api.ScalarAsync<string>($"SELECT error FROM outgoing_mail WHERE id = '{id}' AND not_before = 'infinity' AND attempts = 1") is { } error && error.Contains("550 nobody here", StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_nobody_knows_whether_a_mail_was_taken_it_is_sent_again_as_the_same_mail()
    {
        using var owner = await api.CreateTenantAsync();
        var (email, cuts) = ($"owner@{owner.Slug}.example", 0);
        api.Smtp.IsCutAfter = mail => mail.To.Mailboxes.Single().Address == email && Interlocked.Increment(ref cuts) == 1;
        await QueueAsync(owner, "account_exists");
        await api.MailAsync(email, count: 2);
        api.Smtp.For(email).Select(mail => mail.MessageId).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_mail_that_a_dead_replica_had_taken_is_sent_when_its_lease_is_over()
    {
        using var owner = await api.CreateTenantAsync();
        var id = await QueueAsync(owner, "account_exists", notBefore: "now() + interval '1 hour'", attempts: 1);
        (await QueueAsync(owner, "approved")).ShouldNotBe(id);
        var email = $"owner@{owner.Slug}.example";
        (await api.MailAsync(email)).Subject!.ShouldContain("You may sign in");
        await api.ExecuteAsync($"UPDATE outgoing_mail SET not_before = now() WHERE id = '{id}'");
        (await api.MailAsync(email, count: 2)).Subject!.ShouldContain("already have an account");
    }

    [Fact]
    public async Task Several_replicas_send_each_mail_once()
    {
        const int Mails = 40;
        using var owner = await api.CreateTenantAsync();
        var (replica, _) = await api.StartApiAsync(api.ConnectionString);
        await using (replica)
        {
            await api.ExecuteAsync(
                $"""
                INSERT INTO outgoing_mail (id, tenant_id, user_id, template, created_at, not_before, attempts)
                SELECT gen_random_uuid(), '{(await api.SchemaAsync(owner.Slug)).TenantId}', '{owner.UserId}', 'approved', now(), now(), 0 FROM generate_series(1, {Mails})
                """);
            await Eventually.TrueAsync(async () => await api.ScalarAsync<long>($"SELECT count(*) FROM outgoing_mail WHERE user_id = '{owner.UserId}' AND sent_at IS NULL") == 0);
        }

        var received = api.Smtp.For($"owner@{owner.Slug}.example");
        received.Count.ShouldBe(Mails);
        received.Select(mail => mail.MessageId).Distinct().Count().ShouldBe(Mails);
    }

    [Fact]
    public async Task What_is_no_longer_for_the_person_is_not_sent()
    {
        using var owner = await api.CreateTenantAsync();
        await api.ExecuteAsync($"UPDATE {await api.SchemaAsync(owner.Slug)}.users SET is_active = false");
        var id = await QueueAsync(owner, "password_reset");
        await Eventually.TrueAsync(async () => await api.ScalarAsync<bool>($"SELECT error IS NOT NULL AND not_before = 'infinity' FROM outgoing_mail WHERE id = '{id}'"));
        api.Smtp.For($"owner@{owner.Slug}.example").ShouldBeEmpty();
    }

    [Fact]
    public async Task There_is_no_mailbox_to_read_outside_Development() =>
        await (await api.Anonymous.GetAsync("/dev/mailbox")).ShouldBeProblemAsync(HttpStatusCode.NotFound);

    private async Task<Guid> QueueAsync(TenantClient person, string template, string notBefore = "now()", int attempts = 0)
    {
        var id = Guid.CreateVersion7();
        await api.ExecuteAsync(
            $"""
            INSERT INTO outgoing_mail (id, tenant_id, user_id, template, created_at, not_before, attempts)
            VALUES ('{id}', '{(await api.SchemaAsync(person.Slug)).TenantId}', '{person.UserId}', '{template}', now(), {notBefore}, {attempts})
            """);
        return id;
    }
}

/// <summary>As a developer has it.</summary>
public sealed class DevelopmentHost : ApiHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--environment=Development", "--Mail:Interval=00:00:00.1", "--Logging:Console:LogLevel:Default=None"];
}

public sealed class MailboxTests(DevelopmentHost api) : IClassFixture<DevelopmentHost>
{
    [Fact]
    public async Task A_developer_reads_the_mail_and_follows_its_link()
    {
        using var owner = await api.CreateTenantAsync();
        var email = $"owner@{owner.Slug}.example";
        await api.ExecuteAsync($"UPDATE {await api.SchemaAsync(owner.Slug)}.users SET name = '<i>Olga</i>'");
        (await api.Anonymous.PostAsJsonAsync("/auth/password-reset", new { email })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        JsonElement mail = default;
        await Eventually.TrueAsync(async () =>
        {
            var mailbox = await api.Anonymous.GetFromJsonAsync<JsonElement>("/dev/mailbox");
            mail = mailbox.GetProperty("items").EnumerateArray().FirstOrDefault(item => item.GetProperty("to").GetString() == email);
            return mail.ValueKind == JsonValueKind.Object;
        });
        var token = MailedHost.Token(mail.GetProperty("text").GetString()!);
        mail.GetProperty("text").GetString()!.ShouldContain($"{api.Address}reset-password#token=");

        using var request = new HttpRequestMessage(HttpMethod.Get, "/dev/mailbox") { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("text/html") } } };
        using var page = await api.Anonymous.SendAsync(request);
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        var html = await page.Content.ReadAsStringAsync();
        html.ShouldContain("&lt;i&gt;Olga&lt;/i&gt;");
        html.ShouldContain(token);

        using var confirmed = await api.Anonymous.PostAsJsonAsync("/auth/password-reset/confirm", new { token, password = "four other plain words" });
        confirmed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }
}
