using System.Net;
using Todo.Api.Identity;
using Todo.Data.Access;
using Todo.Tenancy.Scoping;

namespace Todo.Tests.Api;

/// <summary>For every endpoint that exists: whatever one tenant's people send, nothing of another tenant comes back or changes.</summary>
public sealed class IsolationTests(ApiHost api) : IClassFixture<ApiHost>
{
    // In everything of the other tenant's that can be read.
    private const string Marker = "only-for-their-eyes";

    private const string OurToken = "our token, our header";

    private static readonly string[] MeantForAnybody = ["GET /openapi/{documentName}.json", "GET /health", "GET /alive", "POST /auth/login", "POST /auth/register", "POST /auth/activate", "POST /auth/activation"];

    [Fact]
    public void Only_what_is_listed_here_answers_to_anybody() =>
        ApiCall.AllOf(api.App).Where(call => call.IsAnonymous).Select(call => call.ToString()).ShouldBe(MeantForAnybody, ignoreOrder: true);

    [Fact]
    public void Every_other_endpoint_is_for_operators_or_for_a_tenants_people() =>
        ApiCall.AllOf(api.App).Where(call => !call.IsAnonymous && call.IsOperators == call.IsTenants).ShouldBeEmpty();

    [Fact]
    public async Task Nothing_of_another_tenant_comes_back_or_changes()
    {
        using var ourOwner = await api.CreateTenantAsync();
        using var theirOwner = await api.CreateTenantAsync();
        var theirs = await FillAsync(theirOwner);
        var ours = theirs with { TenantId = default, Slug = ourOwner.Slug, Email = $"owner@{ourOwner.Slug}.example", UserId = ourOwner.UserId, ActivationToken = "used" };
        var attempts = Attempts(ours, ourOwner.Token, theirs, await ExpiredTokenAsync(theirs)).ToArray();
        var before = await ContentAsync(theirs);
        before.ShouldContain(Marker);

        var wrong = new List<string>();
        foreach (var call in ApiCall.AllOf(api.App))
        {
            foreach (var attempt in attempts)
            {
                // Whoever knows their password may sign in as them, so signing in is tried with ours.
                using var request = call.Request(call.IsAnonymous ? ours : theirs);
                await attempt.Prepare(request);
                using var response = await api.Anonymous.SendAsync(request);
                var answer = $"{response.Headers} {await response.Content.ReadAsStringAsync()}";
                wrong.AddRange(Secrets(theirs).Where(answer.Contains).Select(secret => $"{call}, {attempt.Name}: {(int)response.StatusCode} holds {secret}"));
                var mayWork = call.IsAnonymous || (attempt.Name == OurToken && call.IsTenants && !call.NamesBelongings);
                if (!mayWork && !IsRefused(response))
                {
                    wrong.Add($"{call}, {attempt.Name}: {(int)response.StatusCode}");
                }
            }
        }

        wrong.ShouldBeEmpty();
        (await ContentAsync(theirs)).ShouldBe(before);
    }

