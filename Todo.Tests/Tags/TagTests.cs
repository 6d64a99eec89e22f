using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FsCheck.Fluent;
using Todo.Data.Access;
using Todo.Tests.Api;
using Todo.Tests.Lists;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;
using static Todo.Tests.Todos.TodoFieldTests;

namespace Todo.Tests.Tags;

public sealed class TagTests(ListHost api) : IClassFixture<ListHost>
{
    [Fact]
    public async Task A_tag_is_made_shown_changed_and_listed_by_its_name()
    {
        using var owner = await api.CreateTenantAsync();
        using var response = await owner.PostAsJsonAsync("/tags", new { name = "  Home ", colour = "#AABBCC" });
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        response.Headers.ETag!.ToString().ShouldBe("\"1\"");
        var (path, tag) = (response.Headers.Location!.ToString(), await response.Content.ReadFromJsonAsync<JsonElement>());
        (await OkAsync(owner.GetAsync(path))).ToString().ShouldBe(tag.ToString());
        (tag.GetProperty("name").GetString(), tag.GetProperty("colour").GetString(), tag.GetProperty("isHidden").GetBoolean()).ShouldBe(("Home", "#aabbcc", false));
        await AddAsync(owner, "Éclair");
        await AddAsync(owner, "garden");

        (await NamesAsync(owner, "/tags")).ShouldBe(["garden", "Home", "Éclair"]);
        var first = await OkAsync(owner.GetAsync("/tags?limit=2"));
        (await NamesAsync(owner, $"/tags?limit=2&cursor={first.GetProperty("next").GetString()}")).ShouldBe(["Éclair"]);

        var changed = await OkAsync(PatchAsync(owner, path, """{ "colour": null, "isHidden": true }""", "\"1\""));
        (changed.GetProperty("name").GetString(), changed.GetProperty("colour").GetString(), changed.GetProperty("version").GetInt32()).ShouldBe(("Home", null, 2));
        (await NamesAsync(owner, "/tags?hidden=true")).ShouldBe(["Home"]);
        (await NamesAsync(owner, "/tags?hidden=false")).ShouldBe(["garden", "Éclair"]);
        await OkAsync(PatchAsync(owner, path, """{ "isHidden": true }"""));
        (await TagAsync(owner, path)).ShouldBe("\"2\"");
        using var late = await PatchAsync(owner, path, """{ "name": "Late" }""", "\"1\"");
        await late.ShouldBeProblemAsync(HttpStatusCode.PreconditionFailed);
        late.Headers.ETag!.ToString().ShouldBe("\"2\"");
    }

    [Fact]
    public async Task A_name_is_given_once_whatever_its_case_and_even_if_many_want_it_at_once()
    {
        using var owner = await api.CreateTenantAsync();
        var other = await AddAsync(owner, "Other");
        var answers = await Task.WhenAll(((string[])["Übung", "übung", "ÜBUNG", " übung"]).Select(name => owner.PostAsJsonAsync("/tags", new { name })));
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).ShouldBe(3);
        await RefusedAsync(PatchAsync(owner, $"/tags/{other}", """{ "name": "ÜBUNG" }"""), HttpStatusCode.Conflict, "with this name");

