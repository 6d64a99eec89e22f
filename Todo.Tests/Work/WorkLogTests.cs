using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Todo.Api.Work;
using Todo.Data.Access;
using Todo.Data.Tenants;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Work;

public sealed class WorkLogTests(ListHost api) : IClassFixture<ListHost>
{
    [Fact]
    public async Task Work_is_accepted_begun_paused_done_declined_done_again_and_approved_and_all_of_it_is_in_the_log()
    {
        using var owner = await api.CreateTenantAsync();
        using var doer = await api.MemberAsync(owner);
        var todo = await AddTodoAsync(owner, await AddListAsync(owner, "Ours", "Tenant"));
        var assigned = await ActAsync(owner, todo, "assign", doer.UserId, "You know how");
        (assigned.GetProperty("from").GetString(), assigned.GetProperty("to").GetString(), assigned.GetProperty("comment").GetString()).ShouldBe(("New", "Assigned", "You know how"));
        (assigned.GetProperty("actorId").GetGuid(), assigned.GetProperty("personId").GetGuid()).ShouldBe((owner.UserId, doer.UserId));
        foreach (var action in (string[])["accept", "start", "pause", "resume", "complete"])
        {
            await ActAsync(doer, todo, action);
        }

        await ActAsync(owner, todo, "decline", comment: "Look again");
        (await StateAsync(owner, todo)).ShouldBe("Declined");
        (await OkAsync(owner.GetAsync($"/todos/{todo}"))).GetProperty("completedAt").ValueKind.ShouldBe(JsonValueKind.Null);
        await ActAsync(doer, todo, "start");
        await ActAsync(doer, todo, "complete");
        await ActAsync(owner, todo, "approve");
        var seen = await OkAsync(owner.GetAsync($"/todos/{todo}"));
        (seen.GetProperty("workState").GetString(), seen.GetProperty("completedBy").GetGuid(), seen.GetProperty("assigneeIds")[0].GetGuid()).ShouldBe(("Approved", doer.UserId, doer.UserId));
        (await LogAsync(owner, todo)).ShouldBe(
        [
            "Assign New Assigned", "Accept Assigned Accepted", "Start Accepted InProgress", "Pause InProgress Paused", "Resume Paused InProgress", "Complete InProgress Done",
            "Decline Done Declined", "Start Declined InProgress", "Complete InProgress Done", "Approve Done Approved",
        ]);

        // A page at a time.
        var first = await OkAsync(owner.GetAsync($"/todos/{todo}/actions?limit=4"));
        var second = await OkAsync(owner.GetAsync($"/todos/{todo}/actions?limit=4&cursor={first.GetProperty("next").GetString()}"));
        second.GetProperty("items")[0].GetProperty("action").GetString().ShouldBe("Resume");
        var work = await OkAsync(owner.GetAsync($"/todos/{todo}/work"));
        work.GetProperty("state").GetString().ShouldBe("Approved");
        work.GetProperty("people").GetArrayLength().ShouldBe(1);
        work.GetProperty("people")[0].GetProperty("workingSince").ValueKind.ShouldBe(JsonValueKind.Null);
        work.GetProperty("possible").EnumerateArray().Select(one => one.GetString()).ShouldBe(["Reopen"]);
    }

    [Fact]
    public async Task What_is_not_possible_says_what_is_and_changes_nothing()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var todo = await AddTodoAsync(owner, await AddListAsync(owner, "Ours", "Tenant"));
        var schema = await api.SchemaAsync(owner.Slug);
        await NotPossibleAsync(owner, todo, "approve", ["Accept", "Reject", "Assign", "Start", "Complete"]);
        await ActAsync(owner, todo, "start");
        var before = await api.ContentAsync(schema.Name);
        await NotPossibleAsync(owner, todo, "start", ["Assign", "Pause", "Complete"]);
        await NotPossibleAsync(owner, todo, "resume", ["Assign", "Pause", "Complete"]);
        await NotPossibleAsync(other, todo, "pause", ["Assign", "Start", "Complete"]);
        await NotPossibleAsync(other, todo, "unassign", ["Assign", "Start", "Complete"], other.UserId);
        await RefusedAsync(SendAsync(owner, todo, new { action = "assign", person = Guid.NewGuid() }), HttpStatusCode.BadRequest, "errors");
        foreach (var wrong in (object[])[new { action = "assign" }, new { action = "start", person = other.UserId }, new { action = "dance" }, new { }, new { action = 11 }, new { action = "pause", comment = new string('x', 1_001) }])
        {
            using var response = await SendAsync(owner, todo, wrong);
            await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        }

