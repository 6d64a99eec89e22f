using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Tests.Api;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Lists;

public sealed class ListTests(ListHost api) : IClassFixture<ListHost>
{
    [Fact]
    public async Task A_list_has_a_name_a_colour_an_icon_and_is_its_makers()
    {
        using var owner = await api.CreateTenantAsync();
        using var made = await owner.PostAsJsonAsync("/lists", new { name = "Shopping", colour = "#33AAff", icon = "🛒" });
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        var list = await made.Content.ReadFromJsonAsync<JsonElement>();
        var path = $"/lists/{list.GetProperty("id").GetGuid()}";
        made.Headers.Location!.ToString().ShouldBe(path);
        made.Headers.ETag!.ToString().ShouldBe(await TagAsync(owner, path));
        (await OkAsync(owner.GetAsync(path))).ToString().ShouldBe(list.ToString());
        list.GetProperty("ownerId").GetGuid().ShouldBe(owner.UserId);
        list.GetProperty("colour").GetString().ShouldBe("#33aaff");
        list.GetProperty("visibility").GetString().ShouldBe("Private");
        list.GetProperty("access").GetString().ShouldBe("Manage");

        // What is absent stays, what is null goes.
        var changed = await OkAsync(PatchAsync(owner, path, """{ "name": "Food", "icon": null }"""));
        changed.GetProperty("name").GetString().ShouldBe("Food");
        changed.GetProperty("colour").GetString().ShouldBe("#33aaff");
        changed.GetProperty("icon").ValueKind.ShouldBe(JsonValueKind.Null);
        changed.GetProperty("version").GetInt32().ShouldBe(2);
    }

    [Theory]
    [InlineData("""{ "name": null }""", "name")]
    [InlineData("""{ "name": "  " }""", "name")]
    [InlineData("""{ "colour": "red" }""", "colour")]
    [InlineData("""{ "icon": "" }""", "icon")]
    [InlineData("""{ "visibility": "Everybody" }""", "visibility")]
    [InlineData("""{ "visibility": 7 }""", "visibility")]
    [InlineData("""{ "isArchived": null }""", "isArchived")]
    [InlineData("""{ "position": {} }""", "position")]
    [InlineData("""{ "position": { "after": null, "before": null } }""", "position")]
    [InlineData("""{ "position": null }""", "position")]
    [InlineData("""{ "ownerId": "00000000-0000-7000-8000-000000000001" }""", "ownerId")]
    public async Task What_a_list_cant_be_is_refused_with_the_place(string patch, string field)
    {
        using var owner = await api.CreateTenantAsync();
        var path = $"/lists/{await AddListAsync(owner)}";
        var tag = await TagAsync(owner, path);
        using var refused = await PatchAsync(owner, path, patch);
        (await refused.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).ToString().ShouldContain(field);
        (await TagAsync(owner, path)).ShouldBe(tag);
    }

    [Fact]
    public async Task Who_has_seen_an_older_version_changes_nothing_and_is_told_the_newer_one()
    {
        using var owner = await api.CreateTenantAsync();
        var path = $"/lists/{await AddListAsync(owner)}";
        var seen = await TagAsync(owner, path);
        await OkAsync(PatchAsync(owner, path, """{ "name": "By another" }""", seen));
        using var late = await PatchAsync(owner, path, """{ "name": "Late" }""", seen);
        await late.ShouldBeProblemAsync(HttpStatusCode.PreconditionFailed);
        late.Headers.ETag!.ToString().ShouldBe(await TagAsync(owner, path));
        (await NamesAsync(owner)).ShouldBe(["By another"]);
        await OkAsync(PatchAsync(owner, path, """{ "name": "Whatever it was" }""", "*"));
    }

