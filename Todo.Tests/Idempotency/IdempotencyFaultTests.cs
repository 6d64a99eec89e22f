using Npgsql;
using Todo.Tests.Api;
using Todo.Tests.Faults;
using static Todo.Tests.Idempotency.IdempotencyHost;

namespace Todo.Tests.Idempotency;

/// <summary>A replica loses its connection in the midst of a request with a key; whoever sent it gets no answer, or an error, and sends it again to another.</summary>
public sealed class IdempotencyFaultTests(IdempotencyHost api) : IClassFixture<IdempotencyHost>
{
    // What the background asks when its time comes: clean-ups, sign-ups, runs, and which sessions are in use. Making a group and inviting somebody delete nothing, and have to do with none of the rest.
    private static readonly string[] OfBackground = ["DELETE FROM", ".files", ".registrations", ".migration_runs", ".sessions"];

    private static bool IsOfRequest(string sql) =>
        (sql.Contains("t_", StringComparison.Ordinal) && !OfBackground.Any(text => sql.Contains(text, StringComparison.Ordinal)))
        || sql is "BEGIN" or "COMMIT" or "ROLLBACK" || sql.StartsWith("BEGIN", StringComparison.Ordinal) || sql.Contains("SAVEPOINT", StringComparison.Ordinal);

    [Fact]
    public async Task Wherever_making_a_group_is_cut_off_it_is_made_once() =>
        await StrikeEverywhereAsync("/groups", () => new { name = $"Group {Guid.NewGuid()}" }, (schema, body) => $"SELECT count(*) FROM {schema}.groups WHERE name = '{body.GetType().GetProperty("name")!.GetValue(body)}'");

    [Fact]
    public async Task Wherever_inviting_somebody_is_cut_off_they_are_invited_once() =>
        await StrikeEverywhereAsync("/users", () => new { name = "Ina", email = $"{Guid.NewGuid():N}@struck.example" }, (schema, body) =>
        {
            var email = body.GetType().GetProperty("email")!.GetValue(body);
            return $"SELECT count(*) FROM {schema}.users u JOIN public.sign_ins s ON s.email = u.email JOIN public.outgoing_mail m ON m.user_id = u.id WHERE u.email = '{email}'";
        });

    [Fact]
    public async Task Every_POST_that_is_cut_off_at_its_commit_has_done_nothing()
    {
        await using var proxy = PostgresProxy.Start(api.ConnectionString);
        var (struck, address) = await api.StartApiAsync(proxy.ConnectionString);
        await using var _ = struck;
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        foreach (var call in ApiCall.AllOf(api.App).Where(IdempotencyTests.TakesKey))
        {
            var belongings = await new IsolationTests(api).FillAsync(owner);
            using var client = new HttpClient { BaseAddress = address };
            client.DefaultRequestHeaders.Authorization = new("Bearer", call.IsGuests ? belongings.Doors.GuestToken : owner.Token);

            // Everything that the request looks up is known before.
            using var warm = await client.GetAsync(call.IsGuests ? "/guest/list" : "/todos");
            warm.EnsureSuccessStatusCode();
            var before = await api.ContentAsync(schema.Name);
            proxy.Cut(FaultPoint.Before(1, sql => sql.Contains("idempotency_keys AS known (hash", StringComparison.Ordinal)));
            using var request = call.Request(belongings);
            request.Headers.Add("Idempotency-Key", NewKey());
            using var response = await client.SendAsync(request);
            ((int)response.StatusCode).ShouldBeGreaterThanOrEqualTo(500, call.ToString());
            proxy.Disarm().ShouldBeFalse(call.ToString());
            await proxy.Fired;
            (await api.ContentAsync(schema.Name)).ShouldBe(before, call.ToString());
        }
    }

    private async Task StrikeEverywhereAsync(string path, Func<object> newBody, Func<string, object, string> effects)
    {
        await using var proxy = PostgresProxy.Start(new NpgsqlConnectionStringBuilder(api.ConnectionString) { MaxPoolSize = 4 }.ConnectionString);
        var (struck, address) = await api.StartApiAsync(proxy.ConnectionString);
        await using var _ = struck;
        using var owner = await api.CreateTenantAsync();
        var schema = (await api.SchemaAsync(owner.Slug)).ToString();
        using var client = new TenantClient(address, owner.Slug, owner.Token, owner.UserId);
        (await SeeAsync(client, path, newBody(), NewKey())).Status.ShouldBe(201);
        proxy.Forget();
        (await SeeAsync(client, path, newBody(), NewKey())).Status.ShouldBe(201);
        var points = StatementBoundaries.InOrder(proxy.Statements.Where(statement => IsOfRequest(statement.Sql)));
        points.Count.ShouldBeGreaterThan(8);

        var fired = 0;
        foreach (var point in points)
        {
            var (key, body) = (NewKey(), newBody());
            proxy.Cut(point with { Counts = IsOfRequest });
            var first = await TryAsync(client, path, body, key);
            fired += proxy.Disarm() ? 0 : 1;
            var kept = await api.ScalarAsync<long>(effects(schema, body));
            kept.ShouldBeLessThanOrEqualTo(1, $"{point}");

            var again = await SeeAsync(owner, path, body, key);
            again.Status.ShouldBe(201, $"{point}");
            again.IsReplayed.ShouldBe(kept == 1, $"{point}");
            (await api.ScalarAsync<long>(effects(schema, body))).ShouldBe(1, $"{point}");
            if (first?.Status == 201)
            {
                again.WhateverTime().ShouldBe(first);
            }
        }

        fired.ShouldBeGreaterThan(points.Count / 2);
    }

    private static async Task<Seen?> TryAsync(HttpClient client, string path, object body, string key)
    {
        try
        {
            return await SeeAsync(client, path, body, key);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
