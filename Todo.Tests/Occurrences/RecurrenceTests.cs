using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;
using static Todo.Tests.Todos.TodoFieldTests;

namespace Todo.Tests.Occurrences;

public sealed class RecurrenceTests(ListHost api) : IClassFixture<ListHost>
{
    private static readonly DateOnly Today = DateOnly.FromDateTime(DateTime.UtcNow);

    [Fact]
    public async Task A_todo_is_made_with_a_rule_changed_and_shown_in_pages()
    {
        using var owner = await api.CreateTenantAsync();
        var (id, todo) = await AddAsync(owner, """{ "title": "Jog", "due": "2040-01-04", "recurrence": { "rule": "rrule:byday=fr,mo;freq=weekly", "mode": "schedule" } }""");

        // The 4th of January 2040 is a Wednesday: the first that the rule names is the Friday.
        todo.GetProperty("due").GetString().ShouldBe("2040-01-06");
        todo.GetProperty("recurrence").ToString().ShouldBe("""{"rule":"FREQ=WEEKLY;BYDAY=MO,FR","mode":"Schedule","occurrence":"2040-01-06"}""");
        (await OkAsync(owner.GetAsync("/todos"))).GetProperty("items")[0].ToString().ShouldBe(todo.ToString());

        var changed = await OkAsync(PatchAsync(owner, $"/todos/{id}", """{ "title": "Run" }"""));
        changed.GetProperty("recurrence").ToString().ShouldBe(todo.GetProperty("recurrence").ToString());
        changed = await OkAsync(PatchAsync(owner, $"/todos/{id}", """{ "recurrence": { "rule": "FREQ=DAILY;INTERVAL=3", "mode": "Completion" }, "due": "2040-02-01" }"""));
        (changed.GetProperty("due").GetString(), changed.GetProperty("recurrence").GetProperty("mode").GetString()).ShouldBe(("2040-02-01", "Completion"));
        changed = await OkAsync(PatchAsync(owner, $"/todos/{id}", """{ "recurrence": null }"""));
        (changed.GetProperty("recurrence").ValueKind, changed.GetProperty("due").GetString()).ShouldBe((JsonValueKind.Null, "2040-02-01"));
    }

