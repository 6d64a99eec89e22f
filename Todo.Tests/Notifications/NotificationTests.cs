using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Notifications;

public sealed class NotificationTests(ListHost api) : IClassFixture<ListHost>
{
    [Fact]
    public async Task Whoever_is_to_do_a_todo_is_told_however_they_come_to_it()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        var (list, me, other) = (await AddListAsync(owner, "Ours", "Tenant"), owner.UserId, member.UserId);
        var made = (await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "Made", listId = list, assigneeIds = new[] { me, other } }))).GetProperty("id").GetGuid();
        await OkAsync(owner.PostAsJsonAsync("/todos/bulk", new
        {
            items = new object[] { new { title = "One of many", listId = list, assigneeIds = new[] { other } }, new { title = "Nobody's", listId = list }, new { title = "A part", parentId = made, assigneeIds = new[] { other } } },
        }));
        var changed = await AddTodoAsync(owner, list, "Changed");
        await OkAsync(PatchAsync(owner, $"/todos/{changed}", $$"""{ "assigneeIds": ["{{me}}"] }"""));
        await OkAsync(PatchAsync(owner, $"/todos/{changed}", $$"""{ "assigneeIds": ["{{me}}", "{{other}}"], "title": "Changed too" }"""));
        await OkAsync(PatchAsync(owner, $"/todos/{changed}", $$"""{ "assigneeIds": ["{{other}}"] }"""));
        await OkAsync(owner.PostAsJsonAsync($"/todos/{made}/copy", new { title = "Copied" }));
        (await ToldAsync(member)).ShouldBe(
            ["TodoAssigned Made", "TodoAssigned One of many", "TodoAssigned A part", "TodoAssigned Changed too", "TodoAssigned Copied", "TodoAssigned A part"], ignoreOrder: true);
        var first = (await PageAsync(member))[^1];
        (first.GetProperty("actorId").GetGuid(), first.GetProperty("actorName").GetString(), first.GetProperty("todoId").GetGuid()).ShouldBe((me, "Olga Owner", made));
        (await ToldAsync(owner)).ShouldBeEmpty("what one did oneself");
    }

    [Fact]
    public async Task Whoever_made_a_todo_or_is_to_do_it_is_told_once_that_somebody_else_completed_it_by_whatever_way()
    {
        using var owner = await api.CreateTenantAsync();
        using var doer = await api.MemberAsync(owner);
        using var helper = await api.MemberAsync(owner);
        var list = await AddListAsync(owner, "Ours", "Tenant");
        var todo = (await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "Shared work", listId = list, assigneeIds = new[] { doer.UserId } }))).GetProperty("id").GetGuid();
        await OkAsync(helper.PostAsync($"/todos/{todo}/complete", null));
        await OkAsync(doer.PostAsync($"/todos/{todo}/complete", null));
        (await ToldAsync(owner)).ShouldBe(["TodoCompleted Shared work"]);
        (await ToldAsync(doer)).ShouldBe(["TodoCompleted Shared work", "TodoAssigned Shared work"]);
        (await ToldAsync(helper)).ShouldBeEmpty();

        var other = await AddTodoAsync(owner, list, "By its url");
        await OkAsync(PatchAsync(helper, $"/todo-backend/todos/{other}", """{ "completed": true }"""));
        await OkAsync(PatchAsync(helper, $"/todo-backend/todos/{other}", """{ "completed": true, "title": "Done" }"""));
        (await ToldAsync(owner)).ShouldBe(["TodoCompleted Done", "TodoCompleted Shared work"]);

        // A guest is nobody, so whoever made the link is told as well.
        var byGuest = await AddTodoAsync(owner, list, "By a guest");
        using var guest = api.With((await api.AddGuestLinkAsync(await api.SchemaAsync(owner.Slug), owner.UserId, list, mayWrite: true)).Text);
        await OkAsync(guest.PostAsync($"/guest/todos/{byGuest}/complete", null));
        await OkAsync(guest.PostAsync($"/guest/todos/{byGuest}/complete", null));
        var told = (await PageAsync(owner))[0];
        (told.GetProperty("title").GetString(), told.GetProperty("actorId").ValueKind).ShouldBe(("By a guest", JsonValueKind.Null));
        (await PageAsync(owner)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Of_a_comment_those_are_told_whom_it_mentions_and_whose_todo_it_is_about_each_once()
    {
        using var owner = await api.CreateTenantAsync();
        using var doer = await api.MemberAsync(owner);
        using var reader = await api.MemberAsync(owner);
        var list = await AddListAsync(owner, "Ours", "Tenant");
        var todo = (await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "Talked about", listId = list, assigneeIds = new[] { doer.UserId } }))).GetProperty("id").GetGuid();
        var comment = (await OkAsync(doer.PostAsJsonAsync($"/todos/{todo}/comments", new { text = $"<@{owner.UserId}> and <@{doer.UserId}>" }))).GetProperty("id").GetGuid();
        (await ToldAsync(owner)).ShouldBe(["Mentioned Talked about"]);
        (await PageAsync(owner))[0].GetProperty("commentId").GetGuid().ShouldBe(comment);
        await OkAsync(reader.PostAsJsonAsync($"/todos/{todo}/comments", new { text = "No names" }));
        (await ToldAsync(owner)).ShouldBe(["Commented Talked about", "Mentioned Talked about"]);
        (await ToldAsync(doer)).ShouldBe(["Commented Talked about", "TodoAssigned Talked about"]);
        (await ToldAsync(reader)).ShouldBeEmpty();

        // Of a change only those who were not mentioned before.
        await OkAsync(PatchAsync(doer, $"/todos/{todo}/comments/{comment}", $$"""{ "text": "<@{{owner.UserId}}> and <@{{reader.UserId}}>" }"""));
        await OkAsync(PatchAsync(doer, $"/todos/{todo}/comments/{comment}", $$"""{ "text": "<@{{owner.UserId}}> and <@{{reader.UserId}}>, all right?" }"""));
        (await ToldAsync(reader)).ShouldBe(["Mentioned Talked about"]);
        (await PageAsync(owner)).Count.ShouldBe(2);
        await RefusedAsync(doer.PostAsJsonAsync($"/todos/{todo}/comments", new { text = $"<@{Guid.NewGuid()}> <@{owner.UserId}>" }), HttpStatusCode.BadRequest, "errors");
        (await PageAsync(owner)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_list_that_is_shared_is_told_of_once_in_person_and_in_a_group()
    {
        using var owner = await api.CreateTenantAsync();
        using var person = await api.MemberAsync(owner);
        using var grouped = await api.MemberAsync(owner);
        var (list, group) = (await AddListAsync(owner, "For you"), (await OkAsync(owner.PostAsJsonAsync("/groups", new { name = "Team" }))).GetProperty("id").GetGuid());
        foreach (var member in (TenantClient[])[grouped, owner])
        {
            await OkAsync(owner.PutAsync($"/groups/{group}/members/{member.UserId}", null));
        }

        foreach (var access in (string[])["Read", "Write"])
        {
            await ShareAsync(owner, list, person.UserId, access);
            await OkAsync(owner.PutAsJsonAsync($"/lists/{list}/shares/groups/{group}", new { access }));
        }

        (await ToldAsync(person)).ShouldBe(["ListShared For you"]);
        (await ToldAsync(grouped)).ShouldBe(["ListShared For you"]);
        (await ToldAsync(owner)).ShouldBeEmpty();
        (await PageAsync(person))[0].GetProperty("listId").GetGuid().ShouldBe(list);
    }

    [Fact]
    public async Task Many_who_share_a_list_with_the_same_person_at_once_tell_once()
    {
        using var owner = await api.CreateTenantAsync();
        using var person = await api.MemberAsync(owner);
        var list = await AddListAsync(owner, "For you");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ShareAsync(owner, list, person.UserId, "Read")));
        (await ToldAsync(person)).ShouldBe(["ListShared For you"]);
    }

    [Fact]
    public async Task Who_does_not_want_to_hear_of_it_is_not_told_by_their_own_setting_or_else_the_tenants()
    {
        using var owner = await api.CreateTenantAsync();
        using var quiet = await api.MemberAsync(owner);
        using var usual = await api.MemberAsync(owner);
        using var eager = await api.MemberAsync(owner);
        TenantClient[] people = [quiet, usual, eager];
        string[] kinds = ["todo_assigned", "todo_completed", "mentioned", "commented", "list_shared"];
        await SetAsync(quiet, "/me/settings", "none");
        await SetAsync(eager, "/me/settings", "app");
        await CauseAllAsync();
        (await KindsAsync(quiet)).ShouldBeEmpty();
        foreach (var told in (TenantClient[])[usual, eager])
        {
            (await KindsAsync(told)).ShouldBe(["Commented", "ListShared", "Mentioned", "TodoAssigned", "TodoCompleted"]);
        }

        await SetAsync(owner, "/settings", "none");
        await CauseAllAsync();
        (await PageAsync(usual)).Count.ShouldBe(5);
        (await PageAsync(eager)).Count.ShouldBe(10);

        // Who wants to hear of comments and not of mentions hears of the comment that mentions.
        await OkAsync(quiet.PutAsJsonAsync("/me/settings", new Dictionary<string, string> { ["notifications.commented"] = "app" }));
        await CauseAllAsync();
        (await KindsAsync(quiet)).ShouldBe(["Commented", "Commented"]);

        Task SetAsync(TenantClient client, string path, string level) => OkAsync(client.PutAsJsonAsync(path, kinds.ToDictionary(kind => "notifications." + kind, _ => level)));

        async Task CauseAllAsync()
        {
            var (list, ids) = (await AddListAsync(owner), people.Select(person => person.UserId).ToArray());
            foreach (var id in ids)
            {
                await ShareAsync(owner, list, id, "Write");
            }

            var todo = (await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "All of it", listId = list, assigneeIds = ids }))).GetProperty("id").GetGuid();
            await OkAsync(owner.PostAsJsonAsync($"/todos/{todo}/comments", new { text = string.Join(' ', ids.Select(id => $"<@{id}>")) }));
            await OkAsync(owner.PostAsJsonAsync($"/todos/{todo}/comments", new { text = "Without names" }));
            await OkAsync(owner.PostAsync($"/todos/{todo}/complete", null));
        }
    }

    [Fact]
    public async Task Nobody_is_told_of_what_they_dont_see_and_what_they_dont_see_any_more_is_not_shown_or_counted()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        var (secret, list) = (await AddListAsync(owner, "Secret"), await AddListAsync(owner, "Shared for a while"));
        var hidden = (await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "Hidden", listId = secret, assigneeIds = new[] { member.UserId } }))).GetProperty("id").GetGuid();
        await OkAsync(owner.PostAsJsonAsync($"/todos/{hidden}/comments", new { text = "Between us" }));
        await OkAsync(owner.PostAsync($"/todos/{hidden}/complete", null));
        (await PageAsync(member)).ShouldBeEmpty();

        await ShareAsync(owner, list, member.UserId, "Read");
        var todo = (await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "Seen", listId = list, assigneeIds = new[] { member.UserId } }))).GetProperty("id").GetGuid();
        (await ToldAsync(member)).ShouldBe(["TodoAssigned Seen", "ListShared Shared for a while"]);
        await OkAsync(owner.DeleteAsync($"/lists/{list}/shares/users/{member.UserId}"));
        await OkAsync(PatchAsync(owner, $"/todos/{todo}", """{ "title": "Not for you any more" }"""));
        (await PageAsync(member)).ShouldBeEmpty();
        (await UnreadAsync(member)).ShouldBe(0);

        // Those who see it again see what they were told, as it is called by now; what is deleted is not there.
        await ShareAsync(owner, list, member.UserId, "Read");
        (await ToldAsync(member)).ShouldContain("TodoAssigned Not for you any more");
        await OkAsync(owner.DeleteAsync($"/todos/{todo}"));
        (await ToldAsync(member)).ShouldAllBe(told => told.StartsWith("ListShared", StringComparison.Ordinal));
        await OkAsync(owner.PostAsync($"/todos/{todo}/restore", null));
        (await UnreadAsync(member)).ShouldBe(3);
        await OkAsync(owner.DeleteAsync($"/todos/{todo}?force=true"));
        await OkAsync(DeleteAsync(owner, $"/lists/{list}"));
        (await PageAsync(member)).ShouldBeEmpty();
    }

    [Fact]
    public async Task They_are_read_one_by_one_or_all_that_were_seen_and_deleted_by_nobody_else()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        var list = await AddListAsync(owner, "Ours", "Tenant");
        for (var i = 0; i < 5; i++)
        {
            await AssignAsync($"Todo {i}");
        }

        var told = await PageAsync(member);
        Guid IdOf(int i) => told[i].GetProperty("id").GetGuid();
        (await UnreadAsync(member)).ShouldBe(5);
        foreach (var foreign in (Task<HttpResponseMessage>[])[owner.PostAsync($"/notifications/{IdOf(0)}/read", null), owner.DeleteAsync($"/notifications/{IdOf(0)}")])
        {
            await RefusedAsync(foreign, HttpStatusCode.NotFound, "no such notification");
        }

        await OkAsync(member.PostAsync($"/notifications/{IdOf(0)}/read", null));
        var readAt = (await PageAsync(member))[0].GetProperty("readAt").GetDateTimeOffset();
        await OkAsync(member.PostAsync($"/notifications/{IdOf(0)}/read", null));
        (await PageAsync(member))[0].GetProperty("readAt").GetDateTimeOffset().ShouldBe(readAt);
        (await ToldAsync(member, "?unread=true")).ShouldBe(["TodoAssigned Todo 3", "TodoAssigned Todo 2", "TodoAssigned Todo 1", "TodoAssigned Todo 0"]);

        await OkAsync(member.PostAsync($"/notifications/read?through={IdOf(2)}", null));
        (await ToldAsync(member, "?unread=true")).ShouldBe(["TodoAssigned Todo 3"]);
        await OkAsync(member.PostAsync("/notifications/read", null));
        (await UnreadAsync(member)).ShouldBe(0);

        await OkAsync(member.DeleteAsync($"/notifications/{IdOf(4)}"));
        await RefusedAsync(member.DeleteAsync($"/notifications/{IdOf(4)}"), HttpStatusCode.NotFound, "no such notification");
        (await PageAsync(member)).Count.ShouldBe(4);

        Task AssignAsync(string title) => OkAsync(owner.PostAsJsonAsync("/todos", new { title, listId = list, assigneeIds = new[] { member.UserId } }));
    }

    [Fact]
    public async Task Pages_double_and_lose_nothing_while_more_comes()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        var list = await AddListAsync(owner, "Ours", "Tenant");
        var items = Enumerable.Range(0, 7).Select(i => new { title = $"Todo {i}", listId = list, assigneeIds = new[] { member.UserId } }).ToArray();
        await OkAsync(owner.PostAsJsonAsync("/todos/bulk", new { items }));
        var seen = new List<string>();
        for (string? path = "/notifications?limit=3"; path is not null;)
        {
            var page = await OkAsync(member.GetAsync(path));
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("title").GetString()!));
            path = page.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.String ? $"/notifications?limit=3&cursor={next.GetString()}" : null;
            await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "Later", listId = list, assigneeIds = new[] { member.UserId } }));
        }

        seen.ShouldBe(Enumerable.Range(0, 7).Reverse().Select(i => $"Todo {i}"));
    }

    [Fact]
    public async Task Making_completing_commenting_and_reading_are_one_statement_each()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        var list = await AddListAsync(owner, "Ours", "Tenant");
        var todo = (await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "Counted", listId = list, assigneeIds = new[] { member.UserId } }))).GetProperty("id").GetGuid();
        Func<Task>[] acts =
        [
            () => OkAsync(owner.PostAsJsonAsync($"/todos/{todo}/comments", new { text = $"<@{member.UserId}>" })),
            () => OkAsync(owner.PostAsync($"/todos/{todo}/complete", null)),
            () => PageAsync(member),
            () => UnreadAsync(member),
            () => OkAsync(member.PostAsync("/notifications/read", null)),
        ];
        await PageAsync(member);
        using var statements = new StatementCount(api.Name);
        foreach (var act in acts)
        {
            statements.Take();
            await act();
            var sent = statements.Take();
            sent.Count.ShouldBe(1, string.Join('\n', sent));
        }
    }

    private static async Task<IReadOnlyList<JsonElement>> PageAsync(TenantClient client, string query = "") =>
        [.. (await OkAsync(client.GetAsync("/notifications" + query))).GetProperty("items").EnumerateArray()];

    private static async Task<IReadOnlyList<string>> ToldAsync(TenantClient client, string query = "") =>
        [.. (await PageAsync(client, query)).Select(told => $"{told.GetProperty("kind").GetString()} {told.GetProperty("title").GetString()}")];

    private static async Task<IReadOnlyList<string>> KindsAsync(TenantClient client) =>
        [.. (await PageAsync(client)).Select(told => told.GetProperty("kind").GetString()!).Order(StringComparer.Ordinal)];

    private static async Task<int> UnreadAsync(TenantClient client) => (await OkAsync(client.GetAsync("/notifications/count"))).GetProperty("unread").GetInt32();
}
