using System.Net;
using System.Net.Http.Json;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.Occurrences.RecurrenceTests;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Calendar;

public sealed class CalendarEndpointTests(ListHost api) : IClassFixture<ListHost>
{
    [Fact]
    public async Task A_window_has_what_is_in_it_at_least_in_part_by_when_it_is()
    {
        using var owner = await api.CreateTenantAsync();
        await AddAsync(owner, """{ "title": "Before", "due": "2039-12-31" }""");
        await AddAsync(owner, """{ "title": "Due", "due": "2040-01-10T23:59:00Z" }""");
        await AddAsync(owner, """{ "title": "First day", "due": "2040-01-01" }""");
        await AddAsync(owner, """{ "title": "Starts", "start": "2040-01-31" }""");
        await AddAsync(owner, """{ "title": "Spans it", "start": "2039-12-01", "due": "2040-03-01" }""");
        await AddAsync(owner, """{ "title": "Ends in it", "start": "2039-12-01T00:00:00Z", "due": "2040-01-02T00:00:00Z" }""");
        await AddAsync(owner, """{ "title": "After", "due": "2040-02-01T00:00:00Z" }""");
        await AddAsync(owner, """{ "title": "Never" }""");
        (await EntriesAsync(owner, "/calendar?from=2040-01-01&to=2040-02-01")).ShouldBe(
            ["2039-12-01 Spans it", "2039-12-01T00:00:00+00:00 Ends in it", "2040-01-01 First day", "2040-01-10T23:59:00+00:00 Due", "2040-01-31 Starts"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_day_is_that_day_wherever_one_looks_from()
    {
        using var owner = await api.CreateTenantAsync();
        await AddAsync(owner, """{ "title": "Tokyo", "due": "2040-01-01", "timeZone": "Asia/Tokyo" }""");
        await AddAsync(owner, """{ "title": "Honolulu", "due": "2040-01-01", "timeZone": "Pacific/Honolulu", "recurrence": { "rule": "FREQ=DAILY;COUNT=2" } }""");
        foreach (var zone in (string[])["UTC", "Pacific/Honolulu", "Asia/Tokyo"])
        {
            (await EntriesAsync(owner, $"/calendar?from=2040-01-01&to=2040-01-02&timeZone={zone}")).ShouldBe(["2040-01-01 Tokyo", "2040-01-01 Honolulu"], ignoreOrder: true);
            (await EntriesAsync(owner, $"/calendar?from=2040-01-02&to=2040-01-03&timeZone={zone}")).ShouldBe(["2040-01-02 Honolulu"]);
        }
    }

    [Fact]
    public async Task It_shows_only_what_one_may_see_and_what_fits()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var list = await AddListAsync(owner);
        var tag = (await OkAsync(owner.PostAsJsonAsync("/tags", new { name = "Tag" }))).GetProperty("id").GetGuid();
        await AddAsync(other, """{ "title": "Hidden", "due": "2040-01-02", "recurrence": { "rule": "FREQ=DAILY" } }""");
        var (id, _) = await AddAsync(owner, $$"""{ "title": "All", "due": "2040-01-02", "listId": "{{list}}", "priority": "High", "tagIds": ["{{tag}}"], "assigneeIds": ["{{owner.UserId}}"] }""");
        await AddAsync(owner, """{ "title": "Other", "due": "2040-01-02" }""");
        await OkAsync(owner.DeleteAsync($"/todos/{(await AddAsync(owner, """{ "title": "Gone", "due": "2040-01-02" }""")).Id}"));
        foreach (var filter in (string[])[$"list={list}", $"todo={id}", "assignee=me", $"tag={tag}", "priority=High"])
        {
            (await EntriesAsync(owner, $"/calendar?from=2040-01-01&to=2040-02-01&{filter}")).ShouldBe(["2040-01-02 All"], filter);
        }

        (await EntriesAsync(owner, "/calendar?from=2040-01-01&to=2040-02-01")).ShouldBe(["2040-01-02 All", "2040-01-02 Other"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("from=2040-01-01", "to")]
    [InlineData("from=2040-01-01&to=2040-01-01", "after from")]
    [InlineData("from=2040-01-02&to=2040-01-01", "after from")]
    [InlineData("from=2040-01-01&to=2041-02-01", "366 days")]
    [InlineData("from=soon&to=2041-02-01", "400")]
    [InlineData("from=2040-01-01&to=2040-02-01&timeZone=Mars", "IANA")]
    public async Task A_window_that_is_none_is_refused(string query, string part)
    {
        using var owner = await api.CreateTenantAsync();
        using var response = await owner.GetAsync($"/calendar?{query}");
        (await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).ToString().ShouldContain(part);
    }

    [Fact]
    public async Task Too_much_is_refused_and_said_so_however_it_comes_about()
    {
        using var owner = await api.CreateTenantAsync();
        await AddAsync(owner, """{ "title": "Hourly", "due": "2020-01-01T00:00:00Z", "recurrence": { "rule": "FREQ=HOURLY" } }""");
        (await EntriesAsync(owner, "/calendar?from=2040-01-01&to=2040-02-01")).Count.ShouldBe(744);
        await RefusedAsync(owner.GetAsync("/calendar?from=2040-01-01&to=2040-12-01"), HttpStatusCode.BadRequest, "more than 5,000");

        // A year's whole of days is not.
        using var other = await api.CreateTenantAsync();
        await AddAsync(other, """{ "title": "Daily", "due": "2020-01-01", "recurrence": { "rule": "FREQ=DAILY" } }""");
        (await EntriesAsync(other, "/calendar?from=2040-01-01&to=2041-01-01")).Count.ShouldBe(366);
    }

    [Fact]
    public async Task It_is_one_statement()
    {
        using var owner = await api.CreateTenantAsync();
        var (id, _) = await AddAsync(owner, """{ "title": "Daily", "due": "2040-01-02", "recurrence": { "rule": "FREQ=DAILY" } }""");
        await OkAsync(owner.PostAsync($"/todos/{id}/complete", null));
        await OkAsync(owner.GetAsync("/calendar?from=2040-01-01&to=2040-02-01"));
        using var statements = new StatementCount(api.Name);
        (await EntriesAsync(owner, "/calendar?from=2040-01-01&to=2040-02-01")).Count.ShouldBe(30);
        statements.Take().Count.ShouldBe(1);
    }
}