    [Theory]
    [InlineData("2040-01-01", "FREQ=DAILY;BYMONTHDAY=32", "Schedule", "BYMONTHDAY=32")]
    [InlineData("2040-01-01", "FREQ=SOMETIMES", "Schedule", "FREQ=SOMETIMES")]
    [InlineData("2040-01-01", "INTERVAL=2", "Schedule", "FREQ")]
    [InlineData("2040-01-01", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "Schedule", "check that the rule names days that exist")]
    [InlineData("2040-01-01", "FREQ=DAILY;UNTIL=20391231", "Schedule", "has no time from 2040-01-01 on")]
    [InlineData("2040-01-01", "FREQ=HOURLY", "Schedule", "can't repeat by the hour")]
    [InlineData("2040-01-01T09:00:00Z", "FREQ=SECONDLY", "Schedule", "FREQ=SECONDLY")]
    [InlineData("2040-01-01T09:00:00Z", "FREQ=DAILY;BYMINUTE=1,2,3", "Schedule", "BYMINUTE")]
    [InlineData("2040-01-01", "FREQ=WEEKLY;BYDAY=MO", "Completion", "BYDAY=MO")]
    [InlineData("2040-01-01", "FREQ=DAILY;INTERVAL=1001", "Completion", "INTERVAL=1001")]
    [InlineData(null, "FREQ=DAILY", "Schedule", "needs a start or has to be due")]
    public async Task A_bad_rule_is_refused_by_the_name_of_its_bad_part(string? due, string rule, string mode, string part)
    {
        using var owner = await api.CreateTenantAsync();
        using var made = await owner.PostAsJsonAsync("/todos", new { title = "x", due, recurrence = new { rule, mode } });
        var problem = await made.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        var errors = problem.GetProperty("errors");
        (errors.TryGetProperty("recurrence.rule", out var error) ? error : errors.GetProperty("recurrence"))[0].GetString()!.ShouldContain(part);
        using var among = await owner.PostAsJsonAsync("/todos/bulk", new { items = new object[] { new { title = "x", due, recurrence = new { rule, mode } } } });
        (await among.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).GetProperty("errors").ToString().ShouldContain("items[0].recurrence");
        (await owner.TitlesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Completing_goes_on_to_the_next_occurrence_keeps_what_was_done_and_ends_with_the_series()
    {
        using var owner = await api.CreateTenantAsync();
        var (id, _) = await AddAsync(owner, """{ "title": "Thrice", "start": "2040-01-04", "due": "2040-01-05", "recurrence": { "rule": "FREQ=WEEKLY;COUNT=3" } }""");
        foreach (var (start, due) in new[] { ("2040-01-11", "2040-01-12"), ("2040-01-18", "2040-01-19") })
        {
            var todo = await OkAsync(owner.PostAsync($"/todos/{id}/complete", null));
            (todo.GetProperty("start").GetString(), todo.GetProperty("due").GetString(), todo.GetProperty("completedAt").ValueKind).ShouldBe((start, due, JsonValueKind.Null));
        }

        var last = await OkAsync(owner.PostAsync($"/todos/{id}/complete", null));
        (last.GetProperty("due").GetString(), last.GetProperty("completedBy").GetGuid(), last.GetProperty("version").GetInt32()).ShouldBe(("2040-01-19", owner.UserId, 4));
        (await OkAsync(owner.PostAsync($"/todos/{id}/complete", null))).ToString().ShouldBe(last.ToString());
        var entries = await EntriesAsync(owner, "/calendar?from=2040-01-01&to=2040-12-31");
        entries.ShouldBe(["2040-01-04 Thrice done", "2040-01-11 Thrice done", "2040-01-18 Thrice done"]);

        // Open again it is at its last occurrence.
        (await OkAsync(owner.PostAsync($"/todos/{id}/reopen", null))).GetProperty("due").GetString().ShouldBe("2040-01-19");
        (await OkAsync(owner.PostAsync($"/todos/{id}/complete", null))).GetProperty("completedAt").ValueKind.ShouldBe(JsonValueKind.String);
    }

    [Fact]
    public async Task What_was_missed_is_passed_over_but_not_that_of_today()
    {
        using var owner = await api.CreateTenantAsync();
        var (id, _) = await AddAsync(owner, $$"""{ "title": "Daily", "due": "{{Day(-5)}}", "recurrence": { "rule": "FREQ=DAILY" } }""");
        (await OkAsync(owner.PostAsync($"/todos/{id}/complete", null))).GetProperty("due").GetString().ShouldBeOneOf(Day(0), Day(1));
        var (timed, _) = await AddAsync(owner, $$"""{ "title": "Timed", "due": "{{Day(-5)}}T00:00:00Z", "recurrence": { "rule": "FREQ=DAILY" } }""");
        var before = DateTimeOffset.UtcNow;
        (await OkAsync(owner.PostAsync($"/todos/{timed}/complete", null))).GetProperty("due").GetDateTimeOffset().ShouldBeInRange(before, DateTimeOffset.UtcNow.AddDays(1));

        // Done early, the one after it comes.
        (await OkAsync(owner.PostAsync($"/todos/{id}/complete", null))).GetProperty("due").GetString().ShouldBeOneOf(Day(1), Day(2));
    }

    [Fact]
    public async Task After_completion_it_comes_again_a_while_after_it_was_done()
    {
        using var owner = await api.CreateTenantAsync();
        var (id, _) = await AddAsync(owner, """{ "title": "Water", "due": "2020-01-01T18:00:00Z", "timeZone": "UTC", "recurrence": { "rule": "FREQ=DAILY;INTERVAL=3", "mode": "Completion" } }""");
        var due = (await OkAsync(owner.PostAsync($"/todos/{id}/complete", null))).GetProperty("due").GetDateTimeOffset();
        due.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture).ShouldBeOneOf($"{Day(3)} 18:00", $"{Day(4)} 18:00");
        (await EntriesAsync(owner, "/calendar?from=2020-01-01&to=2020-02-01")).ShouldBe(["2020-01-01T18:00:00 Water done"]);
    }

    [Fact]
    public async Task The_time_of_day_stays_when_the_clocks_change()
    {
        using var owner = await api.CreateTenantAsync();
        var (id, _) = await AddAsync(owner, """{ "title": "Gym", "start": "2040-03-18T07:00:00Z", "due": "2040-03-18T08:30:00Z", "timeZone": "Europe/Berlin", "recurrence": { "rule": "FREQ=WEEKLY" } }""");
        var todo = await OkAsync(owner.PostAsync($"/todos/{id}/complete", null));

        // Summer time begins on the 25th.
        (todo.GetProperty("start").GetString(), todo.GetProperty("due").GetString()).ShouldBe(("2040-03-25T06:00:00+00:00", "2040-03-25T07:30:00+00:00"));
        todo.GetProperty("recurrence").GetProperty("occurrence").GetString().ShouldBe("2040-03-25T08:00:00");
        (await EntriesAsync(owner, "/calendar?from=2040-10-20&to=2040-11-05&timeZone=Europe/Berlin")).ShouldBe(["2040-10-21T08:00:00 Gym", "2040-10-28T08:00:00 Gym", "2040-11-04T08:00:00 Gym"]);
        (await OkAsync(owner.GetAsync("/calendar?from=2040-10-28&to=2040-10-29"))).GetProperty("items")[0].GetProperty("start").GetString().ShouldBe("2040-10-28T07:00:00+00:00");
    }

    [Fact]
    public async Task One_occurrence_is_moved_edited_left_out_done_and_taken_back()
    {
        using var owner = await api.CreateTenantAsync();
        var (id, _) = await AddAsync(owner, """{ "title": "Meet", "due": "2040-01-02T09:00:00Z", "recurrence": { "rule": "FREQ=DAILY" } }""");
        var path = $"/todos/{id}/occurrences";
        const string window = "/calendar?from=2040-01-01&to=2040-01-07";

        var moved = await OkAsync(PatchAsync(owner, $"{path}/2040-01-04", """{ "due": "2040-01-04T15:00:00Z", "title": "Meet later" }""", "\"1\""));
        (moved.GetProperty("occurrence").GetString(), moved.GetProperty("due").GetString(), moved.GetProperty("title").GetString(), moved.GetProperty("isChanged").GetBoolean())
            .ShouldBe(("2040-01-04T09:00:00", "2040-01-04T15:00:00+00:00", "Meet later", true));
        await RefusedAsync(PatchAsync(owner, $"{path}/2040-01-04", """{ "title": "Late" }""", "\"1\""), HttpStatusCode.PreconditionFailed, "changed it since");
        (await OkAsync(PatchAsync(owner, $"{path}/2040-01-05T09:00:00", """{ "cancelled": true }"""))).GetProperty("isCancelled").GetBoolean().ShouldBeTrue();
        (await OkAsync(owner.PostAsync($"{path}/2040-01-03/complete", null))).GetProperty("completedBy").GetGuid().ShouldBe(owner.UserId);
        await OkAsync(owner.PostAsync($"{path}/2040-01-03/complete", null));
        (await EntriesAsync(owner, window)).ShouldBe(["2040-01-02T09:00:00 Meet", "2040-01-03T09:00:00 Meet done", "2040-01-04T09:00:00 Meet later", "2040-01-06T09:00:00 Meet"]);
        (await OkAsync(owner.GetAsync($"/todos/{id}"))).GetProperty("version").GetInt32().ShouldBe(4);

        // It goes over what is done to the moved one, and over what is left out.
        (await OkAsync(owner.PostAsync($"/todos/{id}/complete", null))).GetProperty("due").GetString().ShouldBe("2040-01-04T15:00:00+00:00");
        (await OkAsync(owner.PostAsync($"{path}/2040-01-04/complete", null))).GetProperty("due").GetString().ShouldBe("2040-01-04T15:00:00+00:00");
        (await DueAsync(owner, id)).ShouldBe("2040-01-06T09:00:00+00:00");

        // Taken back, each is what it was; and the todo is at the first that is open.
        await OkAsync(DeleteAsync(owner, $"{path}/2040-01-05"));
        (await DueAsync(owner, id)).ShouldBe("2040-01-05T09:00:00+00:00");
        await OkAsync(DeleteAsync(owner, $"{path}/2040-01-02"));
        (await DueAsync(owner, id)).ShouldBe("2040-01-02T09:00:00+00:00");
        await OkAsync(DeleteAsync(owner, $"{path}/2040-01-02"));
        (await EntriesAsync(owner, window)).ShouldBe(["2040-01-02T09:00:00 Meet", "2040-01-03T09:00:00 Meet done", "2040-01-04T09:00:00 Meet later done", "2040-01-05T09:00:00 Meet", "2040-01-06T09:00:00 Meet"]);
    }

    [Fact]
    public async Task The_todo_is_at_the_first_open_occurrence_wherever_they_are_moved()
    {
        using var owner = await api.CreateTenantAsync();
        var (id, _) = await AddAsync(owner, """{ "title": "Meet", "due": "2040-01-02", "recurrence": { "rule": "FREQ=DAILY;COUNT=3" } }""");
        await OkAsync(PatchAsync(owner, $"/todos/{id}/occurrences/2040-01-02", """{ "due": "2040-01-09" }"""));
        (await DueAsync(owner, id)).ShouldBe("2040-01-03");
        await OkAsync(PatchAsync(owner, $"/todos/{id}/occurrences/2040-01-04", """{ "due": "2040-01-01" }"""));
        (await DueAsync(owner, id)).ShouldBe("2040-01-01");
        await OkAsync(PatchAsync(owner, $"/todos/{id}/occurrences/2040-01-04", """{ "due": null }"""));
        (await DueAsync(owner, id)).ShouldBe("2040-01-03");
        await OkAsync(PatchAsync(owner, $"/todos/{id}/occurrences/2040-01-03", """{ "cancelled": true }"""));
        (await DueAsync(owner, id)).ShouldBe("2040-01-04");
        await OkAsync(owner.PostAsync($"/todos/{id}/complete", null));
        (await DueAsync(owner, id)).ShouldBe("2040-01-09");
        await RefusedAsync(PatchAsync(owner, $"/todos/{id}/occurrences/2040-01-02", """{ "cancelled": true }"""), HttpStatusCode.Conflict, "no occurrence after");
        (await OkAsync(owner.PostAsync($"/todos/{id}/complete", null))).GetProperty("completedAt").ValueKind.ShouldBe(JsonValueKind.String);
        await RefusedAsync(PatchAsync(owner, $"/todos/{id}/occurrences/2040-01-02", """{ "title": "x" }"""), HttpStatusCode.Conflict, "Open it again");
    }

    [Fact]
    public async Task What_is_no_occurrence_or_cant_be_done_with_one_is_refused()
    {
        using var owner = await api.CreateTenantAsync();
        using var stranger = await api.MemberAsync(owner);
        var (id, _) = await AddAsync(owner, """{ "title": "Twice a day", "due": "2040-01-02T09:00:00Z", "recurrence": { "rule": "FREQ=DAILY;BYHOUR=9,18" } }""");
        var (once, _) = await AddAsync(owner, """{ "title": "Once", "due": "2040-01-02" }""");
        var (after, _) = await AddAsync(owner, """{ "title": "After", "due": "2040-01-02", "recurrence": { "rule": "FREQ=DAILY", "mode": "Completion" } }""");
        var path = $"/todos/{id}/occurrences";
        await RefusedAsync(PatchAsync(owner, $"{path}/2040-01-03", """{ "title": "x" }"""), HttpStatusCode.BadRequest, "2040-01-03T09:00:00");
        await RefusedAsync(PatchAsync(owner, $"{path}/2040-01-03T10:00", """{ "title": "x" }"""), HttpStatusCode.NotFound, "no occurrence 2040-01-03T10:00");
        await RefusedAsync(PatchAsync(owner, $"{path}/2039-01-03T09:00", """{ "title": "x" }"""), HttpStatusCode.NotFound, "no occurrence");
        await RefusedAsync(owner.PostAsync($"/todos/{once}/occurrences/2040-01-02/complete", null), HttpStatusCode.NotFound, "does not repeat");
        await RefusedAsync(PatchAsync(owner, $"/todos/{after}/occurrences/2040-01-02", """{ "title": "x" }"""), HttpStatusCode.Conflict, "change the todo itself");
        await RefusedAsync(PatchAsync(owner, $"{path}/2040-01-03T09:00", """{ "due": "2040-01-04" }"""), HttpStatusCode.BadRequest, "errors");
        await RefusedAsync(PatchAsync(owner, $"{path}/2040-01-03T09:00", """{ "start": "2040-01-04T09:00:00Z" }"""), HttpStatusCode.BadRequest, "errors");
        await RefusedAsync(PatchAsync(owner, $"{path}/2040-01-03T09:00", """{ "title": " " }"""), HttpStatusCode.BadRequest, "errors");
        await RefusedAsync(PatchAsync(stranger, $"{path}/2040-01-03T09:00", """{ "title": "x" }"""), HttpStatusCode.NotFound, "no such todo");
        await OkAsync(owner.PostAsync($"{path}/2040-01-03T09:00/complete", null));
        await RefusedAsync(PatchAsync(owner, $"{path}/2040-01-03T09:00", """{ "title": "x" }"""), HttpStatusCode.Conflict, "is done");
        using var odd = await PatchAsync(owner, $"{path}/someday", """{ "title": "x" }""");
        await odd.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task With_another_time_or_rule_the_series_begins_anew_and_what_was_done_stays()
    {
        using var owner = await api.CreateTenantAsync();
        var (id, _) = await AddAsync(owner, """{ "title": "Meet", "due": "2040-01-02", "recurrence": { "rule": "FREQ=DAILY;COUNT=4" } }""");
        await OkAsync(owner.PostAsync($"/todos/{id}/complete", null));
        await OkAsync(PatchAsync(owner, $"/todos/{id}/occurrences/2040-01-04", """{ "cancelled": true }"""));
        await RefusedAsync(PatchAsync(owner, $"/todos/{id}", """{ "due": null }"""), HttpStatusCode.BadRequest, "errors");
        await OkAsync(PatchAsync(owner, $"/todos/{id}", """{ "due": "2040-01-03", "timeZone": "Europe/Berlin" }"""));
        (await EntriesAsync(owner, "/calendar?from=2040-01-01&to=2040-12-01")).ShouldBe(["2040-01-02 Meet done", "2040-01-03 Meet", "2040-01-04 Meet", "2040-01-05 Meet", "2040-01-06 Meet"]);
    }

    [Fact]
    public async Task Two_who_complete_an_occurrence_at_once_have_done_one()
    {
        using var owner = await api.CreateTenantAsync();
        for (var i = 0; i < 10; i++)
        {
            var (id, _) = await AddAsync(owner, """{ "title": "Daily", "due": "2040-01-02", "recurrence": { "rule": "FREQ=DAILY" } }""");
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => owner.PostAsync($"/todos/{id}/occurrences/2040-01-02/complete", null)));
            answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
            (await DueAsync(owner, id)).ShouldBe("2040-01-03");
            using (var response = await SendAsync(owner, $"/todos/{id}/complete", "\"2\""))
            {
                response.StatusCode.ShouldBe(HttpStatusCode.OK);
            }

            using var late = await SendAsync(owner, $"/todos/{id}/complete", "\"2\"");
            await late.ShouldBeProblemAsync(HttpStatusCode.PreconditionFailed);
            (await DueAsync(owner, id)).ShouldBe("2040-01-04");
        }
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("occurrences/2040-01-02/complete")]
    public async Task Completing_the_occurrence_that_it_is_at_is_logged_ends_the_work_and_tells_whom_it_concerns_by_whatever_way(string way)
    {
        using var owner = await api.CreateTenantAsync();
        using var doer = await api.MemberAsync(owner);
        var list = await AddListAsync(owner, "Ours", "Tenant");
        var (id, _) = await AddAsync(owner, $$"""{ "title": "Twice", "listId": "{{list}}", "due": "2040-01-02", "recurrence": { "rule": "FREQ=DAILY;COUNT=2" } }""");
        await OkAsync(owner.PostAsJsonAsync($"/todos/{id}/actions", new { action = "start" }));
        using (var stale = await SendAsync(doer, $"/todos/{id}/{way}", "\"1\""))
        {
            await stale.ShouldBeProblemAsync(HttpStatusCode.PreconditionFailed);
        }

        (await NamesAsync($"/todos/{id}/actions", "action")).ShouldBe(["Start"]);

        // Sent again, it is done once.
        var key = $"\"{Guid.NewGuid()}\"";
        for (var i = 0; i < 2; i++)
        {
            using var done = await SendAsync(doer, $"/todos/{id}/{way}", "\"2\"", key);
            (done.StatusCode, done.Headers.ETag?.ToString()).ShouldBe((HttpStatusCode.OK, "\"3\""));
        }

        await CheckAsync("2040-01-03", "New", ["Start", "Complete"], ["todo.changed", "todo.changed", "todo.created"], told: 1);
        var entry = (await OkAsync(owner.GetAsync($"/todos/{id}/actions"))).GetProperty("items")[1];
        (entry.GetProperty("from").GetString(), entry.GetProperty("to").GetString(), entry.GetProperty("actorId").GetGuid()).ShouldBe(("InProgress", "New", doer.UserId));

        // The last one is the todo's own end.
        await OkAsync(owner.PostAsJsonAsync($"/todos/{id}/actions", new { action = "start" }));
        await OkAsync(doer.PostAsync($"/todos/{id}/{way.Replace("-02", "-03", StringComparison.Ordinal)}", null));
        await CheckAsync("2040-01-03", "Done", ["Start", "Complete", "Start", "Complete"], ["todo.changed", "todo.completed", "todo.changed", "todo.changed", "todo.changed", "todo.created"], told: 2);

        async Task CheckAsync(string due, string state, string[] actions, string[] events, int told)
        {
            (await DueAsync(owner, id)).ShouldBe(due);
            var work = await OkAsync(owner.GetAsync($"/todos/{id}/work"));
            (work.GetProperty("state").GetString(), work.GetProperty("people")[0].GetProperty("workingSince").ValueKind).ShouldBe((state, JsonValueKind.Null));
            (await NamesAsync($"/todos/{id}/actions", "action")).ShouldBe(actions);
            (await NamesAsync($"/todos/{id}/activity", "kind")).ShouldBe(events);
            (await NamesAsync("/notifications", "kind")).ShouldBe(Enumerable.Repeat("TodoCompleted", told));
        }

        async Task<IEnumerable<string?>> NamesAsync(string path, string field) => (await OkAsync(owner.GetAsync(path))).GetProperty("items").EnumerateArray().Select(one => one.GetProperty(field).GetString());
    }