        (await api.ContentAsync(schema.Name)).ShouldBe(before);
    }

    [Fact]
    public async Task Only_who_may_write_acts_only_who_sees_the_todo_looks_and_only_at_a_version_that_was_seen()
    {
        using var owner = await api.CreateTenantAsync();
        using var reader = await api.MemberAsync(owner);
        var list = await AddListAsync(owner);
        var todo = await AddTodoAsync(owner, list);
        foreach (var path in (string[])["actions", "work"])
        {
            await RefusedAsync(reader.GetAsync($"/todos/{todo}/{path}"), HttpStatusCode.NotFound, "no such todo");
        }

        await RefusedAsync(SendAsync(reader, todo, new { action = "start" }), HttpStatusCode.NotFound, "no such todo");
        await ShareAsync(owner, list, reader.UserId, "Read");
        (await LogAsync(reader, todo)).ShouldBeEmpty();
        await RefusedAsync(SendAsync(reader, todo, new { action = "start" }), HttpStatusCode.Forbidden, "reading only");

        using var request = new HttpRequestMessage(HttpMethod.Post, $"/todos/{todo}/actions") { Content = JsonContent.Create(new { action = "start" }) };
        request.Headers.TryAddWithoutValidation("If-Match", "\"7\"");
        using var stale = await owner.SendAsync(request);
        stale.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        using var done = await SendAsync(owner, todo, new { action = "start" });
        done.Headers.ETag!.ToString().ShouldBe(await TagAsync(owner, $"/todos/{todo}"));
        await OkAsync(PatchAsync(owner, $"/lists/{list}", """{ "isArchived": true }"""));
        await RefusedAsync(SendAsync(owner, todo, new { action = "pause" }), HttpStatusCode.Conflict, "archive");
    }

    [Fact]
    public async Task Completing_assigning_and_opening_again_in_any_other_way_is_in_the_log_too_and_ends_the_work()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        var list = await AddListAsync(owner, "Ours", "Tenant");
        var todo = (await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "In many ways", listId = list, assigneeIds = new[] { owner.UserId } }))).GetProperty("id").GetGuid();
        (await StateAsync(owner, todo)).ShouldBe("Assigned");
        await ActAsync(owner, todo, "start");
        await ActAsync(member, todo, "start");
        await OkAsync(owner.PostAsync($"/todos/{todo}/complete", null));
        await OkAsync(owner.PostAsync($"/todos/{todo}/complete", null));
        (await OpenSpansAsync(owner)).ShouldBe(0);
        (await StateAsync(owner, todo)).ShouldBe("Done");
        await ActAsync(owner, todo, "approve");
        await OkAsync(owner.PostAsync($"/todos/{todo}/complete", null));
        (await StateAsync(owner, todo)).ShouldBe("Approved");
        await OkAsync(owner.PostAsync($"/todos/{todo}/reopen", null));
        (await StateAsync(owner, todo)).ShouldBe("Assigned");
        await ActAsync(member, todo, "start");
        await OkAsync(PatchAsync(owner, $"/todo-backend/todos/{todo}", """{ "completed": true }"""));
        (await OpenSpansAsync(owner)).ShouldBe(0);
        await OkAsync(PatchAsync(owner, $"/todo-backend/todos/{todo}", """{ "completed": false }"""));
        await OkAsync(PatchAsync(owner, $"/todos/{todo}", """{ "assigneeIds": null }"""));
        (await StateAsync(owner, todo)).ShouldBe("New");
        await ActAsync(owner, todo, "reject");
        await OkAsync(PatchAsync(owner, $"/todos/{todo}", $$"""{ "assigneeIds": ["{{member.UserId}}"] }"""));
        await ActAsync(member, todo, "start");
        using var guest = api.With((await api.AddGuestLinkAsync(await api.SchemaAsync(owner.Slug), owner.UserId, list, mayWrite: true)).Text);
        await OkAsync(guest.PostAsync($"/guest/todos/{todo}/complete", null));
        (await OpenSpansAsync(owner)).ShouldBe(0);
        (await LogAsync(owner, todo)).ShouldBe(
        [
            "Start Assigned InProgress", "Start InProgress InProgress", "Complete InProgress Done", "Approve Done Approved", "Reopen Approved Assigned", "Start Assigned InProgress",
            "Complete InProgress Done", "Reopen Done Assigned", "Unassign Assigned New", "Reject New Rejected", "Assign Rejected Assigned", "Start Assigned InProgress", "Complete InProgress Done",
        ]);
        (await OkAsync(owner.GetAsync($"/todos/{todo}/actions"))).GetProperty("items")[12].GetProperty("actorId").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Time_is_counted_for_everybody_who_works_and_only_while_they_do()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        var (list, secret) = (await AddListAsync(owner, "Ours", "Tenant"), await AddListAsync(owner, "Secret"));
        var (todo, hidden) = (await AddTodoAsync(owner, list, "Seen"), await AddTodoAsync(owner, secret, "Hidden"));
        var schema = await api.SchemaAsync(owner.Slug);
        var day = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
        await SpanAsync(todo, owner, day.AddHours(9), day.AddHours(10));
        await SpanAsync(todo, owner, day.AddHours(11), day.AddHours(11.5));
        await SpanAsync(todo, member, day.AddHours(23), day.AddHours(25));
        await SpanAsync(hidden, member, day.AddHours(1), day.AddHours(2));

        var work = await OkAsync(owner.GetAsync($"/todos/{todo}/work"));
        work.GetProperty("seconds").GetInt64().ShouldBe(3 * 3600 + 1800);
        Seconds(work.GetProperty("people"), "personId").ShouldBe([(member.UserId, 7200), (owner.UserId, 5400)]);

        // Only the part that is in the window, and what one does not see any more without its name.
        var mine = await OkAsync(member.GetAsync("/me/work?from=2026-03-02&to=2026-03-03"));
        mine.GetProperty("seconds").GetInt64().ShouldBe(7200);
        mine.GetProperty("todos").EnumerateArray().Select(one => (one.GetProperty("title").GetString(), one.GetProperty("seconds").GetInt64())).ShouldBe([(null, 3600), ("Seen", 3600)], ignoreOrder: true);
        mine.ToString().ShouldNotContain("Hidden");
        (await OkAsync(member.GetAsync("/me/work?from=2026-03-03&to=2026-03-04"))).GetProperty("seconds").GetInt64().ShouldBe(3600);

        // A day begins where one lives.
        await OkAsync(PatchAsync(owner, $"/users/{owner.UserId}", """{ "timeZone": "America/New_York" }"""));
        var all = await OkAsync(owner.GetAsync("/work?from=2026-03-02&to=2026-03-03"));
        all.GetProperty("from").GetDateTimeOffset().ShouldBe(day.AddHours(5));
        Seconds(all.GetProperty("people"), "personId").ShouldBe([(member.UserId, 7200), (owner.UserId, 5400)]);
        var one = await OkAsync(owner.GetAsync($"/work?from=2026-03-02T00:00:00Z&to=2026-03-02T09:30:00Z&person={owner.UserId}"));
        Seconds(one.GetProperty("people"), "personId").ShouldBe([(owner.UserId, 1800)]);

        await RefusedAsync(member.GetAsync("/work"), HttpStatusCode.Forbidden, Permission.WorkRead);
        await RefusedAsync(member.GetAsync("/me/work?from=2026-03-03&to=2026-03-02"), HttpStatusCode.BadRequest, "errors");
        await RefusedAsync(member.GetAsync("/me/work?from=2020-01-01&to=2026-01-01"), HttpStatusCode.BadRequest, "errors");

        Task SpanAsync(Guid id, TenantClient person, DateTimeOffset from, DateTimeOffset to) => api.ExecuteAsync(
            $"INSERT INTO {schema}.work_spans (id, todo_id, person_id, started_at, ended_at) VALUES (gen_random_uuid(), '{id}', '{person.UserId}', '{from:O}', '{to:O}')");
    }

    [Fact]
    public async Task What_somebody_is_at_counts_until_now_and_in_the_trash_until_it_came_there()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("At it");
        var schema = await api.SchemaAsync(owner.Slug);
        await ActAsync(owner, todo, "start");
        await api.ExecuteAsync($"UPDATE {schema}.work_spans SET started_at = now() - interval '2 hours'");
        (await OkAsync(owner.GetAsync("/me/work"))).GetProperty("seconds").GetInt64().ShouldBeInRange(7200, 7500);
        (await OkAsync(owner.GetAsync($"/todos/{todo}/work"))).GetProperty("people")[0].GetProperty("workingSince").ValueKind.ShouldBe(JsonValueKind.String);
        await OkAsync(owner.DeleteAsync($"/todos/{todo}"));
        await api.ExecuteAsync($"UPDATE {schema}.todos SET deleted_at = (SELECT started_at + interval '1 hour' FROM {schema}.work_spans)");
        (await OkAsync(owner.GetAsync("/me/work"))).GetProperty("seconds").GetInt64().ShouldBe(3600);
        await OkAsync(owner.PostAsync($"/todos/{todo}/restore", null));
        (await StateAsync(owner, todo)).ShouldBe("Paused");
        (await OpenSpansAsync(owner)).ShouldBe(0);
        (await OkAsync(owner.GetAsync("/me/work"))).GetProperty("seconds").GetInt64().ShouldBe(3600);
        await ActAsync(owner, todo, "resume");
    }

    [Fact]
    public async Task The_work_of_somebody_who_is_deleted_for_good_ends_and_stays()
    {
        using var owner = await api.CreateTenantAsync();
        using var leaver = await api.MemberAsync(owner);
        var todo = await AddTodoAsync(owner, await AddListAsync(owner, "Ours", "Tenant"));
        await ActAsync(leaver, todo, "start");
        await OkAsync(owner.DeleteAsync($"/users/{leaver.UserId}?force=true"));
        (await OpenSpansAsync(owner)).ShouldBe(0);
        var work = await OkAsync(owner.GetAsync($"/todos/{todo}/work"));
        (work.GetProperty("state").GetString(), work.GetProperty("people")[0].GetProperty("personId").ValueKind).ShouldBe(("Paused", JsonValueKind.Null));
        (await LogAsync(owner, todo)).ShouldBe(["Start New InProgress"]);
        await ActAsync(owner, todo, "start");
    }

    [Fact]
    public async Task Whoever_starts_many_times_at_once_works_once_and_the_state_agrees_with_who_is_at_it()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        using var third = await api.MemberAsync(owner);
        TenantClient[] people = [owner, other, third];
        var todo = await AddTodoAsync(owner, await AddListAsync(owner, "Ours", "Tenant"));
        var schema = await api.SchemaAsync(owner.Slug);
        var answers = await Task.WhenAll(people.SelectMany(person => Enumerable.Range(0, 6).Select(async _ =>
        {
            using var response = await SendAsync(person, todo, new { action = "start" });
            return (person.UserId, response.StatusCode);
        })));
        foreach (var person in people)
        {
            var own = answers.Where(answer => answer.UserId == person.UserId).Select(answer => answer.StatusCode).ToArray();
            (own.Count(status => status == HttpStatusCode.Created), own.Count(status => status == HttpStatusCode.Conflict)).ShouldBe((1, 5));
        }

        (await OpenSpansAsync(owner)).ShouldBe(3);

        // Pausing, going on and completing at once: whatever order it was in, the log says one, and who is at it agrees with the state.
        for (var round = 0; round < 4; round++)
        {
            await Task.WhenAll(people.SelectMany(person => new[] { "pause", "resume", "pause", "start", "resume" }.Select(action => DropAsync(SendAsync(person, todo, new { action })))).Concat(
                round < 2 ? [] : [DropAsync(owner.PostAsync($"/todos/{todo}/complete", null)), DropAsync(SendAsync(other, todo, new { action = "reopen" })), DropAsync(third.PostAsync($"/todos/{todo}/reopen", null))]));
            var open = await OpenSpansAsync(owner);
            var state = await StateAsync(owner, todo);
            (state == "InProgress").ShouldBe(open > 0, $"{state} with {open} at it");
            (await api.ScalarAsync<long>($"SELECT count(*) FROM (SELECT 1 FROM {schema}.work_spans WHERE ended_at IS NULL GROUP BY todo_id, person_id HAVING count(*) > 1) doubled")).ShouldBe(0);
        }

        // Nobody's spans overlap either.
        (await api.ScalarAsync<long>(
            $"SELECT count(*) FROM {schema}.work_spans a JOIN {schema}.work_spans b ON a.person_id = b.person_id AND a.todo_id = b.todo_id AND a.id < b.id AND a.started_at < b.ended_at AND b.started_at < coalesce(a.ended_at, 'infinity')")).ShouldBe(0);
        var duplicate = $"INSERT INTO {schema}.work_spans (id, todo_id, person_id, started_at) SELECT gen_random_uuid(), '{todo}', '{owner.UserId}', now() FROM generate_series(1, 2)";
        (await Should.ThrowAsync<Npgsql.PostgresException>(() => api.ExecuteAsync(duplicate))).ConstraintName.ShouldBe("work_spans_open_idx");
    }

    [Fact]
    public void Whatever_people_do_the_log_says_the_same_as_a_model_in_memory()
    {
        var steps =
            from person in Gen.Choose(0, 1)
            from other in Gen.Choose(0, 1)
            from action in Gen.Elements(Enum.GetValues<WorkAction>())
            select new Step(person, other, action);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(12), Prop.ForAll(steps.ArrayOf(20).ToArbitrary(), run => RunAsync(run).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task Acting_is_two_statements_and_completing_one()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("Counted");
        using var statements = new StatementCount(api.Name);
        await ActAsync(owner, todo, "accept");
        statements.Take();
        await ActAsync(owner, todo, "start");
        var sent = statements.Take();
        sent.Count(one => one is not ("BEGIN" or "COMMIT")).ShouldBe(2, string.Join('\n', sent));
        await OkAsync(owner.PostAsync($"/todos/{todo}/complete", null));
        statements.Take().Count.ShouldBe(1);
        await OkAsync(owner.PostAsync($"/todos/{todo}/reopen", null));
        statements.Take().Count.ShouldBe(1);
        await LogAsync(owner, todo);
        statements.Take().Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_a_build_without_states_completed_is_done_and_what_it_opened_is_not()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("By an older build");
        var schema = await api.SchemaAsync(owner.Slug);
        await api.ExecuteAsync($"UPDATE {schema}.todos SET completed_at = now(), completed_by = '{owner.UserId}'");
        (await StateAsync(owner, todo)).ShouldBe("Done");
        await ActAsync(owner, todo, "approve");
        await api.ExecuteAsync($"UPDATE {schema}.todos SET completed_at = NULL, completed_by = NULL");
        (await StateAsync(owner, todo)).ShouldBe("New");
        (await OkAsync(owner.GetAsync($"/todos/{todo}/work"))).GetProperty("state").GetString().ShouldBe("New");
    }

    private async Task RunAsync(IReadOnlyList<Step> steps)
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        TenantClient[] people = [owner, member];
        var todo = await AddTodoAsync(owner, await AddListAsync(owner, "Ours", "Tenant"));
        var (model, story) = (new WorkModel(), string.Join(", ", steps));
        foreach (var step in steps)
        {
            var (me, isAboutSomebody) = (people[step.Person], step.Action is WorkAction.Assign or WorkAction.Unassign);
            var possible = WorkRules.Possible(model.Situation, me.UserId).Select(one => one.ToString()).ToArray();
            var isDone = model.TryAct(step.Action, me.UserId, isAboutSomebody ? people[step.Other].UserId : me.UserId);
            using var response = await SendAsync(me, todo, new { action = step.Action.ToString(), person = isAboutSomebody ? people[step.Other].UserId : (Guid?)null });
            response.StatusCode.ShouldBe(isDone ? HttpStatusCode.Created : HttpStatusCode.Conflict, $"{step} of {story}");
            if (!isDone)
            {
                (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("possible").EnumerateArray().Select(one => one.GetString()).ShouldBe(possible, story);
            }
        }

        (await StateAsync(owner, todo)).ShouldBe(model.State.ToString(), story);
        (await OpenSpansAsync(owner)).ShouldBe(model.Working.Count, story);
    }

    private async Task<long> OpenSpansAsync(TenantClient client) => await api.ScalarAsync<long>($"SELECT count(*) FROM {await api.SchemaAsync(client.Slug)}.work_spans WHERE ended_at IS NULL");

    private static Task<HttpResponseMessage> SendAsync(TenantClient client, Guid todo, object action) => client.PostAsJsonAsync($"/todos/{todo}/actions", action);

    private static Task<JsonElement> ActAsync(TenantClient client, Guid todo, string action, Guid? person = null, string? comment = null) => OkAsync(SendAsync(client, todo, new { action, person, comment }));

    private static async Task NotPossibleAsync(TenantClient client, Guid todo, string action, string[] possible, Guid? person = null) =>
        (await RefusedAsync(SendAsync(client, todo, new { action, person }), HttpStatusCode.Conflict, "Possible now")).GetProperty("possible").EnumerateArray().Select(one => one.GetString()!).ShouldBe(possible);

    private static async Task DropAsync(Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        ((int)response.StatusCode).ShouldBeLessThan(500, await response.Content.ReadAsStringAsync());
    }

    private static async Task<string> StateAsync(TenantClient client, Guid todo) => (await OkAsync(client.GetAsync($"/todos/{todo}"))).GetProperty("workState").GetString()!;

    private static async Task<IReadOnlyList<string>> LogAsync(TenantClient client, Guid todo) =>
    [
        .. (await OkAsync(client.GetAsync($"/todos/{todo}/actions"))).GetProperty("items").EnumerateArray()
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.GetProperty("action").GetString()} {entry.GetProperty("from").GetString()} {entry.GetProperty("to").GetString()}")),
    ];

    private static IEnumerable<(Guid, long)> Seconds(JsonElement rows, string id) => rows.EnumerateArray().Select(row => (row.GetProperty(id).GetGuid(), row.GetProperty("seconds").GetInt64()));

    private sealed record Step(int Person, int Other, WorkAction Action);
}
