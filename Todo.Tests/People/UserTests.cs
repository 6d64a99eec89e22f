using System.Net;
using System.Net.Http.Json;
using Todo.Data.Access;
using Todo.Tests.Api;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.People;

public sealed class UserTests(PeopleHost api) : IClassFixture<PeopleHost>
{
    [Fact]
    public async Task Whoever_is_invited_gets_a_mail_and_comes_in_with_a_password_of_their_own_once()
    {
        using var owner = await api.CreateTenantAsync();
        await OkAsync(owner.PutAsJsonAsync("/settings", new { language = "pl", time_zone = "Europe/Warsaw" }));
        var email = NewAddress(owner);
        var invited = await InviteAsync(owner, email.ToUpperInvariant());
        var id = invited.GetProperty("id").GetGuid();
        invited.GetProperty("state").GetString().ShouldBe("Unverified");
        invited.GetProperty("role").GetString().ShouldBe("member");
        invited.GetProperty("language").GetString().ShouldBe("pl");
        invited.GetProperty("timeZone").GetString().ShouldBe("Europe/Warsaw");
        (await api.MailsAsync(id)).ShouldBe(["invitation"]);
        await RefusedAsync(owner.PostAsJsonAsync("/users", new { email, name = "Twice" }), HttpStatusCode.Conflict, "an account");

        var expired = await api.InvitationAsync(owner.Slug, id, "-1 second");
        var token = await api.InvitationAsync(owner.Slug, id);
        foreach (var bad in (string[])[expired, owner.Token, "nonsense", token + "A", new string('A', 64)])
        {
            await RefusedAsync(AcceptAsync(bad), HttpStatusCode.BadRequest, "unknown, was used, or has expired");
        }

        await OkAsync(AcceptAsync(token));
        await RefusedAsync(AcceptAsync(token), HttpStatusCode.BadRequest, "was used");
        using var person = await api.SignInAsync(email, owner.Slug);
        (await OkAsync(person.GetAsync("/me"))).GetProperty("user").GetProperty("state").GetString().ShouldBe("Active");
        (await api.ActionsAsync(owner.Slug, id)).ShouldBe(["user.invited", "user.accepted_invitation"]);
        await RefusedAsync(owner.PostAsync($"/users/{id}/invitation", null), HttpStatusCode.Conflict, "no open invitation");

        Task<HttpResponseMessage> AcceptAsync(string text) => api.Anonymous.PostAsJsonAsync("/auth/accept-invitation", new { token = text, ApiHost.Password });
    }