    [Fact]
    public async Task Of_many_who_change_what_they_have_all_seen_one_does_and_of_those_who_have_not_all_do()
    {
        using var owner = await api.CreateTenantAsync();
        var path = $"/lists/{await AddListAsync(owner)}";
        var seen = await TagAsync(owner, path);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => PatchAsync(owner, path, $$"""{ "name": "Number {{i}}" }""", seen)));
        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed).ShouldBe(5);

        // Different fields: none of the changes is lost.
        string[] patches = ["""{ "name": "Everything" }""", """{ "icon": "★" }""", """{ "colour": "#123456" }"""];
        foreach (var answer in await Task.WhenAll(patches.Select(patch => PatchAsync(owner, path, patch))))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        var list = await OkAsync(owner.GetAsync(path));
        (list.GetProperty("name").GetString(), list.GetProperty("icon").GetString(), list.GetProperty("colour").GetString()).ShouldBe(("Everything", "★", "#123456"));
        list.GetProperty("version").GetInt32().ShouldBe(5);
    }

    [Fact]
    public async Task An_inbox_is_made_when_it_is_needed_once_however_many_need_it()
    {
        using var owner = await api.CreateTenantAsync();
        (await NamesAsync(owner)).ShouldBeEmpty();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => owner.AddTodoAsync($"Note {i}")).Concat<Task>(Enumerable.Range(0, 3).Select(_ => OkAsync(owner.PostAsync("/lists/inbox", null)))));
        (await NamesAsync(owner)).ShouldBe(["Inbox"]);
        (await owner.TitlesAsync()).Count.ShouldBe(5);
        var inbox = await OkAsync(owner.GetAsync($"/lists/{owner.UserId}"));
        inbox.GetProperty("isInbox").GetBoolean().ShouldBeTrue();

        // It is nobody else's, and stays.
        using var other = await api.MemberAsync(owner);
        (await other.TitlesAsync()).ShouldBeEmpty();
        await RefusedAsync(other.GetAsync($"/lists/{owner.UserId}"), HttpStatusCode.NotFound, "no such list");
        await RefusedAsync(DeleteAsync(owner, $"/lists/{owner.UserId}"), HttpStatusCode.Conflict, "inbox");
        await RefusedAsync(DeleteAsync(owner, $"/lists/{owner.UserId}?force=true"), HttpStatusCode.Conflict, "inbox");
        await RefusedAsync(PatchAsync(owner, $"/lists/{owner.UserId}", """{ "isArchived": true }"""), HttpStatusCode.Conflict, "inbox");
        await RefusedAsync(PatchAsync(owner, $"/lists/{owner.UserId}", """{ "visibility": "Tenant" }"""), HttpStatusCode.Conflict, "inbox");
        await RefusedAsync(owner.PutAsJsonAsync($"/lists/{owner.UserId}/shares/users/{other.UserId}", new { access = "Read" }), HttpStatusCode.Conflict, "inbox");
        await OkAsync(PatchAsync(owner, $"/lists/{owner.UserId}", """{ "name": "In-tray" }"""));
    }

    [Fact]
    public async Task A_deleted_list_is_gone_with_its_todos_until_it_is_restored_and_for_good_by_force()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner, "Old");
        var todo = await AddTodoAsync(owner, list, "Inside");
        using var blind = await DeleteAsync(owner, $"/lists/{list}", ifMatch: null);
        await blind.ShouldBeProblemSayingAsync(HttpStatusCode.PreconditionRequired, "If-Match");
        await RefusedAsync(DeleteAsync(owner, $"/lists/{list}", "\"older\""), HttpStatusCode.PreconditionFailed, "changed");

        await OkAsync(DeleteAsync(owner, $"/lists/{list}", await TagAsync(owner, $"/lists/{list}")));
        (await NamesAsync(owner)).ShouldBeEmpty();
        (await NamesAsync(owner, "/lists/trash")).ShouldBe(["Old"]);
        (await owner.TitlesAsync()).ShouldBeEmpty();
        await RefusedAsync(owner.GetAsync($"/todos/{todo}"), HttpStatusCode.NotFound, "no such todo");
        await RefusedAsync(owner.PostAsync($"/todos/{todo}/complete", null), HttpStatusCode.NotFound, "no such todo");
        await RefusedAsync(owner.PostAsJsonAsync("/todos", new { title = "Late", listId = list }), HttpStatusCode.BadRequest, "listId");
        await RefusedAsync(DeleteAsync(owner, $"/lists/{list}"), HttpStatusCode.NotFound, "no such list");

        await OkAsync(owner.PostAsync($"/lists/{list}/restore", null));
        (await owner.TitlesAsync()).ShouldBe(["Inside"]);
        (await NamesAsync(owner, "/lists/trash")).ShouldBeEmpty();
        await OkAsync(DeleteAsync(owner, $"/lists/{list}"));
        await OkAsync(DeleteAsync(owner, $"/lists/{list}?force=true"));
        await RefusedAsync(owner.PostAsync($"/lists/{list}/restore", null), HttpStatusCode.NotFound, "no such list");
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {await api.SchemaAsync(owner.Slug)}.todos")).ShouldBe(0);
    }

    [Fact]
    public async Task An_archived_list_is_read_and_does_not_change()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner, "Done with");
        var todo = await AddTodoAsync(owner, list, "Kept");
        await OkAsync(PatchAsync(owner, $"/lists/{list}", """{ "isArchived": true }"""));
        (await NamesAsync(owner)).ShouldBeEmpty();
        (await NamesAsync(owner, "/lists?archived=true")).ShouldBe(["Done with"]);
        (await owner.TitlesAsync()).ShouldBe(["Kept"]);
        await RefusedAsync(owner.PostAsync($"/todos/{todo}/complete", null), HttpStatusCode.Conflict, "archive");
        await RefusedAsync(owner.PostAsJsonAsync("/todos", new { title = "More", listId = list }), HttpStatusCode.Conflict, "archive");
        await RefusedAsync(PatchAsync(owner, $"/todos/{todo}", """{ "title": "Other" }"""), HttpStatusCode.Conflict, "archive");
        await RefusedAsync(owner.DeleteAsync($"/todos/{todo}"), HttpStatusCode.Conflict, "archive");
        await OkAsync(PatchAsync(owner, $"/lists/{list}", """{ "isArchived": false }"""));
        await OkAsync(owner.PostAsync($"/todos/{todo}/complete", null));
    }

    [Fact]
    public async Task Favourites_are_everybodys_own()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var (wanted, _) = (await AddListAsync(owner, "Wanted", "Tenant"), await AddListAsync(owner, "Another", "Tenant"));
        var tag = await TagAsync(owner, $"/lists/{wanted}");
        await OkAsync(owner.PutAsync($"/lists/{wanted}/favourite", null));
        await OkAsync(owner.PutAsync($"/lists/{wanted}/favourite", null));
        (await TagAsync(owner, $"/lists/{wanted}")).ShouldNotBe(tag);
        (await NamesAsync(owner, "/lists?favourites=true")).ShouldBe(["Wanted"]);
        (await NamesAsync(other, "/lists?favourites=true")).ShouldBeEmpty();
        await OkAsync(owner.DeleteAsync($"/lists/{wanted}/favourite"));
        (await NamesAsync(owner, "/lists?favourites=true")).ShouldBeEmpty();
        var hidden = await AddListAsync(owner, "Hidden");
        await RefusedAsync(other.PutAsync($"/lists/{hidden}/favourite", null), HttpStatusCode.NotFound, "no such list");
    }

    [Fact]
    public async Task Lists_are_moved_beside_others_and_paged_in_that_order()
    {
        using var owner = await api.CreateTenantAsync();
        var lists = new Dictionary<string, Guid>();
        foreach (var name in (string[])["A", "B", "C", "D", "E"])
        {
            lists[name] = await AddListAsync(owner, name);
        }

        async Task MoveAsync(string name, string side, string? anchor) => await OkAsync(PatchAsync(
            owner, $"/lists/{lists[name]}", JsonSerializer.Serialize(new { position = new Dictionary<string, Guid?> { [side] = anchor is null ? null : lists[anchor] } })));

        await MoveAsync("E", "after", null);
        (await NamesAsync(owner)).ShouldBe(["E", "A", "B", "C", "D"]);
        await MoveAsync("A", "before", null);
        (await NamesAsync(owner)).ShouldBe(["E", "B", "C", "D", "A"]);
        await MoveAsync("D", "after", "E");
        await MoveAsync("A", "before", "B");
        await MoveAsync("A", "before", "B");
        string[] order = ["E", "D", "A", "B", "C"];
        (await NamesAsync(owner)).ShouldBe(order);
        await OkAsync(owner.PostAsJsonAsync("/lists", new { name = "F", position = new { after = lists["D"] } }));
        (await NamesAsync(owner)).ShouldBe(order = ["E", "D", "F", "A", "B", "C"]);

        var paged = new List<string>();
        for (var url = "/lists?limit=2"; url is not null;)
        {
            using var response = await owner.GetAsync(url);
            paged.AddRange((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray().Select(list => list.GetProperty("name").GetString()!));
            url = response.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
        }

        paged.ShouldBe(order);
        await RefusedAsync(PatchAsync(owner, $"/lists/{lists["A"]}", $$"""{ "position": { "after": "{{lists["A"]}}" } }"""), HttpStatusCode.BadRequest, "itself");
        using var other = await api.MemberAsync(owner);
        var theirs = await AddListAsync(other, "Theirs");
        await RefusedAsync(PatchAsync(owner, $"/lists/{lists["A"]}", $$"""{ "position": { "after": "{{theirs}}" } }"""), HttpStatusCode.BadRequest, "position");
    }

    [Fact]
    public async Task Lists_from_before_there_was_an_order_can_be_put_between_each_other_and_many_at_once_leave_one_order()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        await api.ExecuteAsync($"INSERT INTO {schema}.todo_lists (id, name, created_at) SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, 'Old ' || n, now() FROM generate_series(1, 4) n");
        await OkAsync(PatchAsync(owner, "/lists/00000000-0000-7000-8000-000000000004", """{ "position": { "after": "00000000-0000-7000-8000-000000000001" } }"""));
        (await NamesAsync(owner)).ShouldBe(["Old 1", "Old 4", "Old 2", "Old 3"]);

        foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 8).Select(i => owner.PostAsJsonAsync(
            "/lists", new { name = $"New {i}", position = new { after = "00000000-0000-7000-8000-000000000001" } }))))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        var names = await NamesAsync(owner);
        names[0].ShouldBe("Old 1");
        names.Skip(9).ShouldBe(["Old 4", "Old 2", "Old 3"]);
        (await NamesAsync(owner)).ShouldBe(names);
    }

    [Fact]
    public async Task Reading_lists_is_one_statement_and_changing_one_is_two()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner);
        await OkAsync(PatchAsync(owner, $"/lists/{list}", """{ "name": "Warm" }"""));
        using var statements = new StatementCount(api.Name);
        await NamesAsync(owner);
        statements.Take().Count.ShouldBe(1);
        await OkAsync(owner.GetAsync($"/lists/{list}"));
        statements.Take().Count.ShouldBe(1);
        await AddListAsync(owner);
        statements.Take().Count.ShouldBe(1);
        await OkAsync(PatchAsync(owner, $"/lists/{list}", """{ "name": "Warmer" }"""));
        statements.Take().Count.ShouldBe(2);
    }
}