        // Its own in another case is no other one's; and another tenant has its own.
        (await OkAsync(PatchAsync(owner, $"/tags/{other}", """{ "name": "OTHER" }"""))).GetProperty("name").GetString().ShouldBe("OTHER");
        using var stranger = await api.CreateTenantAsync();
        await AddAsync(stranger, "Other");
    }

    [Theory]
    [InlineData("""{ "name": "" }""", "name")]
    [InlineData("""{ "name": "  " }""", "name")]
    [InlineData("""{ "name": "a name of more than fifty characters, which is too long" }""", "name")]
    [InlineData("""{ "name": "x", "colour": "red" }""", "colour")]
    [InlineData("""{ "name": "x", "icon": "x" }""", "icon")]
    public async Task What_a_tag_cant_be_is_refused_with_the_place(string json, string field)
    {
        using var owner = await api.CreateTenantAsync();
        using var made = await owner.PostAsync("/tags", Json(json));
        (await made.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).ToString().ShouldContain(field, Case.Insensitive);
        using var changed = await PatchAsync(owner, $"/tags/{await AddAsync(owner, "Good")}", json);
        await changed.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Todos_are_made_and_changed_with_tags_and_found_by_them()
    {
        using var owner = await api.CreateTenantAsync();
        var (home, urgent, other) = (await AddAsync(owner, "Home"), await AddAsync(owner, "Urgent"), await AddAsync(owner, "Other"));
        var id = await AddTodoAsync(owner, "Both", home, urgent, home);
        await OkAsync(owner.PostAsJsonAsync("/todos/bulk", new { items = new object[] { new { title = "One", tagIds = new[] { home } }, new { title = "None" } } }));
        (await TagsAsync(owner, id)).ShouldBe([home, urgent]);
        (await TitlesAsync(owner, $"/todos?tag={home}")).ShouldBe(["Both", "One"]);
        (await TitlesAsync(owner, $"/todos?tag={home}&tag={urgent}")).ShouldBe(["Both"]);
        (await TitlesAsync(owner, $"/todos?tag={other}")).ShouldBeEmpty();
        using var unreadable = await owner.GetAsync("/todos?tag=home");
        await unreadable.ShouldBeProblemAsync(HttpStatusCode.BadRequest);

        await OkAsync(PatchAsync(owner, $"/todos/{id}", $$"""{ "tagIds": ["{{other}}", "{{urgent}}"] }"""));
        (await TagsAsync(owner, id)).ShouldBe([other, urgent]);
        await OkAsync(PatchAsync(owner, $"/todos/{id}", """{ "title": "Still both" }"""));
        (await TagsAsync(owner, id)).ShouldBe([other, urgent]);
        var copy = (await OkAsync(owner.PostAsJsonAsync($"/todos/{id}/copy", new { title = "Copy" }))).GetProperty("id").GetGuid();
        (await TagsAsync(owner, copy)).ShouldBe([other, urgent]);
        await OkAsync(PatchAsync(owner, $"/todos/{id}", """{ "tagIds": null }"""));
        (await TagsAsync(owner, id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tag_that_there_is_not_is_refused_and_named_and_nothing_is_made_or_changed()
    {
        using var owner = await api.CreateTenantAsync();
        using var stranger = await api.CreateTenantAsync();
        var (theirs, ours) = (await AddAsync(stranger, "Theirs"), await AddAsync(owner, "Ours"));
        var id = await AddTodoAsync(owner, "Ours", ours);
        foreach (var unknown in (Guid[])[theirs, Guid.NewGuid()])
        {
            var refusals = new Dictionary<string, Task<HttpResponseMessage>>
            {
                ["tagIds"] = owner.PostAsJsonAsync("/todos", new { title = "x", tagIds = new[] { ours, unknown } }),
                ["items[1].tagIds"] = owner.PostAsJsonAsync("/todos/bulk", new { items = new object[] { new { title = "Good" }, new { title = "x", tagIds = new[] { unknown } } } }),
            };
            foreach (var (path, sending) in refusals.Append(new("tagIds", PatchAsync(owner, $"/todos/{id}", $$"""{ "title": "x", "tagIds": ["{{unknown}}"] }"""))))
            {
                var problem = await RefusedAsync(sending, HttpStatusCode.BadRequest, "errors");
                problem.GetProperty("errors").GetProperty(path)[0].GetString()!.ShouldContain(unknown.ToString());
            }
        }

        using var tooMany = await owner.PostAsJsonAsync("/todos", new { title = "x", tagIds = Enumerable.Range(0, 21).Select(_ => Guid.NewGuid()) });
        await tooMany.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        (await owner.TitlesAsync()).ShouldBe(["Ours"]);
        (await TagsAsync(owner, id)).ShouldBe([ours]);
    }

    [Fact]
    public async Task Merging_gives_every_todo_the_other_tag_once_and_deletes_the_one()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.MemberAsync(owner);
        var (from, into, third) = (await AddAsync(owner, "From"), await AddAsync(owner, "Into"), await AddAsync(owner, "Third"));
        var (both, one, hidden) = (await AddTodoAsync(owner, "Both", from, third, into), await AddTodoAsync(owner, "One", third, from), await AddTodoAsync(other, "Not the owner's to see", from));
        var deleted = await AddTodoAsync(owner, "Deleted", from);
        await OkAsync(owner.DeleteAsync($"/todos/{deleted}"));
        await RefusedAsync(owner.PostAsJsonAsync($"/tags/{from}/merge", new { intoId = from }), HttpStatusCode.BadRequest, "errors");
        await RefusedAsync(owner.PostAsJsonAsync($"/tags/{from}/merge", new { intoId = Guid.NewGuid() }), HttpStatusCode.BadRequest, "errors");
        await RefusedAsync(owner.PostAsJsonAsync($"/tags/{Guid.NewGuid()}/merge", new { intoId = into }), HttpStatusCode.NotFound, "no such tag");

        var left = await OkAsync(owner.PostAsJsonAsync($"/tags/{from}/merge", new { intoId = into }));
        left.GetProperty("name").GetString().ShouldBe("Into");
        (await TagsAsync(owner, both)).ShouldBe([third, into]);
        (await TagsAsync(owner, one)).ShouldBe([third, into]);
        (await TagsAsync(other, hidden)).ShouldBe([into]);
        await OkAsync(owner.PostAsync($"/todos/{deleted}/restore", null));
        (await TagsAsync(owner, deleted)).ShouldBe([into]);
        (await NamesAsync(owner, "/tags")).ShouldBe(["Into", "Third"]);

        // Whoever has read such a todo before does not overwrite it unseen.
        (await TagAsync(owner, $"/todos/{one}")).ShouldBe("\"2\"");
    }

    [Fact]
    public async Task A_tag_is_deleted_when_no_todo_has_it_or_with_another_one_in_its_place()
    {
        using var owner = await api.CreateTenantAsync();
        var (used, other) = (await AddAsync(owner, "Used"), await AddAsync(owner, "Other"));
        var (id, trashed) = (await AddTodoAsync(owner, "Tagged", used), await AddTodoAsync(owner, "In the trash", other, used));
        await OkAsync(owner.DeleteAsync($"/todos/{trashed}"));
        await RefusedAsync(owner.DeleteAsync($"/tags/{used}"), HttpStatusCode.Conflict, "replaceWith");
        await RefusedAsync(owner.DeleteAsync($"/tags/{used}?replaceWith={used}"), HttpStatusCode.BadRequest, "errors");
        await RefusedAsync(owner.DeleteAsync($"/tags/{used}?replaceWith={Guid.NewGuid()}"), HttpStatusCode.BadRequest, "errors");
        await RefusedAsync(DeleteAsync(owner, $"/tags/{used}?replaceWith={other}", "\"7\""), HttpStatusCode.PreconditionFailed, "changed it since");
        await OkAsync(owner.DeleteAsync($"/tags/{used}?replaceWith={other}"));
        (await TagsAsync(owner, id)).ShouldBe([other]);
        await RefusedAsync(owner.DeleteAsync($"/tags/{used}"), HttpStatusCode.NotFound, "no such tag");

        await OkAsync(PatchAsync(owner, $"/todos/{id}", """{ "tagIds": [] }"""));
        await RefusedAsync(DeleteAsync(owner, $"/tags/{other}", "\"7\""), HttpStatusCode.PreconditionFailed, "changed it since");
        await OkAsync(owner.DeleteAsync($"/tags/{other}"));
        await OkAsync(owner.PostAsync($"/todos/{trashed}/restore", null));
        (await TagsAsync(owner, trashed)).ShouldBeEmpty();
        (await NamesAsync(owner, "/tags")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tag_that_is_being_deleted_is_on_no_todo_afterwards_however_it_was_put_there()
    {
        using var owner = await api.CreateTenantAsync();
        var plain = await AddTodoAsync(owner, "Changed meanwhile");
        for (var round = 0; round < 8; round++)
        {
            var (tag, other) = (await AddAsync(owner, $"Tag {round}"), await AddAsync(owner, $"Other {round}"));
            var tagged = new[] { tag };
            Task<HttpResponseMessage>[] requests =
            [
                owner.PostAsJsonAsync("/todos", new { title = "x", tagIds = tagged }),
                owner.PostAsJsonAsync("/todos/bulk", new { items = new[] { new { title = "x", tagIds = tagged } } }),
                PatchAsync(owner, $"/todos/{plain}", $$"""{ "tagIds": ["{{tag}}"] }"""),
                round % 2 == 0 ? owner.DeleteAsync($"/tags/{tag}?replaceWith={other}") : owner.DeleteAsync($"/tags/{tag}"),
            ];
            var answers = await Task.WhenAll(requests);
            answers.ShouldAllBe(answer => answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.BadRequest || answer.StatusCode == HttpStatusCode.Conflict);
            var known = (await OkAsync(owner.GetAsync("/tags?limit=200"))).GetProperty("items").EnumerateArray().Select(one => one.GetProperty("id").GetGuid()).ToHashSet();
            (await OkAsync(owner.GetAsync("/todos?limit=200"))).GetProperty("items").EnumerateArray().SelectMany(TagsOf).ShouldAllBe(one => known.Contains(one));
        }
    }

    [Fact]
    public async Task Whatever_is_merged_and_deleted_todos_have_the_tags_that_a_model_says()
    {
        using var owner = await api.CreateTenantAsync();
        var todos = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            todos.Add(await AddTodoAsync(owner, $"Todo {i}"));
        }

        var round = 0;
        var steps = from kind in Gen.Choose(0, 3) from which in Gen.Choose(0, 3) from other in Gen.Choose(0, 3) from todo in Gen.Choose(0, 2) select (kind, which, other, todo);
        foreach (var sequence in steps.ListOf(10).Sample(6))
        {
            var tags = new List<Guid>();
            for (var i = 0; i < 4; i++)
            {
                tags.Add(await AddAsync(owner, $"Tag {round}.{i}"));
            }

            round++;
            var model = todos.ToDictionary(todo => todo, _ => new List<Guid>());
            foreach (var todo in todos)
            {
                await OkAsync(PatchAsync(owner, $"/todos/{todo}", """{ "tagIds": null }"""));
            }

            foreach (var (kind, which, other, on) in sequence)
            {
                var (tag, second, todo) = (tags[which], tags[other], todos[on]);
                var areThere = await Task.WhenAll(owner.GetAsync($"/tags/{tag}"), owner.GetAsync($"/tags/{second}"));
                if (areThere.Any(answer => !answer.IsSuccessStatusCode) || tag == second)
                {
                    continue;
                }

                switch (kind)
                {
                    case 0 or 1:
                        model[todo] = [tag, second];
                        await OkAsync(PatchAsync(owner, $"/todos/{todo}", JsonSerializer.Serialize(new { tagIds = model[todo] })));
                        break;
                    case 2:
                        foreach (var one in model.Values.Where(one => one.Contains(tag)))
                        {
                            var place = one.IndexOf(tag);
                            if (one.Contains(second))
                            {
                                one.RemoveAt(place);
                            }
                            else
                            {
                                one[place] = second;
                            }
                        }

                        await OkAsync(owner.PostAsJsonAsync($"/tags/{tag}/merge", new { intoId = second }));
                        break;
                    default:
                        using (var answer = await owner.DeleteAsync($"/tags/{tag}"))
                        {
                            answer.StatusCode.ShouldBe(model.Values.Any(one => one.Contains(tag)) ? HttpStatusCode.Conflict : HttpStatusCode.NoContent);
                        }

                        break;
                }

                foreach (var (id, expected) in model)
                {
                    (await TagsAsync(owner, id)).ShouldBe(expected, string.Join(' ', sequence));
                }
            }
        }
    }

    [Fact]
    public async Task Members_look_after_tags_and_guests_only_see_them()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        using var guest = await api.AddPersonAsync(owner.Slug, BuiltInRole.Guest);
        var tag = await AddAsync(member, "By a member");
        (await NamesAsync(guest, "/tags")).ShouldBe(["By a member"]);
        await RefusedAsync(guest.PostAsJsonAsync("/tags", new { name = "No" }), HttpStatusCode.Forbidden, Permission.TagsWrite);
        await RefusedAsync(guest.DeleteAsync($"/tags/{tag}"), HttpStatusCode.Forbidden, Permission.TagsWrite);
    }

    [Fact]
    public async Task With_tags_too_making_and_finding_todos_is_one_statement_and_so_is_merging()
    {
        using var owner = await api.CreateTenantAsync();
        var (tag, other) = (await AddAsync(owner, "A"), await AddAsync(owner, "B"));
        await AddTodoAsync(owner, "Warm", tag);
        using var statements = new StatementCount(api.Name);
        async Task ShouldBeAsync(int count, Func<Task> act)
        {
            statements.Take();
            await act();
            var sent = statements.Take();
            sent.Count.ShouldBe(count, string.Join('\n', sent));
        }

        await ShouldBeAsync(1, () => AddTodoAsync(owner, "One", tag, other));
        await ShouldBeAsync(1, () => TitlesAsync(owner, $"/todos?tag={tag}&tag={other}"));
        await ShouldBeAsync(1, () => OkAsync(owner.GetAsync("/tags")));
        await ShouldBeAsync(1, () => OkAsync(owner.DeleteAsync($"/tags/{tag}?replaceWith={other}")));
    }

    private static async Task<Guid> AddAsync(TenantClient client, string name) => (await OkAsync(client.PostAsJsonAsync("/tags", new { name }))).GetProperty("id").GetGuid();

    private static async Task<Guid> AddTodoAsync(TenantClient client, string title, params Guid[] tagIds) =>
        (await OkAsync(client.PostAsJsonAsync("/todos", new { title, tagIds }))).GetProperty("id").GetGuid();

    private static async Task<IReadOnlyList<Guid>> TagsAsync(TenantClient client, Guid todo) => TagsOf(await OkAsync(client.GetAsync($"/todos/{todo}")));

    private static IReadOnlyList<Guid> TagsOf(JsonElement todo) => [.. todo.GetProperty("tagIds").EnumerateArray().Select(tag => tag.GetGuid())];
}
