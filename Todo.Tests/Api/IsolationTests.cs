using System.Net;
using System.Security.Cryptography;
using System.Text;
using Todo.Api.Files;
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
    private const string OurTokenAlone = "our token, no header";
    private const string OurKey = "our key";
    private const string OurLink = "our guest's link";

    private static readonly string[] MeantForAnybody =
    [
        "GET /openapi/{documentName}.json", "GET /health", "GET /alive",
        "POST /auth/login", "POST /auth/password-reset", "POST /auth/password-reset/confirm", "POST /auth/accept-invitation",
        "POST /auth/register", "POST /auth/activate", "POST /auth/activation",
        "GET /cc", "GET /cc/assets/fleet.css", "GET /cc/assets/fleet.js", "GET /cc/assets/fleet.svg",
        "GET /guest", "GET /guest/assets/guest.css", "GET /guest/assets/guest.js", "GET /guest/assets/guest.svg",
        "GET /calendar/{token}.ics", "GET /files/{token}", "HEAD /files/{token}",
    ];

    [Fact]
    public void Only_what_is_listed_here_answers_to_anybody() =>
        ApiCall.AllOf(api.App).Where(call => call.IsAnonymous).Select(call => call.ToString()).ShouldBe(MeantForAnybody, ignoreOrder: true);

    [Fact]
    public void Every_other_endpoint_is_for_operators_or_for_a_tenants_people_or_for_guests() =>
        ApiCall.AllOf(api.App).Where(call => !call.IsAnonymous && new[] { call.IsOperators, call.IsTenants, call.IsGuests }.Count(may => may) != 1).ShouldBeEmpty();

    [Fact]
    public async Task Nothing_of_another_tenant_comes_back_or_changes()
    {
        using var ourOwner = await api.CreateTenantAsync();
        using var theirOwner = await api.CreateTenantAsync();
        var theirs = await FillAsync(theirOwner);
        var (ourSchema, ourList) = (await api.SchemaAsync(ourOwner.Slug), Guid.CreateVersion7());
        await api.ExecuteAsync($"INSERT INTO {ourSchema}.todo_lists (id, name, created_at) VALUES ('{ourList}', 'Ours', now())");
        var ours = theirs with
        {
            TenantId = default,
            Slug = ourOwner.Slug,
            Email = $"owner@{ourOwner.Slug}.example",
            UserId = ourOwner.UserId,
            ResetToken = "none of theirs",
            ActivationToken = "none of theirs",
            People = theirs.People with { Invitation = "of-nobody" },
            Doors = await OpenDoorsAsync(ourSchema, ourOwner.UserId, ourList),
            File = theirs.File with { Token = api.Service<FileLinks>().Make(ourSchema.TenantId, theirs.File.Id, DateTimeOffset.UtcNow.AddHours(1)) },
        };
        var (expired, ended) = (await ExpiredTokenAsync(theirs), await EndedAsync(theirs));
        var before = await ContentAsync(theirs);
        before.ShouldContain(Marker);

        var wrong = new List<string>();
        foreach (var call in ApiCall.AllOf(api.App))
        {
            // A session of our own for each endpoint: some of them end sessions, and an ended one would be refused for that alone.
            using var our = await api.OpenSessionAsync(ours.Email, ours.Slug);
            foreach (var attempt in Attempts(ours, our.Token, theirs, expired).Concat(ended))
            {
                // Whoever knows their password may sign in as them, so signing in is tried with ours.
                using var request = call.Request(call.IsAnonymous ? ours : theirs);
                await attempt.Prepare(request);
                using var response = await api.Anonymous.SendAsync(request);
                var answer = $"{response.Headers} {await response.Content.ReadAsStringAsync()}";
                wrong.AddRange(Secrets(theirs).Where(answer.Contains).Select(secret => $"{call}, {attempt.Name}: {(int)response.StatusCode} holds {secret}"));
                var mayWork = call.IsAnonymous
                    || (attempt.Name is OurToken or OurTokenAlone or OurKey && call.IsTenants && !call.NamesBelongings)
                    || (attempt.Name == OurLink && call.IsGuests && !call.HasParameters);
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
            using var guest = api.With(belongings.Doors.GuestToken);
            using var response = await (call.IsOperators ? api.Operator : call.IsTenants ? session : call.IsGuests ? guest : api.Anonymous).SendAsync(request);
            response.IsSuccessStatusCode.ShouldBeTrue($"{call}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task Whoever_lacks_the_permission_gets_403_that_names_it_and_changes_nothing()
    {
        using var owner = await api.CreateTenantAsync();
        var belongings = await FillAsync(owner);
        var needing = ApiCall.AllOf(api.App).Where(call => call.Permission is not null).ToArray();
        needing.Select(call => call.Permission!).Distinct().ShouldBe(Permission.All, ignoreOrder: true);
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
            using var person = await api.AddPersonAsync(owner.Slug, await RoleAsync(belongings, $"only {call}", [call.Permission!, .. call.AlsoNeeds]));

            // What somebody said, and what they keep for themselves, only they change, whatever they may otherwise.
            var schema = TenantSchema.Of(belongings.TenantId);
            await api.ExecuteAsync($"UPDATE {schema}.comments SET author_id = '{person.UserId}'; UPDATE {schema}.saved_filters SET user_id = '{person.UserId}'");
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

    [Fact]
    public async Task A_key_does_what_its_permissions_say_and_nothing_that_is_for_people()
    {
        using var owner = await api.CreateTenantAsync();
        var belongings = await FillAsync(owner);
        var schema = await api.SchemaAsync(owner.Slug);
        foreach (var call in ApiCall.AllOf(api.App).Where(call => call.IsTenants))
        {
            using var without = api.With((await api.AddKeyAsync(schema, owner.UserId, Permission.All.Where(other => other != call.Permission))).Text);
            using var refused = await without.SendAsync(call.Request(belongings));
            await refused.ShouldBeProblemSayingAsync(HttpStatusCode.Forbidden, call.Permission is null ? "not for keys" : $"'{call.Permission}'");
        }

        foreach (var call in ApiCall.AllOf(api.App).Where(call => call.Permission is not null))
        {
            var target = await FillAsync(owner);
            using var with = api.With((await api.AddKeyAsync(schema, owner.UserId, [call.Permission!, .. call.AlsoNeeds])).Text);
            using var response = await with.SendAsync(call.Request(target));
            response.IsSuccessStatusCode.ShouldBeTrue($"{call}: {(int)response.StatusCode}");
        }
    }

    [Fact]
    public async Task A_guests_link_opens_its_list_and_no_other_endpoint_and_nothing_else_opens_that()
    {
        using var owner = await api.CreateTenantAsync();
        var belongings = await FillAsync(owner);
        var schema = await api.SchemaAsync(owner.Slug);
        using var writer = api.With(belongings.Doors.GuestToken);
        using var reader = api.With((await api.AddGuestLinkAsync(schema, owner.UserId, belongings.ListId, mayWrite: false)).Text);
        using var key = api.With(belongings.Doors.ApiKey);
        foreach (var call in ApiCall.AllOf(api.App).Where(call => !call.IsAnonymous && !call.IsGuests))
        {
            using var response = await writer.SendAsync(call.Request(belongings));
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, call.ToString());
        }

        foreach (var call in ApiCall.AllOf(api.App).Where(call => call.IsGuests))
        {
            using var asReader = await reader.SendAsync(call.Request(belongings));
            (call.Method == HttpMethod.Get ? asReader.IsSuccessStatusCode : asReader.StatusCode == HttpStatusCode.Forbidden).ShouldBeTrue($"{call}: {(int)asReader.StatusCode}");
            foreach (var client in (HttpClient[])[owner, key, api.Operator, api.Anonymous])
            {
                using var response = await client.SendAsync(call.Request(belongings));
                response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, call.ToString());
            }
        }
    }

    // What was good once, of theirs, and is not any more.
    private async Task<IEnumerable<Attempt>> EndedAsync(Belongings theirs)
    {
        var schema = TenantSchema.Of(theirs.TenantId);
        var expiredKey = (await api.AddKeyAsync(schema, theirs.UserId, Permission.All, "interval '-1 second'")).Text;
        var revokedKey = await api.AddKeyAsync(schema, theirs.UserId, Permission.All);
        var expiredLink = (await api.AddGuestLinkAsync(schema, theirs.UserId, theirs.ListId, mayWrite: true, "interval '-1 second'")).Text;
        var revokedLink = await api.AddGuestLinkAsync(schema, theirs.UserId, theirs.ListId, mayWrite: true);
        await api.ExecuteAsync(
            $"""
            UPDATE {schema}.api_keys SET revoked_at = now() WHERE id = '{revokedKey.Id}';
            UPDATE {schema}.guest_links SET revoked_at = now() WHERE id = '{revokedLink.Id}';
            """);
        return new (string Name, string Token)[]
        {
            ("an expired key of theirs", expiredKey), ("a revoked key of theirs", revokedKey.Text),
            ("an expired link of theirs", expiredLink), ("a revoked link of theirs", revokedLink.Text),
        }.Select(ended => new Attempt(ended.Name, request => With(request, theirs.Slug, ended.Token)));
    }

    private IEnumerable<Attempt> Attempts(Belongings ours, string token, Belongings theirs, string expired)
    {
        AccessToken.Create(theirs.TenantId, out var guessed);
        return
        [
            new("our token, their header", request => With(request, theirs.Slug, token)),
            new(OurTokenAlone, request => With(request, null, token)),
            new("our token, both headers", request => With(request, $"{ours.Slug},{theirs.Slug}", token)),
            new("our token, an unknown tenant", request => With(request, "nobody-knows-it", token)),
            new("no token, their header", request => With(request, theirs.Slug, null)),
            new("no token, no header", request => With(request, null, null)),
            new("an expired token of theirs", request => With(request, theirs.Slug, expired)),
            new("a guessed token of theirs", request => With(request, theirs.Slug, guessed)),
            new("a malformed token", request => With(request, theirs.Slug, "x' OR 1=1 --")),
            new("their tenant's id as a token", request => With(request, theirs.Slug, theirs.TenantId.ToString())),
            new(OurKey, request => With(request, null, ours.Doors.ApiKey)),
            new("our key, their header", request => With(request, theirs.Slug, ours.Doors.ApiKey)),
            new(OurLink, request => With(request, null, ours.Doors.GuestToken)),
            new("our guest's link, their header", request => With(request, theirs.Slug, ours.Doors.GuestToken)),
            new("their key, our header", request => With(request, ours.Slug, theirs.Doors.ApiKey)),
            new("their guest's link, our header", request => With(request, ours.Slug, theirs.Doors.GuestToken)),
            new("their guest's link as a person's token", request => With(request, theirs.Slug, theirs.Doors.GuestToken["todo_guest_".Length..])),
            new("their guest's link as a key", request => With(request, theirs.Slug, "todo_key_" + theirs.Doors.GuestToken["todo_guest_".Length..])),
            new("our token as a key", request => With(request, null, "todo_key_" + token)),
            new("our token as a guest's link", request => With(request, null, "todo_guest_" + token)),
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
    }

    private static Task With(HttpRequestMessage request, string? slug, string? token)
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

    internal async Task<Belongings> FillAsync(TenantClient owner)
    {
        var schema = await api.SchemaAsync(owner.Slug);
        var email = await api.ScalarAsync<string>($"SELECT email FROM {schema}.users WHERE id = '{owner.UserId}'");
        var (list, todo, run) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var (tag, otherTag, comment, told, filter) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var (file, content) = (Guid.CreateVersion7(), Encoding.UTF8.GetBytes($"Content {Marker}"));
        await api.Service<IFileStorage>().WriteAsync(new FileKey(schema.TenantId, file), new MemoryStream(content), CancellationToken.None);
        var (webhook, delivery) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var session = AccessToken.Create(schema.TenantId, out _);
        var reset = AccessToken.Create(schema.TenantId, out var resetToken);
        var (newcomer, activation) = (Guid.CreateVersion7(), AccessToken.Create(schema.TenantId, out var activationToken));
        await api.ExecuteAsync(
            $"""
            INSERT INTO {schema}.users (id, email, name, password_hash, role_id, is_active, created_at)
            SELECT '{newcomer}', '{newcomer:N}@{Marker}.example', 'Newcomer {Marker}', '', id, false, now() FROM {schema}.roles LIMIT 1;
            INSERT INTO {schema}.one_time_tokens (hash, user_id, purpose, created_at, expires_at)
            VALUES ('\x{Convert.ToHexString(activation.Hash)}', '{newcomer}', 'activation', now(), now() + interval '1 day');
            INSERT INTO {schema}.todo_lists (id, name, created_at) VALUES ('{list}', 'List {Marker}', now());
            INSERT INTO {schema}.todos (id, list_id, title, notes, created_by, created_at, updated_at, due_at, is_all_day, recurrence_rule, recurrence_mode, recurrence_from, occurrence)
            VALUES ('{todo}', '{list}', 'Todo {Marker}', 'Notes {Marker}', '{owner.UserId}', now(), now(), '2040-01-02', true, 'FREQ=DAILY', 'schedule', '2040-01-02', '2040-01-02');
            INSERT INTO {schema}.todo_occurrences (todo_id, original, title, is_cancelled) VALUES ('{todo}', '{Belongings.Occurrence}', 'Occurrence {Marker}', false);
            INSERT INTO {schema}.tags (id, name, name_key, is_hidden, version, created_at)
            VALUES ('{tag}', 'Tag {Marker}', '{tag}', false, 1, now()), ('{otherTag}', 'Other tag {Marker}', '{otherTag}', false, 1, now());
            INSERT INTO {schema}.comments (id, todo_id, author_id, text, mention_ids, created_at, version)
            VALUES ('{comment}', '{todo}', '{owner.UserId}', 'Comment {Marker}', ARRAY[]::uuid[], now(), 1);
            INSERT INTO {schema}.files (id, todo_id, name, content_type, size, sha256, created_by, created_at, state)
            VALUES ('{file}', '{todo}', 'File {Marker}', 'text/plain', {content.Length}, '\x{Convert.ToHexString(SHA256.HashData(content))}', '{owner.UserId}', now(), 'stored');
            UPDATE {schema}.file_usage SET bytes = bytes + {content.Length};
            INSERT INTO {schema}.saved_filters (id, user_id, name, name_key, conditions, version, created_at)
            VALUES ('{filter}', '{owner.UserId}', 'Filter {Marker}', '{filter}', jsonb_build_object(), 1, now());
            INSERT INTO {schema}.notifications (person_id, id, kind, todo_id, created_at) VALUES ('{owner.UserId}', '{told}', 'todo_assigned', '{todo}', now());
            DELETE FROM {schema}.webhooks;
            INSERT INTO {schema}.webhooks (id, name, url, kinds, salt, position, is_active, created_by, created_at, version)
            VALUES ('{webhook}', 'Webhook {Marker}', 'https://{Marker}.example', ARRAY[]::text[], '\x00', 0, false, '{owner.UserId}', now(), 1);
            INSERT INTO {schema}.webhook_deliveries (id, webhook_id, kind, body, state, attempts, not_before, error, created_at, ended_at)
            VALUES ('{delivery}', '{webhook}', 'todo.created', 'Body {Marker}', 'failed', 3, now(), 'Error {Marker}', now(), now());
            INSERT INTO {schema}.sessions (token_hash, user_id, created_at, expires_at) VALUES ('\x{Convert.ToHexString(session.Hash)}', '{owner.UserId}', now(), now() + interval '1 day');
            INSERT INTO {schema}.one_time_tokens (hash, user_id, purpose, created_at, expires_at)
            VALUES ('\x{Convert.ToHexString(reset.Hash)}', '{owner.UserId}', 'password_reset', now(), now() + interval '1 day');
            UPDATE {schema}.users SET name = 'Person {Marker}';
            UPDATE tenants SET name = 'Company {Marker}' WHERE slug = '{owner.Slug}';
            UPDATE migration_runs SET state = 'cancelled' WHERE state IN ('running', 'paused');
            INSERT INTO migration_runs (id, kind, state, target, executor, started_by, checksum, wave_count, current_wave, created_at)
            VALUES ('{run}', 'apply', 'running', 'head', 'worker', 'a test', encode(sha256(''), 'hex'), 1, 0, now());
            """);
        return new Belongings(schema.TenantId, owner.Slug, email!, owner.UserId, list, todo, run, Convert.ToHexStringLower(session.Hash)[..32], resetToken, activationToken)
        {
            People = await FillPeopleAsync(schema),
            Tags = (tag, otherTag),
            CommentId = comment,
            File = (file, api.Service<FileLinks>().Make(schema.TenantId, file, DateTimeOffset.UtcNow.AddHours(1))),
            NotificationId = told,
            Webhook = (webhook, delivery),
            FilterId = filter,
            Doors = await OpenDoorsAsync(schema, owner.UserId, list),
        };
    }

    private async Task<OpenDoors> OpenDoorsAsync(TenantSchema schema, Guid person, Guid list)
    {
        var key = await api.AddKeyAsync(schema, person, Permission.All);
        var link = await api.AddGuestLinkAsync(schema, person, list, mayWrite: true);
        var feed = await api.AddFeedAsync(schema, person);
        return new OpenDoors(key.Id, key.Text, link.Id, link.Text, feed.Id, feed.Text);
    }

    private async Task<PeopleBelongings> FillPeopleAsync(TenantSchema schema)
    {
        var (nothing, person, role, group) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var (email, roleName) = ($"{person:N}@{Marker}.example", $"Role {Marker} {role}");
        var token = AccessToken.Create(schema.TenantId, out var invitation);
        await api.ExecuteAsync(
            $"""
            INSERT INTO {schema}.roles (id, name, is_built_in) VALUES ('{nothing}', 'Nothing {Marker} {nothing}', false), ('{role}', '{roleName}', false);
            INSERT INTO {schema}.users (id, email, name, password_hash, role_id, is_active, created_at, approved_at)
            VALUES ('{person}', '{email}', 'Invited {Marker}', '', '{nothing}', true, now(), now());
            INSERT INTO sign_ins (email, tenant_id) VALUES ('{email}', '{schema.TenantId}');
            INSERT INTO {schema}.one_time_tokens (hash, user_id, purpose, created_at, expires_at)
            VALUES ('\x{Convert.ToHexString(token.Hash)}', '{person}', 'invitation', now(), now() + interval '1 day');
            INSERT INTO {schema}.groups (id, name, created_at) VALUES ('{group}', 'Group {Marker} {group}', now());
            INSERT INTO {schema}.group_members (group_id, user_id) VALUES ('{group}', '{person}');
            INSERT INTO {schema}.sign_in_entries (id, at, user_id, outcome, address) VALUES ('{Guid.CreateVersion7()}', now(), '{person}', 'succeeded', '{Marker}');
            INSERT INTO {schema}.audit_entries (id, at, actor_kind, actor_name, action, subject_kind, subject_id)
            VALUES ('{Guid.CreateVersion7()}', now(), 'system', '{Marker}', 'user.invited', 'user', '{person}');
            """);
        return new PeopleBelongings(person, email, role, roleName, group, invitation);
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

    private static string[] Secrets(Belongings of) =>
    [
        Marker, $"{of.UserId}", $"{of.ListId}", $"{of.TodoId}", $"{of.TenantId}", $"{of.Tags.Id}", $"{of.CommentId}", $"{of.File.Id}", $"{of.NotificationId}", $"{of.Webhook.Id}", $"{of.Webhook.DeliveryId}",
        $"{of.People.PersonId}", $"{of.People.GroupId}", $"{of.Doors.ApiKeyId}", $"{of.Doors.GuestLinkId}", $"{of.Doors.FeedId}", $"{of.FilterId}",
    ];

    private static bool IsRefused(HttpResponseMessage response) => response.StatusCode
        is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound;

    private sealed record Attempt(string Name, Func<HttpRequestMessage, Task> Prepare);
}
