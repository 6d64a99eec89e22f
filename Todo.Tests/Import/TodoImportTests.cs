using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.Occurrences.RecurrenceTests;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Import;

public sealed class TodoImportTests(ListHost api) : IClassFixture<ListHost>
{
    private const string Ics =
        """
        BEGIN:VCALENDAR
        VERSION:2.0
        BEGIN:VEVENT
        UID:1
        SUMMARY:Yoga
        DTSTART;TZID=Europe/Berlin:20400102T180000
        DTEND;TZID=Europe/Berlin:20400102T193000
        RRULE:FREQ=WEEKLY;COUNT=4
        EXDATE;TZID=Europe/Berlin:20400109T180000
        CATEGORIES:Sport,Unknown
        END:VEVENT
        BEGIN:VEVENT
        UID:1
        RECURRENCE-ID;TZID=Europe/Berlin:20400116T180000
        SUMMARY:Yoga outside
        DTSTART;TZID=Europe/Berlin:20400117T170000
        DTEND;TZID=Europe/Berlin:20400117T183000
        END:VEVENT
        BEGIN:VTODO
        UID:2
        SUMMARY:Taxes
        DESCRIPTION:All\nof them
        DUE;VALUE=DATE:20400131
        PRIORITY:1
        END:VTODO
        BEGIN:VTODO
        UID:3
        SUMMARY:Done
        COMPLETED:20260101T090000Z
        END:VTODO
        BEGIN:VEVENT
        UID:4
        SUMMARY:Fair
        DTSTART;VALUE=DATE:20400120
        DTEND;VALUE=DATE:20400123
        END:VEVENT
        BEGIN:VEVENT
        UID:5
        SUMMARY:Called off
        STATUS:CANCELLED
        DTSTART;VALUE=DATE:20400120
        END:VEVENT
        END:VCALENDAR
        """;