    [Fact]
    public async Task A_copy_repeats_too_and_a_guest_and_a_client_of_another_contract_complete_one_occurrence()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner);
        var (id, _) = await AddAsync(owner, $$"""{ "title": "Daily", "listId": "{{list}}", "due": "2040-01-02", "recurrence": { "rule": "FREQ=DAILY" } }""");
        (await OkAsync(owner.PostAsJsonAsync($"/todos/{id}/copy", new { }))).GetProperty("recurrence").GetProperty("rule").GetString().ShouldBe("FREQ=DAILY");
        var link = (await OkAsync(owner.PostAsJsonAsync("/guest-links", new { listId = list, name = "Door", mayWrite = true }))).GetProperty("token").GetString()!;
        using var guest = api.With(link);
        await OkAsync(guest.PostAsync($"/guest/todos/{id}/complete", null));
        (await DueAsync(owner, id)).ShouldBe("2040-01-03");
        (await OkAsync(PatchAsync(owner, $"/todo-backend/todos/{id}", """{ "completed": true }"""))).GetProperty("completed").GetBoolean().ShouldBeFalse();
        (await DueAsync(owner, id)).ShouldBe("2040-01-04");
    }

    [Fact]
    public async Task Completing_what_does_not_repeat_is_still_one_statement_and_what_repeats_one_transaction()
    {
        using var owner = await api.CreateTenantAsync();
        var once = await owner.AddTodoAsync("Once");
        var (id, _) = await AddAsync(owner, """{ "title": "Daily", "due": "2040-01-02", "recurrence": { "rule": "FREQ=DAILY" } }""");
        await OkAsync(owner.PostAsync($"/todos/{id}/complete", null));
        using var statements = new StatementCount(api.Name);
        await OkAsync(owner.PostAsync($"/todos/{once}/complete", null));
        statements.Take().Count.ShouldBe(1);
        await OkAsync(owner.PostAsync($"/todos/{id}/complete", null));

        // Reading it, its occurrences, what is saved, and last the end of the work at it and who is told, at once.
        var sent = statements.Take();
        sent.Count.ShouldBe(4, string.Join('\n', sent));
        await OkAsync(owner.PostAsync($"/todos/{id}/occurrences/2040-01-04/complete", null));
        sent = statements.Take();
        sent.Count.ShouldBe(4, string.Join('\n', sent));
    }

    internal static async Task<(Guid Id, JsonElement Todo)> AddAsync(TenantClient client, string json)
    {
        var todo = await OkAsync(client.PostAsync("/todos", Json(json)));
        return (todo.GetProperty("id").GetGuid(), todo);
    }

    /// <summary>What a calendar has: the occurrence or else when it is, its title, and whether it is done.</summary>
    internal static async Task<IReadOnlyList<string>> EntriesAsync(TenantClient client, string path)
    {
        return [.. (await OkAsync(client.GetAsync(path))).GetProperty("items").EnumerateArray().Select(entry =>
            $"{Text(entry, "occurrence") ?? Text(entry, "start") ?? Text(entry, "due")} {Text(entry, "title")}{(Text(entry, "completedAt") is null ? "" : " done")}")];

        static string? Text(JsonElement entry, string name) => entry.GetProperty(name).GetString();
    }

    private static string Day(int days) => Today.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static async Task<string> DueAsync(TenantClient client, Guid id) => (await OkAsync(client.GetAsync($"/todos/{id}"))).GetProperty("due").GetString()!;

    private static async Task<HttpResponseMessage> SendAsync(TenantClient client, string path, string ifMatch, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return await client.SendAsync(request);
    }
}