    [Fact]
    public async Task Two_who_take_up_one_invitation_at_once_do_so_once()
    {
        using var owner = await api.CreateTenantAsync();
        var token = await api.InvitationAsync(owner.Slug, (await InviteAsync(owner)).GetProperty("id").GetGuid());
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => api.Anonymous.PostAsJsonAsync("/auth/accept-invitation", new { token, ApiHost.Password })));
        answers.Count(answer => answer.StatusCode == HttpStatusCode.NoContent).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest).ShouldBe(5);
    }

    [Fact]
    public async Task However_many_are_invited_at_once_the_limit_of_accounts_holds()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        var answers = await Task.WhenAll(Enumerable.Range(0, AccountLimit + 8).Select(_ => owner.PostAsJsonAsync("/users", new { email = NewAddress(owner), name = "One Of Many" })));
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(AccountLimit - 1);
        var refused = await answers.First(answer => answer.StatusCode != HttpStatusCode.Created).ShouldBeProblemAsync(HttpStatusCode.Conflict);
        refused.GetProperty("limit").GetInt32().ShouldBe(AccountLimit);
        refused.GetProperty("accounts").GetInt32().ShouldBe(AccountLimit);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.users")).ShouldBe(AccountLimit);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM sign_ins WHERE tenant_id = '{schema.TenantId}'")).ShouldBe(AccountLimit);
        await RefusedAsync(ImportAsync(owner, $"email,name\n{NewAddress(owner)},Too Many\n"), HttpStatusCode.Conflict, "accounts");

        // A deleted one makes room, and can't come back once it is taken; unless the company may have more.
        var gone = await api.ScalarAsync<Guid>($"SELECT id FROM {schema}.users WHERE id <> '{owner.UserId}' LIMIT 1");
        await OkAsync(owner.DeleteAsync($"/users/{gone}"));
        await InviteAsync(owner);
        await RefusedAsync(owner.PostAsync($"/users/{gone}/restore", null), HttpStatusCode.Conflict, "accounts");
        await api.ExecuteAsync(
            $"INSERT INTO companies (id, country, tax_id, name, tenant_id, account_limit, created_at) VALUES (gen_random_uuid(), 'DE', '{owner.Slug}', 'C', '{schema.TenantId}', {AccountLimit + 1}, now())");
        await OkAsync(owner.PostAsync($"/users/{gone}/restore", null));
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task Whoever_waits_is_let_in_with_a_mail_unless_there_are_too_many()
    {
        using var owner = await api.CreateTenantAsync();
        using var waiting = await api.AddPersonAsync(owner.Slug, BuiltInRole.Member);
        var schema = await api.SchemaAsync(owner.Slug);
        await api.ExecuteAsync($"UPDATE {schema}.users SET is_active = false, approved_at = NULL WHERE id = '{waiting.UserId}'");
        (await OkAsync(owner.GetAsync("/users/count"))).GetProperty("waiting").GetInt32().ShouldBe(1);
        await OkAsync(owner.PostAsync($"/users/{waiting.UserId}/activate", null));
        await OkAsync(owner.PostAsync($"/users/{waiting.UserId}/activate", null));
        (await api.MailsAsync(waiting.UserId)).ShouldBe(["approved"]);
        (await api.ActionsAsync(owner.Slug, waiting.UserId)).ShouldBe(["user.approved"]);
    }

    [Fact]
    public async Task Deactivation_and_deletion_end_all_sessions_and_can_be_undone()
    {
        using var owner = await api.CreateTenantAsync();
        var email = NewAddress(owner);
        using var person = await api.AddPersonAsync(owner.Slug, BuiltInRole.Member, email);
        using var second = await api.OpenSessionAsync(email, owner.Slug);
        await EndsAsync(() => owner.PostAsync($"/users/{person.UserId}/deactivate", null), () => owner.PostAsync($"/users/{person.UserId}/activate", null));
        await EndsAsync(() => owner.DeleteAsync($"/users/{person.UserId}"), () => owner.PostAsync($"/users/{person.UserId}/restore", null));
        (await api.ActionsAsync(owner.Slug, person.UserId)).ShouldBe(["user.deactivated", "user.activated", "user.deleted", "user.restored"]);

        async Task EndsAsync(Func<Task<HttpResponseMessage>> end, Func<Task<HttpResponseMessage>> undo)
        {
            using var session = await api.OpenSessionAsync(email, owner.Slug);
            (await session.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
            await OkAsync(end());
            (await session.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            (await second.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            await OkAsync(undo());

            // An old token stays good for nothing.
            (await session.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            using var anew = await api.OpenSessionAsync(email, owner.Slug);
            (await anew.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Whoever_is_deleted_for_good_leaves_todos_to_somebody_and_nothing_else_behind()
    {
        using var owner = await api.CreateTenantAsync();
        var email = NewAddress(owner);
        using var person = await api.AddPersonAsync(owner.Slug, BuiltInRole.Member, email);
        var todo = await person.AddTodoAsync("Stays");
        await OkAsync(person.PostAsync($"/todos/{todo}/complete", null));
        (await RefusedAsync(owner.DeleteAsync($"/users/{person.UserId}?force=true"), HttpStatusCode.Conflict, "reassignTo")).GetProperty("todos").GetInt32().ShouldBe(1);
        await RefusedAsync(owner.DeleteAsync($"/users/{person.UserId}?force=true&reassignTo={person.UserId}"), HttpStatusCode.BadRequest, "nobody else");
        (await person.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await OkAsync(owner.DeleteAsync($"/users/{person.UserId}?force=true&reassignTo={owner.UserId}"));
        var left = await OkAsync(owner.GetAsync($"/todos/{todo}"));
        left.GetProperty("createdBy").GetGuid().ShouldBe(owner.UserId);
        left.GetProperty("completedBy").GetGuid().ShouldBe(owner.UserId);
        (await person.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await api.ScalarAsync<long>($"SELECT count(*) FROM sign_ins WHERE email = '{email}'")).ShouldBe(0);
        await InviteAsync(owner, email);
    }

    [Fact]
    public async Task People_are_found_sorted_and_paged_with_totals()
    {
        using var owner = await api.CreateTenantAsync();
        foreach (var name in (string[])["Cora 100%", "Adam_One", "Bert", "Adam Two"])
        {
            await InviteAsync(owner, name: name);
        }

        (await NamesAsync("sort=name&size=2")).ShouldBe(["Adam Two", "Adam_One"], ignoreOrder: true);
        (await NamesAsync("sort=-name&page=1&size=1")).ShouldBe(["Olga Owner"]);
        (await NamesAsync("sort=createdAt&page=2&size=3")).Count.ShouldBe(2);
        (await NamesAsync("search=ADAM")).Count.ShouldBe(2);
        (await NamesAsync("search=m_o")).ShouldBe(["Adam_One"]);
        (await NamesAsync("search=100%25")).ShouldBe(["Cora 100%"]);
        (await NamesAsync("search='; DROP TABLE users --")).ShouldBeEmpty();
        (await NamesAsync("state=Active")).ShouldBe(["Olga Owner"]);
        (await NamesAsync("state=Deleted")).ShouldBeEmpty();
        (await OkAsync(owner.GetAsync("/users/table?search=adam&size=1"))).GetProperty("total").GetInt32().ShouldBe(2);
        (await OkAsync(owner.GetAsync("/users/count"))).GetProperty("accounts").GetInt32().ShouldBe(5);
        foreach (var bad in (string[])["sort=password_hash", "sort=name;drop table users", "sort=-", "size=0", "size=201", "page=0", "state=Nowhere"])
        {
            using var response = await owner.GetAsync($"/users/table?{bad}");
            await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        }

        async Task<IReadOnlyList<string>> NamesAsync(string query) =>
            [.. (await OkAsync(owner.GetAsync($"/users/table?{query}"))).GetProperty("items").EnumerateArray().Select(user => user.GetProperty("name").GetString()!)];
    }

    [Fact]
    public async Task Everybody_changes_their_own_profile_and_only_with_permission_another()
    {
        using var owner = await api.CreateTenantAsync();
        using var person = await api.AddPersonAsync(owner.Slug, BuiltInRole.Member);
        await OkAsync(person.PatchAsJsonAsync($"/users/{person.UserId}", new { name = "Pia New", language = "fr", timeZone = "Europe/Paris" }));
        await RefusedAsync(person.PatchAsJsonAsync($"/users/{person.UserId}", new { roleId = BuiltInRole.Guest }), HttpStatusCode.Forbidden, "users.write");
        await RefusedAsync(person.PatchAsJsonAsync($"/users/{owner.UserId}", new { name = "Mallory" }), HttpStatusCode.Forbidden, "users.write");
        foreach (var bad in new object[] { new { name = " " }, new { language = "xx" }, new { timeZone = "Mars/Base" }, new { timeZone = "../../etc/passwd" }, new { isActive = false } })
        {
            using var response = await person.PatchAsJsonAsync($"/users/{person.UserId}", bad);
            await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        }

        // Two who edit at once: who saw the first version does not overwrite the second.
        using var read = await owner.GetAsync($"/users/{person.UserId}");
        var seen = read.Headers.ETag.ShouldNotBeNull();
        (await SendAsync("Pia Second", seen.Tag)).ShouldBe(HttpStatusCode.OK);
        (await SendAsync("Pia Third", seen.Tag)).ShouldBe(HttpStatusCode.PreconditionFailed);
        (await OkAsync(owner.GetAsync($"/users/{person.UserId}"))).GetProperty("name").GetString().ShouldBe("Pia Second");

        async Task<HttpStatusCode> SendAsync(string name, string tag)
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, $"/users/{person.UserId}") { Content = JsonContent.Create(new { name }) };
            request.Headers.TryAddWithoutValidation("If-Match", tag);
            using var response = await owner.SendAsync(request);
            return response.StatusCode;
        }
    }
}