    [Fact]
    public async Task The_same_calls_work_for_those_who_may()
    {
        // Otherwise the test above might be refused for a mistake in its requests.
        using var theirs = await api.CreateTenantAsync();
        foreach (var call in ApiCall.AllOf(api.App))
        {
            // A tenant of its own for calls after which it is another.
            using var own = call.RequiredStatus is null ? null : await api.CreateTenantAsync();
            var belongings = await FillAsync(own ?? theirs);
            using var session = await api.OpenSessionAsync(belongings.Email, belongings.Slug);
            await api.ExecuteAsync($"UPDATE tenants SET status = '{call.RequiredStatus ?? "active"}' WHERE id = '{belongings.TenantId}'");
            using var request = call.Request(belongings);
            using var response = await (call.IsOperators ? api.Operator : call.IsTenants ? session : api.Anonymous).SendAsync(request);
            response.IsSuccessStatusCode.ShouldBeTrue($"{call}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task Whoever_lacks_the_permission_gets_403_that_names_it_and_changes_nothing()
    {
        using var owner = await api.CreateTenantAsync();
        var belongings = await FillAsync(owner);
        var needing = ApiCall.AllOf(api.App).Where(call => call.Permission is not null).ToArray();
        needing.Select(call => call.Permission!).Distinct().ShouldBeSubsetOf(Permission.All);
        var people = new Dictionary<string, TenantClient>();
        foreach (var permission in Permission.All)
        {
            people[permission] = await api.AddPersonAsync(owner.Slug, await RoleAsync(belongings, $"all but {permission}", Permission.All.Where(other => other != permission)));
        }

        var before = await ContentAsync(belongings);
        foreach (var call in needing)
        {
            using var request = call.Request(belongings);
            using var response = await people[call.Permission!].SendAsync(request);
            await response.ShouldBeProblemSayingAsync(HttpStatusCode.Forbidden, $"'{call.Permission}'");
        }

        (await ContentAsync(belongings)).ShouldBe(before);
        foreach (var person in people.Values)
        {
            person.Dispose();
        }
    }

    [Fact]
    public async Task The_permission_alone_is_enough()
    {
        using var owner = await api.CreateTenantAsync();
        foreach (var call in ApiCall.AllOf(api.App).Where(call => call.Permission is not null))
        {
            var belongings = await FillAsync(owner);
            using var person = await api.AddPersonAsync(owner.Slug, await RoleAsync(belongings, $"only {call}", [call.Permission!]));
            using var request = call.Request(belongings);
            using var response = await person.SendAsync(request);
            response.IsSuccessStatusCode.ShouldBeTrue($"{call}: {(int)response.StatusCode}");
        }
    }

    [Fact]
    public async Task A_guest_sees_todos_and_nothing_else()
    {
        using var owner = await api.CreateTenantAsync();
        var belongings = await FillAsync(owner);
        using var guest = await api.AddPersonAsync(owner.Slug, BuiltInRole.Guest);

        // Whatever permission an endpoint declares: what is not a GET is not for guests.
        foreach (var call in ApiCall.AllOf(api.App).Where(call => call.Permission is not null && call.Method != HttpMethod.Get))
        {
            using var request = call.Request(belongings);
            using var response = await guest.SendAsync(request);
            response.StatusCode.ShouldBe(HttpStatusCode.Forbidden, call.ToString());
        }

        (await guest.TitlesAsync()).ShouldBe([$"Todo {Marker}"]);
        using var users = await guest.GetAsync("/users");
        await users.ShouldBeProblemSayingAsync(HttpStatusCode.Forbidden, Permission.UsersRead);
        using var logout = await guest.PostAsync("/auth/logout", null);
        logout.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    private IEnumerable<Attempt> Attempts(Belongings ours, string token, Belongings theirs, string expired)
    {
        AccessToken.Create(theirs.TenantId, out var guessed);
        return
        [
            new("our token, their header", request => With(request, theirs.Slug, token)),
            new("our token, no header", request => With(request, null, token)),
            new("our token, both headers", request => With(request, $"{ours.Slug},{theirs.Slug}", token)),
            new("our token, an unknown tenant", request => With(request, "nobody-knows-it", token)),
            new("no token, their header", request => With(request, theirs.Slug, null)),
            new("no token, no header", request => With(request, null, null)),
            new("an expired token of theirs", request => With(request, theirs.Slug, expired)),
            new("a guessed token of theirs", request => With(request, theirs.Slug, guessed)),
            new("a malformed token", request => With(request, theirs.Slug, "x' OR 1=1 --")),
            new("their tenant's id as a token", request => With(request, theirs.Slug, theirs.TenantId.ToString())),
            new("a wrong operator key", request =>
            {
                request.Headers.Add("X-Operator-Key", "guess");
                return With(request, theirs.Slug, token);
            }),
            // A session of its own for each call: one of them ends it, which must not hide what the others do.
            new(OurToken, async request =>
            {
                using var session = await api.OpenSessionAsync(ours.Email, ours.Slug);
                await With(request, session.Slug, session.Token);
            }),
        ];

        static Task With(HttpRequestMessage request, string? slug, string? token)
        {
            if (slug is not null)
            {
                request.Headers.TryAddWithoutValidation("tenant", slug);
            }

            if (token is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
            }

            return Task.CompletedTask;
        }
    }

    private async Task<Belongings> FillAsync(TenantClient owner)
    {
        var schema = await api.SchemaAsync(owner.Slug);
        var email = await api.ScalarAsync<string>($"SELECT email FROM {schema}.users WHERE id = '{owner.UserId}'");
        var (list, todo, run) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var activation = AccessToken.Create(schema.TenantId, out var activationText);
        await api.ExecuteAsync(
            $"""
            INSERT INTO {schema}.one_time_tokens (hash, user_id, purpose, created_at, expires_at)
            VALUES ('\x{Convert.ToHexString(activation.Hash)}', '{owner.UserId}', 'activation', now(), now() + interval '1 day');
            INSERT INTO {schema}.todo_lists (id, name, created_at) VALUES ('{list}', 'List {Marker}', now());
            INSERT INTO {schema}.todos (id, list_id, title, notes, created_by, created_at, updated_at)
            VALUES ('{todo}', '{list}', 'Todo {Marker}', 'Notes {Marker}', '{owner.UserId}', now(), now());
            UPDATE {schema}.users SET name = 'Person {Marker}';
            UPDATE tenants SET name = 'Company {Marker}' WHERE slug = '{owner.Slug}';
            UPDATE migration_runs SET state = 'cancelled' WHERE state IN ('running', 'paused');
            INSERT INTO migration_runs (id, kind, state, target, executor, started_by, checksum, wave_count, current_wave, created_at)
            VALUES ('{run}', 'apply', 'running', 'head', 'worker', 'a test', encode(sha256(''), 'hex'), 1, 0, now());
            """);
        return new Belongings(schema.TenantId, owner.Slug, email!, owner.UserId, list, todo, run, activationText);
    }

    private async Task<string> ExpiredTokenAsync(Belongings of)
    {
        var token = AccessToken.Create(of.TenantId, out var text);
        await api.ExecuteAsync(
            $"""
            INSERT INTO {TenantSchema.Of(of.TenantId)}.sessions (token_hash, user_id, created_at, expires_at)
            VALUES ('\x{Convert.ToHexString(token.Hash)}', '{of.UserId}', now() - interval '2 days', now() - interval '1 second')
            """);
        return text;
    }

    private async Task<Guid> RoleAsync(Belongings of, string name, IEnumerable<string> permissions)
    {
        var (schema, role) = (TenantSchema.Of(of.TenantId), Guid.CreateVersion7());
        await api.ExecuteAsync(
            $"""
            INSERT INTO {schema}.roles (id, name, is_built_in) VALUES ('{role}', '{name}', false);
            INSERT INTO {schema}.role_permissions (role_id, permission)
            SELECT '{role}', name FROM {schema}.permissions WHERE name = ANY (string_to_array('{string.Join(',', permissions)}', ','));
            """);
        return role;
    }

    // The whole schema, and the rows of the catalog that are about the tenant.
    private async Task<string> ContentAsync(Belongings of)
    {
        var catalog = await api.ContentAsync("public");
        return await api.ContentAsync(TenantSchema.Of(of.TenantId).Name)
            + string.Join('\n', catalog.Split('\n').Where(row => row.Contains(of.TenantId.ToString(), StringComparison.Ordinal)));
    }

    private static string[] Secrets(Belongings of) => [Marker, $"{of.UserId}", $"{of.ListId}", $"{of.TodoId}", $"{of.TenantId}"];

    private static bool IsRefused(HttpResponseMessage response) => response.StatusCode
        is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound;

    private sealed record Attempt(string Name, Func<HttpRequestMessage, Task> Prepare);
}
