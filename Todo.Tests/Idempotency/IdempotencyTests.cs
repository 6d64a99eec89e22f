using System.Net;
using Todo.Api.Idempotency;
using Todo.Data.Access;
using Todo.Tests.Api;
using Todo.Tests.Servers;
using static Todo.Tests.Idempotency.IdempotencyHost;

namespace Todo.Tests.Idempotency;

public sealed class IdempotencyTests(IdempotencyHost api, ImpatientHost impatient, ForgettingHost forgetting)
    : IClassFixture<IdempotencyHost>, IClassFixture<ImpatientHost>, IClassFixture<ForgettingHost>
{
    // A POST that is not on the list takes a key, has its effect once, and is cut off at its commit below.
    private static readonly string[] WithoutKey =
    [
        "POST /api-keys", "POST /guest-links", "POST /me/calendar-feeds", "POST /webhooks", "POST /todos/{id:guid}/files", "POST /todos/{id:guid}/files/{fileId:guid}/links", "POST /webhooks/{id:guid}/secret",
        "POST /auth/accept-invitation", "POST /auth/activate", "POST /auth/activation", "POST /auth/login", "POST /auth/logout", "POST /auth/password",
        "POST /auth/password-reset", "POST /auth/password-reset/confirm", "POST /auth/register", "POST /auth/switch",
        "POST /cc/fleet/baseline", "POST /cc/fleet/drift", "POST /cc/fleet/plan", "POST /cc/fleet/repair", "POST /cc/fleet/verify", "POST /cc/migrate",
        "POST /cc/runs", "POST /cc/runs/{id:guid}/cancel", "POST /cc/runs/{id:guid}/pause", "POST /cc/runs/{id:guid}/resume", "POST /cc/session",
        "POST /cc/tenants", "POST /cc/tenants/{slug}/migrate", "POST /cc/tenants/{slug}/purge", "POST /cc/tenants/{slug}/restore", "POST /cc/tenants/{slug}/resume", "POST /cc/tenants/{slug}/suspend",
    ];

    [Fact]
    public async Task Sent_again_with_its_key_a_request_changes_nothing_and_gets_the_same_answer()
    {
        using var owner = await api.CreateTenantAsync();
        var key = NewKey();
        var first = await SeeAsync(owner, "/todos", new { title = "Once" }, key);
        first.Status.ShouldBe(201);
        first.Location.ShouldBe($"/todos/{first.Id()}");
        first.IsReplayed.ShouldBeFalse();

        var again = await SeeAsync(owner, "/todos", new { title = "Once" }, key);
        again.ShouldBe(first with { IsReplayed = true });
        (await SeeAsync(owner, "/todos", new { title = "Once" }, $"\"{key}\"")).ShouldBe(again);
        (await api.TitlesAsync(owner)).ShouldBe(["Once"]);
        (await SeeAsync(owner, "/todos", new { title = "Once" })).Id().ShouldNotBe(first.Id());
    }

    [Fact]
    public async Task Of_many_at_once_on_two_replicas_one_has_an_effect_and_all_get_its_answer()
    {
        using var owner = await api.CreateTenantAsync();
        var (other, address) = await api.StartApiAsync(api.ConnectionString);
        await using var _ = other;
        using var there = new TenantClient(address, owner.Slug, owner.Token, owner.UserId);
        var key = NewKey();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => SeeAsync(i % 2 == 0 ? owner : there, "/groups", new { name = "One of many" }, key)));

        answers.Select(answer => answer.WhateverTime()).Distinct().Single().Status.ShouldBe(201);
        answers.Count(answer => !answer.IsReplayed).ShouldBe(1);
        var schema = await api.SchemaAsync(owner.Slug);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.groups")).ShouldBe(1);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.audit_entries WHERE action = 'group.created'")).ShouldBe(1);
    }

    [Fact]
    public async Task Another_request_with_the_key_is_refused()
    {
        using var owner = await api.CreateTenantAsync();
        var key = NewKey();
        var first = await SeeAsync(owner, "/todos", new { title = "This" }, key);
        foreach (var (path, body) in new (string, object?)[] { ("/todos", new { title = "That" }), ("/todos?x=1", new { title = "This" }), ("/groups", new { name = "This" }), ($"/todos/{first.Id()}/complete", null) })
        {
            using var other = await SendAsync(owner, path, body, key);
            await other.ShouldBeProblemSayingAsync(HttpStatusCode.UnprocessableEntity, "another request");
        }

        (await api.TitlesAsync(owner)).ShouldBe(["This"]);
    }

    [Fact]
    public async Task The_key_of_somebody_else_is_another_key()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.AddPersonAsync(owner.Slug, BuiltInRole.Member);
        using var stranger = await api.CreateTenantAsync();
        using var machine = api.With((await api.AddKeyAsync(await api.SchemaAsync(owner.Slug), owner.UserId, [Permission.TodosWrite])).Text);
        var key = NewKey();
        foreach (var client in (HttpClient[])[owner, member, stranger, machine])
        {
            (await SeeAsync(client, "/todos", new { title = "Mine" }, key)).IsReplayed.ShouldBeFalse();
            (await SeeAsync(client, "/todos", new { title = "Mine" }, key)).IsReplayed.ShouldBeTrue();
        }

        (await api.TitlesAsync(owner)).Count.ShouldBe(3);
        (await api.TitlesAsync(stranger)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("\"unterminated")]
    [InlineData("\"with \\n escape\"")]
    [InlineData("a\"quote")]
    [InlineData("one, two")]
    [InlineData("\"\"")]
    [InlineData("one;parameter")]
    public async Task A_key_that_is_none_is_refused(string key) => await ShouldBeMalformedAsync(key);

    [Fact]
    public async Task A_key_that_is_too_long_or_one_of_two_is_refused()
    {
        await ShouldBeMalformedAsync(new string('k', 256));
        await ShouldBeMalformedAsync("one", "two");
        using var owner = await api.CreateTenantAsync();
        (await SeeAsync(owner, "/todos", new { title = "Long" }, new string('k', 255))).Status.ShouldBe(201);
    }

    [Fact]
    public async Task Whoever_asks_while_the_first_is_running_waits_for_its_answer_and_not_for_ever()
    {
        using var owner = await impatient.CreateTenantAsync();
        var (key, schema) = (NewKey(), await impatient.SchemaAsync(owner.Slug));
        await using var connection = await impatient.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = connection.CreateCommand())
        {
            hold.CommandText = $"LOCK TABLE {schema}.todos IN EXCLUSIVE MODE";
            await hold.ExecuteNonQueryAsync();
        }

        var first = SeeAsync(owner, "/todos", new { title = "Slow" }, key);
        await Eventually.TrueAsync(async () => await impatient.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1);

        // Longer than patience, and while it waits it holds no connection: more than there are can wait.
        var refused = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => SendAsync(owner, "/todos", new { title = "Slow" }, key)));
        foreach (var response in refused)
        {
            await response.ShouldBeProblemSayingAsync(HttpStatusCode.Conflict, "still running");
            response.Headers.RetryAfter.ShouldNotBeNull();
            response.Dispose();
        }

        var second = SeeAsync(owner, "/todos", new { title = "Slow" }, key);
        await transaction.RollbackAsync();
        (await second).ShouldBe(await first with { IsReplayed = true });
        (await impatient.TitlesAsync(owner)).ShouldBe(["Slow"]);
    }

    [Fact]
    public async Task A_refusal_is_an_answer_too_and_stays_what_it_was()
    {
        using var owner = await api.CreateTenantAsync();
        var (schema, key) = (await api.SchemaAsync(owner.Slug), NewKey());
        (await SeeAsync(owner, "/groups", new { name = "Taken" })).Status.ShouldBe(201);
        var refused = await SeeAsync(owner, "/groups", new { name = "Taken" }, key);
        refused.Status.ShouldBe(409);
        await api.ExecuteAsync($"DELETE FROM {schema}.groups");
        (await SeeAsync(owner, "/groups", new { name = "Taken" }, key)).ShouldBe(refused with { IsReplayed = true });
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.groups")).ShouldBe(0);
    }

    [Fact]
    public async Task A_body_that_can_not_be_read_leaves_the_key_unused()
    {
        using var owner = await api.CreateTenantAsync();
        var key = NewKey();
        using var request = Request("/todos", null, key);
        request.Content = new StringContent("{", System.Text.Encoding.UTF8, "application/json");
        using var response = await owner.SendAsync(request);
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        (await SeeAsync(owner, "/todos", new { title = "Better" }, key)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_to_keep_is_given_once_and_its_effect_had_once()
    {
        using var owner = await api.CreateTenantAsync();
        var (key, body) = (NewKey(), new { title = "Large", notes = new string('n', MaxAnswerBytes) });
        (await SeeAsync(owner, "/todos", body, key)).Status.ShouldBe(201);
        using var again = await SendAsync(owner, "/todos", body, key);
        await again.ShouldBeProblemSayingAsync(HttpStatusCode.Conflict, "too large");
        (await api.TitlesAsync(owner)).ShouldBe(["Large"]);
    }

    [Fact]
    public async Task After_its_time_a_key_is_a_new_one_and_its_row_goes()
    {
        using var owner = await forgetting.CreateTenantAsync();
        var (schema, key) = (await forgetting.SchemaAsync(owner.Slug), NewKey());
        var first = await SeeAsync(owner, "/todos", new { title = "Again" }, key);
        var lasts = await forgetting.ScalarAsync<TimeSpan>($"SELECT expires_at - now() FROM {schema}.idempotency_keys");
        lasts.ShouldBeInRange(TimeSpan.FromHours(23.9), TimeSpan.FromHours(24));
        await forgetting.ExecuteAsync($"UPDATE {schema}.idempotency_keys SET expires_at = now() - interval '1 second'");
        var second = await SeeAsync(owner, "/todos", new { title = "Again" }, key);
        (second.Status, second.IsReplayed).ShouldBe((201, false));
        second.Id().ShouldNotBe(first.Id());
        (await SeeAsync(owner, "/todos", new { title = "Again" }, key)).ShouldBe(second with { IsReplayed = true });

        await forgetting.ExecuteAsync($"UPDATE {schema}.idempotency_keys SET expires_at = now() - interval '1 second'");
        await Eventually.TrueAsync(async () => await forgetting.ScalarAsync<long>($"SELECT count(*) FROM {schema}.idempotency_keys") == 0);
    }

    [Fact]
    public async Task The_key_itself_is_kept_nowhere()
    {
        using var owner = await api.CreateTenantAsync();
        var key = "a-key-that-" + NewKey();
        await SeeAsync(owner, "/todos", new { title = "Kept" }, key);
        (await api.ContentAsync((await api.SchemaAsync(owner.Slug)).Name)).ShouldNotContain(key);
    }

    [Fact]
    public async Task Whoever_is_put_out_with_a_key_is_out_at_once_on_every_replica()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.AddPersonAsync(owner.Slug, BuiltInRole.Member);
        var (other, address) = await api.StartApiAsync(api.ConnectionString);
        await using var _ = other;
        using var there = new TenantClient(address, member.Slug, member.Token, member.UserId);
        await member.TitlesAsync();
        await there.TitlesAsync();

        (await SeeAsync(owner, $"/users/{member.UserId}/deactivate", null, NewKey())).Status.ShouldBe(200);

        using var here = await member.GetAsync("/todos");
        here.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await Eventually.TrueAsync(async () =>
        {
            using var response = await there.GetAsync("/todos");
            return response.StatusCode == HttpStatusCode.Unauthorized;
        });
    }

    [Fact]
    public async Task In_a_tenant_of_an_older_version_a_key_is_refused_for_now_and_everything_else_served()
    {
        using var owner = await api.CreateTenantAsync();
        await api.ExecuteAsync($"DROP TABLE {await api.SchemaAsync(owner.Slug)}.idempotency_keys");
        using var refused = await SendAsync(owner, "/todos", new { title = "Later" }, NewKey());
        await refused.ShouldBeProblemSayingAsync(HttpStatusCode.ServiceUnavailable, "migrated");
        (await SeeAsync(owner, "/todos", new { title = "Now" })).Status.ShouldBe(201);
    }

    [Fact]
    public void Only_what_is_listed_here_takes_no_key() =>
        ApiCall.AllOf(api.App).Where(call => call.Method == HttpMethod.Post && call.Endpoint.Metadata.GetMetadata<WithoutIdempotencyKey>() is not null)
            .Select(call => call.ToString()).ShouldBe(WithoutKey, ignoreOrder: true);

    [Fact]
    public async Task What_takes_no_key_says_why_and_does_nothing()
    {
        using var owner = await api.CreateTenantAsync();
        foreach (var path in (string[])["/api-keys", "/guest-links", "/auth/logout", "/auth/login"])
        {
            using var response = await SendAsync(owner, path, new { }, NewKey());
            await response.ShouldBeProblemSayingAsync(HttpStatusCode.BadRequest, "takes no Idempotency-Key: it");
        }

        using var run = await SendAsync(api.Operator, "/cc/migrate", null, NewKey());
        await run.ShouldBeProblemSayingAsync(HttpStatusCode.BadRequest, "operators");
        await owner.TitlesAsync();
    }

    [Fact]
    public async Task Every_other_POST_has_its_effect_once()
    {
        using var owner = await api.CreateTenantAsync();
        foreach (var call in WithKey())
        {
            var belongings = await new IsolationTests(api).FillAsync(owner);
            using var guest = api.With(belongings.Doors.GuestToken);
            var (client, key) = (call.IsGuests ? guest : owner, NewKey());
            using var first = call.Request(belongings);
            first.Headers.Add("Idempotency-Key", key);

            // As the first was sent: a sample may be another each time.
            var body = first.Content is null ? null : await first.Content.ReadAsByteArrayAsync();
            using var again = new HttpRequestMessage(HttpMethod.Post, first.RequestUri) { Content = body is null ? null : new ByteArrayContent(body) };
            again.Content?.Headers.ContentType = first.Content!.Headers.ContentType;
            again.Headers.Add("Idempotency-Key", key);

            using var answer = await client.SendAsync(first);
            var seen = await Seen.OfAsync(answer);
            answer.IsSuccessStatusCode.ShouldBeTrue($"{call}: {seen}");
            var before = await ContentAsync(owner.Slug);
            using var answerAgain = await client.SendAsync(again);
            (await Seen.OfAsync(answerAgain)).ShouldBe(seen with { IsReplayed = true }, call.ToString());
            (await ContentAsync(owner.Slug)).ShouldBe(before, call.ToString());
        }
    }

    internal static bool TakesKey(ApiCall call) => call.Method == HttpMethod.Post && call.Endpoint.Metadata.GetMetadata<WithoutIdempotencyKey>() is null;

    private IEnumerable<ApiCall> WithKey() => ApiCall.AllOf(api.App).Where(TakesKey);

    private async Task<string> ContentAsync(string slug)
    {
        var schema = await api.SchemaAsync(slug);
        return await api.ContentAsync(schema.Name) + string.Join('\n', (await api.ContentAsync("public")).Split('\n').Where(row => row.Contains(schema.TenantId.ToString(), StringComparison.Ordinal) && !row.Contains("template", StringComparison.Ordinal)));
    }

    private async Task ShouldBeMalformedAsync(params string[] keys)
    {
        using var owner = await api.CreateTenantAsync();
        using var response = await SendAsync(owner, "/todos", new { title = "Not made" }, keys);
        await response.ShouldBeProblemSayingAsync(HttpStatusCode.BadRequest, "Idempotency-Key");
        (await api.TitlesAsync(owner)).ShouldBeEmpty();
    }
}
