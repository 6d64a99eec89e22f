using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Todo.Data.Access;
using Todo.Scheduling.Calendars;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.Occurrences.RecurrenceTests;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Calendar;

public sealed class FeedTests(ListHost api) : IClassFixture<ListHost>
{
    [Fact]
    public async Task A_calendar_program_reads_what_its_person_may_see_by_the_address_alone()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        await AddAsync(owner, """{ "title": "Trip, long; far", "notes": "Take:\nall", "start": "2040-01-02", "due": "2040-01-04", "priority": "Urgent" }""");
        var (id, _) = await AddAsync(owner, """{ "title": "Gym", "start": "2040-03-18T07:00:00Z", "due": "2040-03-18T08:30:00Z", "timeZone": "Europe/Berlin", "recurrence": { "rule": "FREQ=WEEKLY" } }""");
        await OkAsync(PatchAsync(owner, $"/todos/{id}/occurrences/2040-03-25", """{ "cancelled": true }"""));
        await OkAsync(PatchAsync(owner, $"/todos/{id}/occurrences/2040-04-01", """{ "due": "2040-04-01T12:00:00Z", "title": "Gym at noon" }"""));
        await AddAsync(owner, """{ "title": "No time" }""");
        await AddAsync(other, """{ "title": "Hidden", "due": "2040-01-02" }""");
        var (url, _) = await CreateAsync(owner);

        using var response = await api.Anonymous.GetAsync(url);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/calendar; charset=utf-8");
        var octets = await response.Content.ReadAsByteArrayAsync();
        var read = CalendarReader.Read(Encoding.UTF8.GetString(octets));
        read.Problems.ShouldBeEmpty();
        read.Name.ShouldBe("Mine");
        var items = read.Entries.Select(entry => entry.Item).ToArray();
        items.Select(item => $"{item.Title} {item.Start!.Value.Local:yyyy-MM-dd HH:mm} {item.End!.Value.Local:yyyy-MM-dd HH:mm} {item.Start.Value.Zone?.Id} {item.Rule}").ShouldBe(
        [
            "Gym 2040-03-18 08:00 2040-03-18 09:30 Europe/Berlin FREQ=WEEKLY", "Gym at noon 2040-04-01 12:30 2040-04-01 14:00 Europe/Berlin ", "Trip, long; far 2040-01-02 00:00 2040-01-05 00:00  ",
        ]);
        items[0].Excluded.Single().Local.ToString("yyyy-MM-dd HH:mm", null).ShouldBe("2040-03-25 08:00");
        (items[1].RecurrenceId!.Value.Local.ToString("yyyy-MM-dd HH:mm", null), items[1].Uid).ShouldBe(("2040-04-01 08:00", items[0].Uid));
        (items[2].Notes, items[2].Priority).ShouldBe(("Take:\nall", 1));
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        using var owner = await api.CreateTenantAsync();
        var (id, _) = await AddAsync(owner, """{ "title": "Once", "due": "2040-01-02" }""");
        var (url, _) = await CreateAsync(owner);
        using var first = await api.Anonymous.GetAsync(url);
        var tag = first.Headers.ETag!.ToString();
        using var same = await GetAsync(url, tag);
        (same.StatusCode, (await same.Content.ReadAsByteArrayAsync()).Length).ShouldBe((HttpStatusCode.NotModified, 0));
        await OkAsync(PatchAsync(owner, $"/todos/{id}", """{ "title": "Twice" }"""));
        using var changed = await GetAsync(url, tag);
        (await changed.Content.ReadAsStringAsync()).ShouldContain("SUMMARY:Twice");
        using var statements = new StatementCount(api.Name);
        using var once = await GetAsync(url, tag);
        statements.Take().Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_address_ends_when_it_is_revoked_and_with_what_its_person_may()
    {
        using var owner = await api.CreateTenantAsync();
        using var person = await api.MemberAsync(owner);
        var (url, id) = await CreateAsync(person);
        var listed = (await OkAsync(person.GetAsync("/me/calendar-feeds"))).GetProperty("items")[0];
        (listed.GetProperty("id").GetGuid(), listed.GetProperty("name").GetString()).ShouldBe((id, "Mine"));
        listed.ToString().ShouldNotContain("todo_cal_");
        (await OkAsync(owner.GetAsync("/me/calendar-feeds"))).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await api.ContentAsync((await api.SchemaAsync(owner.Slug)).Name)).ShouldNotContain(url.Split("todo_cal_")[1][..64]);
        await RefusedAsync(owner.DeleteAsync($"/me/calendar-feeds/{id}"), HttpStatusCode.NotFound, "of yours");
        await StatusAsync(url, HttpStatusCode.OK);
        await OkAsync(person.DeleteAsync($"/me/calendar-feeds/{id}"));
        await OkAsync(person.DeleteAsync($"/me/calendar-feeds/{id}"));
        await StatusAsync(url, HttpStatusCode.NotFound);
        (await OkAsync(person.GetAsync("/me/calendar-feeds"))).GetProperty("items")[0].GetProperty("revokedAt").ValueKind.ShouldBe(JsonValueKind.String);

        var (another, _) = await CreateAsync(person);
        await StatusAsync(another, HttpStatusCode.OK);
        await OkAsync(PatchAsync(owner, $"/users/{person.UserId}", $$"""{ "roleId": "{{await RoleAsync(owner, Permission.UsersRead)}}" }"""));
        await StatusAsync(another, HttpStatusCode.NotFound);
        foreach (var wrong in (string[])["todo_cal_" + new string('A', 64), "todo_cal_", "x", url.Split('/')[^1][..^8]])
        {
            await StatusAsync($"/calendar/{wrong}.ics", HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task It_may_show_only_what_one_is_to_do_oneself()
    {
        using var owner = await api.CreateTenantAsync();
        await AddAsync(owner, $$"""{ "title": "Mine", "due": "2040-01-02", "assigneeIds": ["{{owner.UserId}}"] }""");
        await AddAsync(owner, """{ "title": "Anybody's", "due": "2040-01-02" }""");
        var (url, _) = await CreateAsync(owner, assignedOnly: true);
        var text = await api.Anonymous.GetStringAsync(url);
        text.ShouldContain("SUMMARY:Mine");
        text.ShouldNotContain("Anybody");
    }

    private static async Task<(string Url, Guid Id)> CreateAsync(TenantClient client, bool assignedOnly = false)
    {
        var made = await OkAsync(client.PostAsJsonAsync("/me/calendar-feeds", new { name = "Mine", assignedOnly }));
        return (made.GetProperty("url").GetString()!, made.GetProperty("id").GetGuid());
    }

    private async Task StatusAsync(string url, HttpStatusCode status)
    {
        using var response = await api.Anonymous.GetAsync(url);
        response.StatusCode.ShouldBe(status, url);
    }

    private async Task<HttpResponseMessage> GetAsync(string url, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        return await api.Anonymous.SendAsync(request);
    }
}
