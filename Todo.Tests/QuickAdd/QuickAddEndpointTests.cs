using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.QuickAdd;

public sealed class QuickAddEndpointTests(ListHost api) : IClassFixture<ListHost>
{
    private const string Path = "/todos/quick";

    [Fact]
    public async Task A_line_becomes_a_todo_and_the_answer_says_what_was_understood()
    {
        using var owner = await api.CreateTenantAsync();
        var home = await AddListAsync(owner, "Home");
        var money = (await OkAsync(owner.PostAsJsonAsync("/tags", new { name = "Money" }))).GetProperty("id").GetGuid();
        const string text = "Pay rent every 1st at 9:00 #home !1 @me +money ~30m";
        using var response = await owner.PostAsJsonAsync(Path, new { text, timeZone = "Europe/Berlin" });
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        response.Headers.ETag!.ToString().ShouldBe("\"1\"");
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        var todo = answer.GetProperty("todo");
        (await OkAsync(owner.GetAsync(response.Headers.Location!.ToString()))).ToString().ShouldBe(todo.ToString());
        todo.GetProperty("title").GetString().ShouldBe("Pay rent");
        todo.GetProperty("listId").GetGuid().ShouldBe(home);
        todo.GetProperty("priority").GetString().ShouldBe("Urgent");
        todo.GetProperty("estimateMinutes").GetInt32().ShouldBe(30);
        todo.GetProperty("assigneeIds")[0].GetGuid().ShouldBe(owner.UserId);
        todo.GetProperty("tagIds")[0].GetGuid().ShouldBe(money);
        todo.GetProperty("source").GetString().ShouldBe("QuickAdd");
        todo.GetProperty("timeZone").GetString().ShouldBe("Europe/Berlin");
        todo.GetProperty("recurrence").GetProperty("rule").GetString().ShouldBe("FREQ=MONTHLY;BYMONTHDAY=1");
        TimeZoneInfo.ConvertTime(todo.GetProperty("due").GetDateTimeOffset(), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")).ToString("dd HH:mm", null).ShouldBe("01 09:00");
        Parts(answer).ShouldBe(
        [
            "Recurrence every 1st = FREQ=MONTHLY;BYMONTHDAY=1", $"Due at 9:00 = {todo.GetProperty("due").GetDateTimeOffset():yyyy-MM-ddTHH:mm:ss}Z", $"List #home = {home}", "Priority !1 = Urgent",
            $"Assignee @me = {owner.UserId}", $"Tag +money = {money}", "EstimateMinutes ~30m = 30",
        ]);
        foreach (var part in answer.GetProperty("understood").EnumerateArray())
        {
            text.Substring(part.GetProperty("start").GetInt32(), part.GetProperty("length").GetInt32()).ShouldBe(part.GetProperty("text").GetString());
        }
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_makes_nothing()
    {
        using var owner = await api.CreateTenantAsync();
        using var response = await owner.PostAsJsonAsync(Path + "?dryRun=true", new { text = "Call Bob tomorrow !2" });
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        (answer.GetProperty("title").GetString(), answer.GetProperty("todo").ValueKind).ShouldBe(("Call Bob", JsonValueKind.Null));
        Parts(answer).Select(part => part.Split(" = ")[0]).ShouldBe(["Due tomorrow", "Priority !2"]);
        (await owner.TitlesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hash_is_a_list_that_one_may_write_in_else_a_tag_else_a_word()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var (theirs, shared) = (await AddListAsync(other, "Secret"), await AddListAsync(other, "Shared"));
        await ShareAsync(other, shared, owner.UserId, "Read");
        var own = await AddListAsync(owner, "Garden");
        var tag = (await OkAsync(owner.PostAsJsonAsync("/tags", new { name = "Shared" }))).GetProperty("id").GetGuid();
        var answer = await AddAsync(owner, "Dig #secret #shared #GARDEN #unknown +nothing");
        var todo = answer.GetProperty("todo");
        todo.GetProperty("title").GetString().ShouldBe("Dig #secret #unknown +nothing");
        todo.GetProperty("listId").GetGuid().ShouldBe(own);
        todo.GetProperty("tagIds").EnumerateArray().Select(id => id.GetGuid()).ShouldBe([tag]);
        await ShareAsync(other, shared, owner.UserId, "Write");
        (await AddAsync(owner, "Dig #shared")).GetProperty("todo").GetProperty("listId").GetGuid().ShouldBe(shared);

        // What the text does not name, the request may; and what nobody names is the inbox.
        (await AddAsync(owner, "Dig", own)).GetProperty("todo").GetProperty("listId").GetGuid().ShouldBe(own);
        (await AddAsync(owner, "Dig #shared", own)).GetProperty("todo").GetProperty("listId").GetGuid().ShouldBe(shared);
        (await AddAsync(owner, "Dig")).GetProperty("todo").GetProperty("listId").GetGuid().ShouldBe(owner.UserId);
        await RefusedAsync(owner.PostAsJsonAsync(Path, new { text = "Dig", listId = theirs }), HttpStatusCode.BadRequest, "listId");
    }

    [Fact]
    public async Task A_person_is_one_who_sees_the_list_and_the_only_one_called_so()
    {
        using var owner = await api.CreateTenantAsync();
        using var ann = await api.MemberAsync(owner);
        using var bob = await api.MemberAsync(owner);
        var schema = await api.SchemaAsync(owner.Slug);
        await api.ExecuteAsync($"UPDATE {schema}.users SET name = 'Ann Lee' WHERE id = '{ann.UserId}'; UPDATE {schema}.users SET name = 'Bob Ray' WHERE id = '{bob.UserId}'");
        var list = await AddListAsync(owner, "Team");
        await ShareAsync(owner, list, ann.UserId, "Read");

        // The list comes behind the people; in the inbox nobody else is.
        var todo = (await AddAsync(owner, "Plan @ann @bob @\"ann lee\" @Me #team")).GetProperty("todo");
        (todo.GetProperty("title").GetString(), string.Join(",", todo.GetProperty("assigneeIds").EnumerateArray())).ShouldBe(("Plan @bob", $"{ann.UserId},{owner.UserId}"));
        (await AddAsync(owner, "Plan @ann")).GetProperty("title").GetString().ShouldBe("Plan @ann");

        await ShareAsync(owner, list, bob.UserId, "Read");
        await api.ExecuteAsync($"UPDATE {schema}.users SET name = 'Ann Ray' WHERE id = '{bob.UserId}'");
        todo = (await AddAsync(owner, "Plan @ann @\"Ann Ray\" #team")).GetProperty("todo");
        (todo.GetProperty("title").GetString(), todo.GetProperty("assigneeIds")[0].GetGuid()).ShouldBe(("Plan @ann", bob.UserId));
    }

    [Fact]
    public async Task Times_are_those_of_the_persons_zone()
    {
        using var owner = await api.CreateTenantAsync();
        await OkAsync(PatchAsync(owner, $"/users/{owner.UserId}", """{ "timeZone": "Asia/Tokyo" }"""));
        var todo = (await AddAsync(owner, "Wake up at 6:30")).GetProperty("todo");
        (todo.GetProperty("timeZone").GetString(), todo.GetProperty("due").GetDateTimeOffset().ToString("HH:mm", null)).ShouldBe(("Asia/Tokyo", "21:30"));
        (await AddAsync(owner, "No time")).GetProperty("todo").GetProperty("timeZone").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    [InlineData("\0\u0001")]
    public async Task Only_what_is_empty_is_refused(string text)
    {
        using var owner = await api.CreateTenantAsync();
        using var response = await owner.PostAsJsonAsync(Path, new { text });
        (await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).ToString().ShouldContain("ext");
        (await owner.TitlesAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Water the plants every day until 1 jan 2020", "Water the plants every day until 1 jan 2020")]
    [InlineData("a\0b\u0007c", "a b c")]
    [InlineData("#home", "#home")]
    [InlineData("!1", "!1")]
    [InlineData("🎉🎉 \\#1 @@@ #\"", "🎉🎉 \\#1 @@@ #\"")]
    public async Task What_is_not_understood_stays_in_the_title(string text, string title)
    {
        using var owner = await api.CreateTenantAsync();
        (await AddAsync(owner, text)).GetProperty("todo").GetProperty("title").GetString().ShouldBe(title);
    }

    [Fact]
    public async Task A_text_too_long_for_a_title_is_in_the_notes()
    {
        using var owner = await api.CreateTenantAsync();
        var text = string.Join(' ', Enumerable.Repeat("word", 1_900));
        var todo = (await AddAsync(owner, text)).GetProperty("todo");
        todo.GetProperty("title").GetString()!.Length.ShouldBeInRange(450, 500);
        todo.GetProperty("notes").GetString().ShouldBe(text);
        var emoji = string.Concat(Enumerable.Repeat("🎉", 600));
        (await AddAsync(owner, "x" + emoji)).GetProperty("todo").GetProperty("notes").GetString().ShouldBe("x" + emoji);
    }

    [Fact]
    public async Task Any_text_becomes_a_todo()
    {
        using var owner = await api.CreateTenantAsync();
        await AddListAsync(owner, "home");
        await OkAsync(owner.PostAsJsonAsync("/tags", new { name = "tag" }));
        string[] pieces =
        [
            "every", "day", "2", "weeks", "on", "mon", "until", "1 jan 2020", "2999-12-31", "for 3 times", "at 9", "25:99", "#home", "#tag", "+tag", "@me", "@", "#", "!1", "!9", "~1h", "~", "\\", "\"", ",", "starting",
            "tomorrow", "in 1000 years", "after done", "every!", "1000", "last", "friday", "hour", "29 feb", "\u202e", "\0", "\n", "ﬀ", "İ", "🎉", "é", " ", "'; DROP TABLE todos; --", "%_", "{0}",
        ];
        var lines = Gen.ArrayOf(Gen.Elements(pieces), 12).Select(some => string.Join(' ', some))
            .Where(line => !string.IsNullOrWhiteSpace(line.Replace("\0", "", StringComparison.Ordinal)));
        foreach (var line in lines.Sample(150).Concat(ArbMap.Default.GeneratorFor<NonEmptyString>().Select(one => Storable(one.Get)).Where(one => one.Any(letter => !char.IsControl(letter) && !char.IsWhiteSpace(letter))).Sample(150)))
        {
            using var response = await owner.PostAsJsonAsync(Path, new { text = line });
            response.StatusCode.ShouldBe(HttpStatusCode.Created, line);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
            answer.GetProperty("todo").GetProperty("title").GetString().ShouldNotBeNullOrWhiteSpace(line);
            answer.GetProperty("understood").EnumerateArray().Sum(part => part.GetProperty("length").GetInt32()).ShouldBeLessThanOrEqualTo(line.Length);
        }
    }

    [Fact]
    public async Task A_line_costs_a_look_up_and_an_insert()
    {
        using var owner = await api.CreateTenantAsync();
        await AddListAsync(owner, "home");
        await AddAsync(owner, "Warm up");
        using var statements = new StatementCount(api.Name);
        await AddAsync(owner, "Pay rent every 1st at 9:00 #home !1 @me");
        statements.Take().Count.ShouldBe(2);
    }

    private static async Task<JsonElement> AddAsync(TenantClient client, string text, Guid? listId = null) => await OkAsync(client.PostAsJsonAsync(Path, new { text, listId }));

    private static IEnumerable<string> Parts(JsonElement answer) => answer.GetProperty("understood").EnumerateArray()
        .Select(part => $"{part.GetProperty("field").GetString()} {part.GetProperty("text").GetString()} = {part.GetProperty("value").GetString()}");

    // Halves of a character are no text: JSON does not carry them.
    private static string Storable(string text) => string.Concat(text.EnumerateRunes().Where(rune => rune.Value != 0xFFFD));
}
