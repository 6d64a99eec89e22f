using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;
using static Todo.Tests.Todos.TodoFieldTests;

namespace Todo.Tests.Search;

public sealed class SavedFilterTests(ListHost api) : IClassFixture<ListHost>
{
    [Fact]
    public async Task A_filter_is_kept_shown_changed_used_and_deleted()
    {
        using var owner = await api.CreateTenantAsync();
        await OkAsync(owner.PostAsJsonAsync("/todos/bulk", new
        {
            items = new object[] { new { title = "A", assigneeIds = new[] { owner.UserId } }, new { title = "B", priority = "High" }, new { title = "C", assigneeIds = new[] { owner.UserId }, priority = "High" } },
        }));
        using var response = await owner.PostAsJsonAsync("/filters", new { name = " Mine ", conditions = new { assignee = "me" }, sort = "-title" });
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var path = response.Headers.Location!.ToString();
        var filter = await OkAsync(owner.GetAsync(path));
        filter.GetProperty("name").GetString().ShouldBe("Mine");
        filter.GetProperty("conditions").GetProperty("assignee").GetString().ShouldBe("me");
        (await TitlesAsync(owner, path + "/todos")).ShouldBe(["C", "A"]);
        var first = await OkAsync(owner.GetAsync(path + "/todos?limit=1"));
        (await TitlesAsync(owner, $"{path}/todos?cursor={first.GetProperty("next").GetString()}")).ShouldBe(["A"]);

        (await OkAsync(PatchAsync(owner, path, """{ "conditions": { "assignee": "me" } }""", "\"1\""))).GetProperty("version").GetInt32().ShouldBe(1, "nothing has changed");
        await OkAsync(PatchAsync(owner, path, """{ "conditions": { "assignee": "me", "priority": "High" }, "sort": null }""", "\"1\""));
        (await TitlesAsync(owner, path + "/todos")).ShouldBe(["C"]);
        using var late = await PatchAsync(owner, path, """{ "name": "Late" }""", "\"1\"");
        await late.ShouldBeProblemAsync(HttpStatusCode.PreconditionFailed);

        await OkAsync(owner.PostAsJsonAsync("/filters", new { name = "all", conditions = new { } }));
        (await NamesAsync(owner, "/filters")).ShouldBe(["all", "Mine"]);
        using var again = await owner.PostAsJsonAsync("/filters", new { name = "MINE", conditions = new { } });
        await again.ShouldBeProblemAsync(HttpStatusCode.Conflict);

        using var deletedLate = await DeleteAsync(owner, path, "\"1\"");
        await deletedLate.ShouldBeProblemAsync(HttpStatusCode.PreconditionFailed);
        await OkAsync(DeleteAsync(owner, path, "\"2\""));
        using var gone = await owner.GetAsync(path + "/todos");
        await gone.ShouldBeProblemAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task It_is_one_persons_own()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        using var response = await owner.PostAsJsonAsync("/filters", new { name = "Mine", conditions = new { state = "Open" } });
        var path = response.Headers.Location!.ToString();
        foreach (var sending in (Task<HttpResponseMessage>[])[member.GetAsync(path), member.GetAsync(path + "/todos"), PatchAsync(member, path, """{ "name": "x" }"""), DeleteAsync(member, path)])
        {
            using var refused = await sending;
            await refused.ShouldBeProblemAsync(HttpStatusCode.NotFound);
        }

        await OkAsync(member.PostAsJsonAsync("/filters", new { name = "Mine", conditions = new { } }));
        (await NamesAsync(member, "/filters")).ShouldBe(["Mine"]);
    }

    [Fact]
    public async Task Due_means_the_persons_days_at_the_time_of_asking()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Pacific/Kiritimati");
        DateOnly today;
        do
        {
            today = Today(zone);
            using var tenant = await api.CreateTenantAsync();
            await OkAsync(PatchAsync(tenant, $"/users/{tenant.UserId}", """{ "timeZone": "Pacific/Kiritimati" }"""));
            await OkAsync(tenant.PostAsJsonAsync("/todos/bulk", new
            {
                items = new object[]
                {
                    Due("Yesterday", -1), Due("Today", 0), Due("Tomorrow", 1), Due("In a week", 7),
                    new { title = "A minute ago", due = DateTimeOffset.UtcNow.AddMinutes(-1).ToString("O", CultureInfo.InvariantCulture) },
                    new { title = "Some time" },
                },
            }));
            var overdue = await TitlesAsync(tenant, "/todos?due=Overdue");
            var todays = await TitlesAsync(tenant, "/todos?due=Today");
            var tomorrow = await TitlesAsync(tenant, "/todos?due=Tomorrow");
            var week = await TitlesAsync(tenant, "/todos?due=Next7Days");
            var never = await TitlesAsync(tenant, "/todos?due=Never");
            if (Today(zone) == today)
            {
                overdue.ShouldBe(["Yesterday", "A minute ago"]);
                todays.ShouldContain("Today");
                todays.ShouldNotContain("Tomorrow");
                tomorrow.ShouldBe(["Tomorrow"]);
                week.ShouldContain("Tomorrow");
                week.ShouldNotContain("In a week");
                never.ShouldBe(["Some time"]);
            }
        }
        while (Today(zone) != today);

        object Due(string title, int days) => new { title, due = today.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), timeZone = zone.Id };
    }

    [Theory]
    [InlineData("""{ "name": "", "conditions": {} }""")]
    [InlineData("""{ "name": "x" }""")]
    [InlineData("""{ "name": "x", "conditions": null }""")]
    [InlineData("""{ "name": "x", "conditions": { "assignee": "you" } }""")]
    [InlineData("""{ "name": "x", "conditions": { "unknown": 1 } }""")]
    [InlineData("""{ "name": "x", "conditions": { "state": 7 } }""")]
    [InlineData("""{ "name": "x", "conditions": {}, "sort": "notes" }""")]
    public async Task What_cant_be_a_filter_is_refused(string json)
    {
        using var owner = await api.CreateTenantAsync();
        using var response = await owner.PostAsync("/filters", Json(json));
        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    private static DateOnly Today(TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, zone).DateTime);
}