    [Fact]
    public async Task Csv_becomes_todos_after_a_dry_run_that_makes_nothing()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner);
        var tag = (await OkAsync(owner.PostAsJsonAsync("/tags", new { name = "Home" }))).GetProperty("id").GetGuid();
        const string csv = "due,title,notes,priority,time_zone,estimate_minutes,tags,recurrence,else\r\n2040-01-02,\"Pay, twice\",\"two\r\nlines\",high,Europe/Berlin,15,home,FREQ=DAILY,x\r\n,'=1+1,,,,,,,\r\n";
        var dry = await ImportAsync(owner, csv, "text/csv", $"dryRun=true&list={list}");
        (dry.GetProperty("todos").GetInt32(), dry.GetProperty("imported").GetInt32(), dry.GetProperty("errors").GetArrayLength()).ShouldBe((2, 0, 0));
        (await owner.TitlesAsync()).ShouldBeEmpty();

        (await ImportAsync(owner, csv, "text/csv", $"list={list}")).GetProperty("imported").GetInt32().ShouldBe(2);
        var todos = (await OkAsync(owner.GetAsync("/todos"))).GetProperty("items");
        var todo = todos[0];
        (todo.GetProperty("title").GetString(), todo.GetProperty("notes").GetString(), todo.GetProperty("priority").GetString(), todo.GetProperty("due").GetString()).ShouldBe(("Pay, twice", "two\r\nlines", "High", "2040-01-02"));
        (todo.GetProperty("listId").GetGuid(), todo.GetProperty("tagIds")[0].GetGuid(), todo.GetProperty("source").GetString()).ShouldBe((list, tag, "Import"));
        todo.GetProperty("recurrence").GetProperty("rule").GetString().ShouldBe("FREQ=DAILY");
        todos[1].GetProperty("title").GetString().ShouldBe("=1+1");
    }

    [Fact]
    public async Task Each_error_has_its_line_and_column_and_nothing_is_made()
    {
        using var owner = await api.CreateTenantAsync();
        const string csv = "title,due,priority,tags,recurrence,time_zone,estimate_minutes\r\nGood,,,,,,\r\n,2040-01-02,,,,,\r\nx,soon,highest,none,FREQ=DAILY,Mars,0\r\ny,2040-01-01,,,FREQ=NEVER,,\r\n";
        string[] expected = ["3 title", "4 time_zone", "4 priority", "4 due", "4 estimate_minutes", "4 tags", "4 recurrence", "5 recurrence"];
        var dry = await ImportAsync(owner, csv, "text/csv", "dryRun=true");
        Errors(dry).ShouldBe(expected, ignoreOrder: true);
        using var response = await SendAsync(owner, csv, "text/csv", "");
        Errors(await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).ShouldBe(expected, ignoreOrder: true);
        (await owner.TitlesAsync()).ShouldBeEmpty();
        Errors(await ImportAsync(owner, "name\r\nx\r\n", "text/csv", "dryRun=true")).ShouldBe(["1 title"]);
        Errors(await ImportAsync(owner, "", "text/csv", "dryRun=true")).ShouldBe(["1 title"]);
    }

    [Fact]
    public async Task A_calendar_becomes_todos_with_their_series()
    {
        using var owner = await api.CreateTenantAsync();
        await OkAsync(owner.PostAsJsonAsync("/tags", new { name = "sport" }));
        (await ImportAsync(owner, Ics, "text/calendar", "")).GetProperty("imported").GetInt32().ShouldBe(4);
        (await owner.TitlesAsync()).ShouldBe(["Yoga", "Taxes", "Done", "Fair"]);
        (await EntriesAsync(owner, "/calendar?from=2040-01-01&to=2040-02-01")).ShouldBe(
        [
            "2040-01-02T18:00:00 Yoga", "2040-01-16T18:00:00 Yoga outside", "2040-01-20 Fair", "2040-01-23T18:00:00 Yoga", "2040-01-31 Taxes",
        ]);
        var todos = (await OkAsync(owner.GetAsync("/todos"))).GetProperty("items");
        (todos[0].GetProperty("start").GetString(), todos[0].GetProperty("due").GetString(), todos[0].GetProperty("timeZone").GetString(), todos[0].GetProperty("tagIds").GetArrayLength())
            .ShouldBe(("2040-01-02T17:00:00+00:00", "2040-01-02T18:30:00+00:00", "Europe/Berlin", 1));
        (todos[1].GetProperty("notes").GetString(), todos[1].GetProperty("priority").GetString()).ShouldBe(("All\nof them", "Urgent"));
        todos[2].GetProperty("completedAt").GetString().ShouldBe("2026-01-01T09:00:00+00:00");
        (todos[3].GetProperty("start").GetString(), todos[3].GetProperty("due").GetString()).ShouldBe(("2040-01-20", "2040-01-22"));
    }

    [Fact]
    public async Task What_a_calendar_program_reads_can_be_imported_again()
    {
        using var owner = await api.CreateTenantAsync();
        await ImportAsync(owner, Ics, "text/calendar", "");
        var url = (await OkAsync(owner.PostAsJsonAsync("/me/calendar-feeds", new { name = "Mine" }))).GetProperty("url").GetString();
        using var other = await api.CreateTenantAsync();
        await ImportAsync(other, await api.Anonymous.GetStringAsync(url), "text/calendar", "");
        const string window = "/calendar?from=2040-01-01&to=2040-02-01";
        (await EntriesAsync(other, window)).ShouldBe(await EntriesAsync(owner, window), ignoreOrder: true);
    }

    [Fact]
    public async Task A_bad_item_of_a_calendar_is_named_by_its_line_and_nothing_is_made()
    {
        using var owner = await api.CreateTenantAsync();
        var bad = Ics.Replace("COUNT=4", "COUNT=x", StringComparison.Ordinal).Replace("DUE;VALUE=DATE:20400131", "DUE:tomorrow", StringComparison.Ordinal);
        Errors(await ImportAsync(owner, bad, "text/calendar", "dryRun=true")).ShouldBe(["8 ", "23 "]);
        using var response = await SendAsync(owner, bad, "text/calendar", "");
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        (await owner.TitlesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task It_goes_only_where_one_may_write_and_is_bounded()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var theirs = await AddListAsync(other);
        await RefusedAsync(SendAsync(owner, "title\r\nx\r\n", "text/csv", $"list={theirs}"), HttpStatusCode.BadRequest, "no list");
        await ShareAsync(other, theirs, owner.UserId, "Read");
        await RefusedAsync(SendAsync(owner, "title\r\nx\r\n", "text/csv", $"list={theirs}"), HttpStatusCode.Forbidden, "reading only");
        var many = "title\r\n" + string.Concat(Enumerable.Repeat("x\r\n", 2_001));
        await RefusedAsync(SendAsync(owner, many, "text/csv", ""), HttpStatusCode.BadRequest, "more than 2,000");
        (await ImportAsync(owner, many[..^3], "text/csv", "")).GetProperty("imported").GetInt32().ShouldBe(2_000);
        using var huge = await SendAsync(owner, "title\r\n" + new string('x', 1_100_000), "text/csv", "");
        ((int)huge.StatusCode).ShouldBeOneOf(400, 413);
    }

    private static Task<JsonElement> ImportAsync(TenantClient client, string content, string type, string query) => OkAsync(SendAsync(client, content, type, query));

    private static async Task<HttpResponseMessage> SendAsync(TenantClient client, string content, string type, string query)
    {
        using var body = new StringContent(content, Encoding.UTF8, type);
        return await client.PostAsync($"/todos/import?{query}", body);
    }

    private static IEnumerable<string> Errors(JsonElement report) => report.GetProperty("errors").EnumerateArray()
        .Select(error => $"{error.GetProperty("line").GetInt32()} {(error.TryGetProperty("column", out var column) ? column.GetString() : "")}");
}
