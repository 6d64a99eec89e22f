using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CsvHelper;
using Todo.Api.Todos;
using Todo.Data.Access;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Statistics;

public sealed class StatisticsTests(ListHost api) : IClassFixture<ListHost>
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Fact]
    public async Task Counters_are_of_what_one_sees_today_and_this_week_by_state()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        var (ours, secret) = (await AddListAsync(owner, "Ours", "Tenant"), await AddListAsync(owner, "Secret"));

        // Where it is about noon, no day ends meanwhile. In these names what is west of Greenwich has a plus.
        var now = DateTimeOffset.UtcNow;
        var zone = $"Etc/GMT{now.Hour - 12:+0;-0}";
        foreach (var one in (TenantClient[])[owner, member])
        {
            await OkAsync(PatchAsync(owner, $"/users/{one.UserId}", $$"""{ "timeZone": "{{zone}}" }"""));
        }

        var today = DateOnly.FromDateTime(now.UtcDateTime);
        await MakeAsync(owner, ours, today, member.UserId);
        await MakeAsync(owner, ours, today.AddDays(-10));
        await MakeAsync(owner, ours, today.AddDays(400));
        await MakeAsync(owner, secret, today);
        var done = await MakeAsync(owner, ours, today);
        await OkAsync(owner.PostAsync($"/todos/{done}/complete", null));
        var begun = await MakeAsync(owner, ours, today);
        await OkAsync(owner.PostAsJsonAsync($"/todos/{begun}/actions", new { action = "start" }));
        var seen = await OkAsync(member.GetAsync("/statistics"));
        Number(seen, "open").ShouldBe(4);
        Number(seen, "overdue").ShouldBe(1);
        (Number(seen.GetProperty("day"), "created"), Number(seen.GetProperty("day"), "completed"), Number(seen.GetProperty("day"), "due")).ShouldBe((5, 1, 2));
        (Number(seen.GetProperty("week"), "created"), Number(seen.GetProperty("week"), "completed"), Number(seen.GetProperty("week"), "due")).ShouldBe((5, 1, 2));
        States(seen).ShouldBe(["New 0 0 2", "Assigned 1 1 1", "InProgress 1 1 1", "Done 1 1 0"]);
        Number(await OkAsync(owner.GetAsync("/statistics")), "open").ShouldBe(5);
        Number(await OkAsync(owner.GetAsync($"/statistics?list={secret}")), "open").ShouldBe(1);
        States(await OkAsync(owner.GetAsync($"/statistics?assignee={member.UserId}"))).ShouldBe(["Assigned 1 1 1"]);
        States(await OkAsync(member.GetAsync("/statistics?assignee=me"))).ShouldBe(["Assigned 1 1 1"]);
        States(await OkAsync(member.GetAsync($"/statistics?list={secret}"))).ShouldBeEmpty();
        await OkAsync(owner.DeleteAsync($"/todos/{begun}"));
        Number(await OkAsync(member.GetAsync("/statistics")), "open").ShouldBe(3);
    }

    [Fact]
    public async Task Days_are_those_of_ones_time_zone_and_each_has_its_number()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var schema = await api.SchemaAsync(owner.Slug);
        var secret = await AddListAsync(other, "Secret");
        await OkAsync(PatchAsync(owner, $"/users/{owner.UserId}", """{ "timeZone": "Pacific/Auckland" }"""));
        await api.ExecuteAsync(
            $"""
            INSERT INTO {schema}.todos (id, title, created_by, created_at, updated_at, completed_at)
                SELECT gen_random_uuid(), 'Done', '{owner.UserId}', '2026-01-01', now(), at::timestamptz FROM unnest(ARRAY['2026-03-01T10:59:59Z', '2026-03-01T11:00:00Z', '2026-03-02T10:59:59Z', '2026-03-03T11:00:00Z']) at;
            INSERT INTO {schema}.todos (id, list_id, title, created_by, created_at, updated_at, completed_at) VALUES (gen_random_uuid(), '{secret}', 'Unseen', '{other.UserId}', '2026-01-01', now(), '2026-03-02T00:00:00Z');
            """);
        var seen = await OkAsync(owner.GetAsync("/statistics/completed?from=2026-03-01&to=2026-03-04"));
        seen.GetProperty("timeZone").GetString().ShouldBe("Pacific/Auckland");
        Days(seen).ShouldBe(["2026-03-01 1", "2026-03-02 2", "2026-03-03 0", "2026-03-04 1"]);
        Days(await OkAsync(other.GetAsync("/statistics/completed?from=2026-03-01&to=2026-03-03"))).ShouldBe(["2026-03-01 2", "2026-03-02 2", "2026-03-03 1"]);
        Days(await OkAsync(owner.GetAsync("/statistics/completed"))).Count.ShouldBe(30);
    }

    [Fact]
    public async Task What_was_late_at_the_end_of_each_day_is_what_was_due_and_not_done_by_then()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        await api.ExecuteAsync(
            $"""
            INSERT INTO {schema}.todos (id, title, created_by, created_at, updated_at, due_at, is_all_day, completed_at) VALUES
                (gen_random_uuid(), 'Late before, still', '{owner.UserId}', '2026-01-01', now(), '2026-02-01T00:00:00Z', true, NULL),
                (gen_random_uuid(), 'Late before, done', '{owner.UserId}', '2026-01-01', now(), '2026-02-01T00:00:00Z', false, '2026-03-02T12:00:00Z'),
                (gen_random_uuid(), 'Late from noon', '{owner.UserId}', '2026-01-01', now(), '2026-03-02T12:00:00Z', false, '2026-03-04T01:00:00Z'),
                (gen_random_uuid(), 'Due on a day', '{owner.UserId}', '2026-01-01', now(), '2026-03-02T00:00:00Z', true, NULL),
                (gen_random_uuid(), 'In time', '{owner.UserId}', '2026-01-01', now(), '2026-03-02T12:00:00Z', false, '2026-03-02T11:00:00Z'),
                (gen_random_uuid(), 'Late for an hour', '{owner.UserId}', '2026-01-01', now(), '2026-03-02T12:00:00Z', false, '2026-03-02T13:00:00Z'),
                (gen_random_uuid(), 'Made late', '{owner.UserId}', '2026-03-04T10:00:00Z', now(), '2026-03-01T00:00:00Z', false, NULL),
                (gen_random_uuid(), 'Done long ago', '{owner.UserId}', '2026-01-01', now(), '2026-02-01T00:00:00Z', false, '2026-02-05T00:00:00Z');
            """);
        Days(await OkAsync(owner.GetAsync("/statistics/overdue?from=2026-03-01&to=2026-03-05"))).ShouldBe(["2026-03-01 2", "2026-03-02 2", "2026-03-03 3", "2026-03-04 3", "2026-03-05 3"]);

        // Day by day as one would count it.
        foreach (var day in Days(await OkAsync(owner.GetAsync("/statistics/overdue?from=2026-01-25&to=2026-03-10"))))
        {
            var end = DateOnly.ParseExact(day[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture).AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var counted = await api.ScalarAsync<long>(
                $"SELECT count(*) FROM {schema}.todos WHERE due_at + CASE WHEN is_all_day THEN interval '1 day' ELSE interval '0' END < '{end}' AND created_at < '{end}' AND (completed_at IS NULL OR completed_at >= '{end}') AND due_at < '{end}'");
            day[11..].ShouldBe(counted.ToString(CultureInfo.InvariantCulture), day);
        }
    }

    [Theory]
    [InlineData("/statistics/completed?from=2026-03-02&to=2026-03-01")]
    [InlineData("/statistics/overdue?from=2025-01-01&to=2026-03-01")]
    [InlineData("/statistics/completed?from=0001-01-01")]
    [InlineData("/statistics/completed?to=9999-12-31")]
    [InlineData("/statistics/completed?from=yesterday")]
    [InlineData("/statistics/time?from=2026-03-02&to=2026-03-01")]
    [InlineData("/work/export?from=2020-01-01&to=2026-03-01")]
    public async Task Days_that_are_none_or_too_many_are_refused(string path)
    {
        using var owner = await api.CreateTenantAsync();
        using var response = await owner.GetAsync(path);
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(DayOfWeek.Monday, "2026-03-01", "2026-02-23")]
    [InlineData(DayOfWeek.Sunday, "2026-03-01", "2026-03-01")]
    [InlineData(DayOfWeek.Saturday, "2026-03-01", "2026-02-28")]
    [InlineData(DayOfWeek.Saturday, "2026-03-07", "2026-03-07")]
    public void A_week_begins_with_the_day_that_one_says(DayOfWeek first, string day, string week) =>
        new PersonalCalendar("UTC", first).WeekOf(DateOnly.Parse(day, CultureInfo.InvariantCulture)).ShouldBe(DateOnly.Parse(week, CultureInfo.InvariantCulture));

    [Fact]
    public async Task The_week_begins_as_ones_own_setting_says_or_else_the_tenants()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        var (_, text) = await api.AddKeyAsync(await api.SchemaAsync(owner.Slug), owner.UserId, [Permission.TodosRead]);
        using var key = api.With(text);
        await WeekBeginsAsync(DayOfWeek.Monday, owner, member, key);
        await OkAsync(owner.PutAsJsonAsync("/settings", new Dictionary<string, string> { ["week_start"] = "sunday" }));
        await WeekBeginsAsync(DayOfWeek.Sunday, owner, member, key);
        await OkAsync(owner.PutAsJsonAsync("/me/settings", new Dictionary<string, string> { ["week_start"] = "saturday" }));
        await WeekBeginsAsync(DayOfWeek.Saturday, owner, key);
        await WeekBeginsAsync(DayOfWeek.Sunday, member);
        await OkAsync(owner.PutAsJsonAsync("/me/settings", new Dictionary<string, string>()));
        await WeekBeginsAsync(DayOfWeek.Sunday, owner, key);

        static async Task WeekBeginsAsync(DayOfWeek day, params HttpClient[] clients)
        {
            foreach (var client in clients)
            {
                DateOnly.Parse((await OkAsync(client.GetAsync("/statistics"))).GetProperty("weekStart").GetString()!, CultureInfo.InvariantCulture).DayOfWeek.ShouldBe(day);
            }
        }
    }

    [Fact]
    public async Task Time_is_of_those_who_worked_at_what_one_sees()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        var (schema, ours, secret) = (await api.SchemaAsync(owner.Slug), await AddListAsync(owner, "Ours", "Tenant"), await AddListAsync(owner, "Secret"));
        foreach (var list in (Guid[])[ours, secret])
        {
            var todo = await AddTodoAsync(owner, list);
            await api.ExecuteAsync(
                $"INSERT INTO {schema}.work_spans (id, todo_id, person_id, started_at, ended_at) VALUES (gen_random_uuid(), '{todo}', '{owner.UserId}', '{Now.AddHours(-3):O}', '{Now.AddHours(-2):O}')");
        }

        (await SecondsAsync(owner)).ShouldBe([7200]);
        (await SecondsAsync(member)).ShouldBe([3600]);

        static async Task<IEnumerable<int>> SecondsAsync(TenantClient client) =>
            (await OkAsync(client.GetAsync("/statistics/time"))).GetProperty("people").EnumerateArray().Select(person => Number(person, "seconds"));
    }

    [Fact]
    public async Task First_steps_are_ticked_as_one_takes_them()
    {
        using var owner = await api.CreateTenantAsync();
        (await DoneAsync()).ShouldBeEmpty();
        var todo = await owner.AddTodoAsync("The first");
        await OkAsync(owner.PostAsJsonAsync($"/todos/{todo}/actions", new { action = "start" }));
        (await DoneAsync()).ShouldBe(["MakeTodo", "StartWork"]);
        await OkAsync(owner.PostAsync($"/todos/{todo}/complete", null));
        var list = await AddListAsync(owner);
        (await DoneAsync()).ShouldBe(["MakeTodo", "CompleteTodo", "MakeList", "StartWork"]);
        using var member = await api.MemberAsync(owner);
        await ShareAsync(owner, list, member.UserId, "Read");
        await OkAsync(owner.PutAsJsonAsync("/me/settings", new Dictionary<string, string> { ["week_start"] = "sunday" }));
        (await OkAsync(owner.GetAsync("/statistics/first-steps"))).GetProperty("isComplete").GetBoolean().ShouldBeTrue();

        // Each takes their own.
        (await OkAsync(member.GetAsync("/statistics/first-steps"))).GetProperty("isComplete").GetBoolean().ShouldBeFalse();

        async Task<IEnumerable<string>> DoneAsync() => (await OkAsync(owner.GetAsync("/statistics/first-steps"))).GetProperty("steps").EnumerateArray()
            .Where(step => step.GetProperty("isDone").GetBoolean()).Select(step => step.GetProperty("name").GetString()!);
    }

    [Fact]
    public async Task Todos_and_the_work_log_come_as_CSV_that_no_spreadsheet_runs()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        var (ours, secret) = (await AddListAsync(owner, "=Ours", "Tenant"), await AddListAsync(owner, "Secret"));
        var tag = (await OkAsync(owner.PostAsJsonAsync("/tags", new { name = "tagged" }))).GetProperty("id").GetGuid();
        var todo = (await OkAsync(owner.PostAsJsonAsync("/todos", new
        {
            title = "=HYPERLINK(\"http://evil.example\")",
            notes = "Two\r\nlines, \"quoted\"",
            listId = ours,
            due = "2026-12-01",
            tagIds = new[] { tag },
            assigneeIds = new[] { member.UserId, owner.UserId },
        }))).GetProperty("id").GetGuid();
        await AddTodoAsync(owner, secret, "Unseen");
        await OkAsync(owner.PostAsJsonAsync($"/todos/{todo}/actions", new { action = "start", comment = "@now" }));
        using var response = await member.GetAsync("/todos/export");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        response.Content.Headers.ContentDisposition!.FileName!.Trim('"').ShouldBe("todos.csv");
        var rows = Read(await response.Content.ReadAsStringAsync());
        var row = rows.ShouldHaveSingleItem();
        (row["title"], row["list"], row["notes"], row["due"]).ShouldBe(("'=HYPERLINK(\"http://evil.example\")", "'=Ours", "Two\r\nlines, \"quoted\"", "2026-12-01"));
        (row["assignees"], row["tags"], row["state"], row["created_by"], row["completed_at"]).ShouldBe(("Pat Person; Olga Owner", "tagged", "InProgress", "Olga Owner", ""));

        var entry = Read(await member.GetStringAsync("/work/export")).ShouldHaveSingleItem();
        (entry["action"], entry["by"], entry["from"], entry["to"], entry["comment"]).ShouldBe(("Start", "Olga Owner", "Assigned", "InProgress", "'@now"));
        Read(await owner.GetStringAsync("/todos/export?state=Completed")).ShouldBeEmpty();
        Read(await owner.GetStringAsync($"/todos/export?list={secret}")).Single()["title"].ShouldBe("Unseen");
        Read(await member.GetStringAsync("/work/export?from=2026-01-01&to=2026-01-02")).ShouldBeEmpty();
    }

    private static List<Dictionary<string, string>> Read(string csv)
    {
        using var reader = CsvReader.FromText(csv, new CsvReaderOptions());
        var names = csv.Split("\r\n")[0].Split(',');
        var rows = new List<Dictionary<string, string>>();
        while (reader.Read())
        {
            rows.Add(names.ToDictionary(name => name, name => reader.TryGetFieldIndex(name, out var index) ? reader.GetString(index) ?? "" : throw new InvalidOperationException(name)));
        }

        return rows;
    }

    private static async Task<Guid> MakeAsync(TenantClient client, Guid list, DateOnly due, Guid? assignee = null) => (await OkAsync(client.PostAsJsonAsync("/todos", new
    {
        title = "Counted",
        listId = list,
        due = due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        assigneeIds = assignee is { } person ? [person] : Array.Empty<Guid>(),
    }))).GetProperty("id").GetGuid();

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static IEnumerable<string> States(JsonElement statistics) => statistics.GetProperty("states").EnumerateArray()
        .Select(state => $"{state.GetProperty("state").GetString()} {Number(state, "today")} {Number(state, "week")} {Number(state, "open")}");

    private static IReadOnlyList<string> Days(JsonElement counts) => [.. counts.GetProperty("days").EnumerateArray().Select(day => $"{day.GetProperty("day").GetString()} {Number(day, "count")}")];
}
