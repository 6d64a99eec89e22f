using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using Todo.Data.Access;
using Todo.Data.Tenants;
using Todo.Tests.Api;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Events;

public sealed class EventStreamTests(EventHost api, StrictEventHost strict) : IClassFixture<EventHost>, IClassFixture<StrictEventHost>
{
    [Fact]
    public async Task Whatever_happens_to_todos_lists_comments_and_tags_is_heard_in_its_order()
    {
        using var owner = await api.CreateTenantAsync();
        await using var events = await EventListener.OpenAsync(owner);
        var (list, other) = (await AddListAsync(owner, "First"), await AddListAsync(owner, "Second"));
        var todo = await AddTodoAsync(owner, list, "A todo");
        var part = (await OkAsync(owner.PostAsJsonAsync("/todos", new { title = "A part", parentId = todo }))).GetProperty("id").GetGuid();
        var tag = (await OkAsync(owner.PostAsJsonAsync("/tags", new { name = "Home" }))).GetProperty("id").GetGuid();
        await OkAsync(PatchAsync(owner, $"/todos/{todo}", $$"""{ "title": "Another title", "notes": "Long", "tagIds": ["{{tag}}"] }"""));
        await OkAsync(owner.PostAsync($"/todos/{todo}/complete", null));
        await OkAsync(owner.PostAsync($"/todos/{todo}/complete", null));
        await OkAsync(owner.PostAsync($"/todos/{todo}/reopen", null));
        await OkAsync(PatchAsync(owner, $"/todos/{todo}", $$"""{ "listId": "{{other}}" }"""));
        await OkAsync(owner.PostAsJsonAsync($"/todos/{todo}/comments", new { text = "Words" }));
        await OkAsync(owner.DeleteAsync($"/todos/{todo}"));
        await OkAsync(owner.PostAsync($"/todos/{todo}/restore", null));
        await OkAsync(PatchAsync(owner, $"/lists/{other}", """{ "isArchived": true }"""));
        await OkAsync(PatchAsync(owner, $"/lists/{other}", """{ "isArchived": false }"""));
        await OkAsync(owner.DeleteAsync($"/todos/{todo}?force=true"));
        await OkAsync(DeleteAsync(owner, $"/lists/{other}"));
        await OkAsync(DeleteAsync(owner, $"/lists/{other}?force=true"));

        var heard = await events.NextAsync(23);
        heard.Select(one => one.Kind).ShouldBe(
        [
            "list.created", "list.created", "todo.created", "todo.created", "tag.created", "todo.changed", "todo.completed", "todo.reopened",
            "todo.moved", "todo.left", "todo.moved", "todo.left", "comment.created", "todo.deleted", "todo.deleted", "todo.restored", "todo.restored",
            "list.changed", "list.changed", "todo.purged", "todo.purged", "list.deleted", "list.purged",
        ], ignoreOrder: false);
        heard.Select(one => one.Position).ShouldBeInOrder();
        heard.ShouldAllBe(one => one.Data.GetProperty("actor").GetProperty("id").GetGuid() == owner.UserId && one.Data.GetProperty("actor").GetProperty("kind").GetString() == "User");
        heard[2].Data.GetProperty("changes").GetProperty("title").GetProperty("to").GetString().ShouldBe("A todo");
        var changes = heard[5].Data.GetProperty("changes");
        (changes.GetProperty("title").GetProperty("from").GetString(), changes.GetProperty("title").GetProperty("to").GetString()).ShouldBe(("A todo", "Another title"));
        changes.GetProperty("tagIds").GetProperty("to")[0].GetGuid().ShouldBe(tag);
        var moves = heard.Where(one => one.Kind is "todo.moved" or "todo.left").ToArray();
        moves.Where(one => one.Kind == "todo.moved").Select(one => (one.TodoId, one.ListId)).ShouldBe([(todo, other), (part, other)], ignoreOrder: true);
        moves.Where(one => one.Kind == "todo.left").Select(one => (one.TodoId, one.ListId)).ShouldBe([(todo, list), (part, list)], ignoreOrder: true);
        heard.Where(one => one.Kind == "todo.purged").Select(one => one.TodoId).ShouldBe([todo, part], ignoreOrder: true);
    }

    [Fact]
    public async Task One_hears_of_what_one_may_see_and_of_nothing_else_from_the_moment_that_this_changes()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        using var stranger = await api.CreateTenantAsync();
        var (list, open) = (await AddListAsync(owner, "Private"), await AddListAsync(owner, "Everybody's", "Tenant"));
        await using var events = await EventListener.OpenAsync(member);
        await using var elsewhere = await EventListener.OpenAsync(stranger);
        await AddTodoAsync(owner, list, "Unseen");
        var seen = await AddTodoAsync(owner, open, "Seen");
        (await events.NextAsync()).TodoId.ShouldBe(seen);

        await ShareAsync(owner, list, member.UserId, "Read");
        (await events.NextAsync()).Kind.ShouldBe("list.shared");
        var shared = await AddTodoAsync(owner, list, "Shared");
        (await events.NextAsync()).TodoId.ShouldBe(shared);
        await OkAsync(owner.DeleteAsync($"/lists/{list}/shares/users/{member.UserId}"));
        (await events.NextAsync()).Kind.ShouldBe("list.unshared");
        await AddTodoAsync(owner, list, "Unseen again");
        await OkAsync(PatchAsync(owner, $"/todos/{shared}", $$"""{ "listId": "{{open}}" }"""));
        var arrived = await events.NextAsync();
        (arrived.Kind, arrived.TodoId, arrived.ListId).ShouldBe(("todo.moved", shared, open));

        // What is gone for good is told to those who saw it.
        await OkAsync(DeleteAsync(owner, $"/lists/{open}?force=true"));
        (await events.NextAsync()).Kind.ShouldBe("list.purged");
        await OkAsync(DeleteAsync(owner, $"/lists/{list}?force=true"));
        var last = await AddListAsync(owner, "For all", "Tenant");
        (await events.NextAsync()).ListId.ShouldBe(last);

        var own = await AddListAsync(stranger, "Elsewhere");
        (await elsewhere.NextAsync()).ListId.ShouldBe(own);
    }

    [Fact]
    public async Task What_is_told_after_its_list_is_gone_for_good_is_told_to_those_who_saw_it_and_to_nobody_else()
    {
        using var owner = await api.CreateTenantAsync();
        using var reader = await api.MemberAsync(owner);
        using var other = await api.MemberAsync(owner);
        var list = await AddListAsync(owner);
        await ShareAsync(owner, list, reader.UserId, "Read");
        TenantClient[] everybody = [owner, reader, other];
        var streams = await Task.WhenAll(everybody.Select(async one => await EventListener.OpenAsync(one)));
        await Eventually.TrueAsync(() => Task.FromResult(streams.All(one => one.LastEventId.Length > 0)));
        var before = streams.Select(one => one.LastEventId).ToArray();

        // As long as somebody has the row, nothing gets a position, and nothing is told.
        await using (var slow = await api.DataSource.OpenConnectionAsync())
        {
            await using var holding = await slow.BeginTransactionAsync();
            await using (var hold = new NpgsqlCommand($"SELECT 1 FROM {await api.SchemaAsync(owner.Slug)}.event_heads FOR UPDATE", slow, holding))
            {
                await hold.ExecuteNonQueryAsync();
            }

            await AddTodoAsync(owner, list, "Short-lived");
            await OkAsync(DeleteAsync(owner, $"/lists/{list}"));
            await OkAsync(DeleteAsync(owner, $"/lists/{list}?force=true"));
            await holding.CommitAsync();
        }

        string[] all = ["todo.created", "list.deleted", "list.purged", "tag.created"], rest = ["tag.created"];
        await OkAsync(owner.PostAsJsonAsync("/tags", new { name = "The end" }));
        foreach (var (one, stream, since) in everybody.Zip(streams, before))
        {
            var due = one == other ? rest : all;
            (await stream.NextAsync(due.Length)).Select(heard => heard.Kind).ShouldBe(due);
            await stream.DisposeAsync();
            await using var again = await EventListener.OpenAsync(one, path: $"/events?follow=false&after={since}");
            (await again.RestAsync()).Select(heard => heard.Kind).ShouldBe(due);
        }
    }

    [Fact]
    public async Task Who_comes_back_gets_what_was_missed_once_and_in_order()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        var (list, hidden) = (await AddListAsync(owner, "Ours", "Tenant"), await AddListAsync(owner, "Mine"));
        string before;
        await using (var first = await EventListener.OpenAsync(member))
        {
            await AddTodoAsync(owner, list, "Heard");
            await first.NextAsync();
            before = first.LastEventId;
        }

        var missed = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            missed.Add(await AddTodoAsync(owner, list, $"Missed {i}"));
            await AddTodoAsync(owner, hidden, "Never heard");
        }

        await using var again = await EventListener.OpenAsync(member, before);
        (await again.NextAsync(5)).Select(one => one.TodoId!.Value).ShouldBe(missed);
        var live = await AddTodoAsync(owner, list, "Live");
        (await again.NextAsync()).TodoId.ShouldBe(live);

        await using var still = await EventListener.OpenAsync(member, path: $"/events?follow=false&after={before}");
        (await still.RestAsync()).Select(one => one.TodoId!.Value).ShouldBe([.. missed, live]);
        await RefusedAsync(EventListener.AskAsync(member, "yesterday"), HttpStatusCode.BadRequest, "Last-Event-ID");
    }

    [Fact]
    public async Task A_stream_on_which_nothing_was_heard_yet_can_be_taken_up_again_too()
    {
        using var owner = await api.CreateTenantAsync();
        string start;
        await using (var first = await EventListener.OpenAsync(owner))
        {
            await Eventually.TrueAsync(() => Task.FromResult(first.LastEventId.Length > 0));
            start = first.LastEventId;
        }

        var list = await AddListAsync(owner);
        await using var again = await EventListener.OpenAsync(owner, start);
        (await again.NextAsync()).ListId.ShouldBe(list);
    }

    [Fact]
    public async Task Who_was_away_too_long_is_told_to_read_again()
    {
        using var owner = await api.CreateTenantAsync();
        await AddListAsync(owner, "Long ago");
        await using (var first = await EventListener.OpenAsync(owner))
        {
            await AddListAsync(owner, "Known");
            await first.NextAsync();
        }

        await api.ExecuteAsync($"DELETE FROM {await api.SchemaAsync(owner.Slug)}.events WHERE position <= 1");
        await using (var inTime = await EventListener.OpenAsync(owner, "1", "/events?follow=false"))
        {
            (await inTime.RestAsync()).Select(one => one.Kind).ShouldBe(["list.created"]);
        }

        foreach (var gone in (string[])["0", "99"])
        {
            await using var late = await EventListener.OpenAsync(owner, gone);
            (await late.NextAsync()).Kind.ShouldBe("reset");
            var list = await AddListAsync(owner);
            (await late.NextAsync()).ListId.ShouldBe(list);
        }
    }

    [Fact]
    public async Task A_stream_ends_when_its_session_does_when_the_permission_goes_and_when_the_tenant_is_suspended()
    {
        using var owner = await api.CreateTenantAsync();
        using var leaver = await api.MemberAsync(owner);
        using var demoted = await api.MemberAsync(owner);
        var schema = await api.SchemaAsync(owner.Slug);
        using var machine = api.With((await api.AddKeyAsync(schema, owner.UserId, [Permission.TodosRead])).Text);
        await using var left = await EventListener.OpenAsync(leaver);
        await using var lost = await EventListener.OpenAsync(demoted);
        await using var stays = await EventListener.OpenAsync(owner);
        await using var key = await EventListener.OpenAsync(machine);
        await OkAsync(leaver.PostAsync("/auth/logout", null));
        (await left.RestAsync()).ShouldBeEmpty();

        var role = await RoleAsync(owner, Permission.TodosWrite);
        await OkAsync(PatchAsync(owner, $"/users/{demoted.UserId}", $$"""{ "roleId": "{{role}}" }"""));
        (await lost.RestAsync()).ShouldBeEmpty();
        var list = await AddListAsync(owner);
        (await stays.NextAsync()).ListId.ShouldBe(list);
        (await key.NextAsync()).ListId.ShouldBe(list);

        await OkAsync(api.Operator.PostAsync($"/cc/tenants/{owner.Slug}/suspend", null));
        (await stays.RestAsync()).ShouldBeEmpty();
        (await key.RestAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Streams_outlive_the_time_limit_of_requests_say_something_all_along_and_hold_no_turn_of_their_tenants()
    {
        using var owner = await strict.CreateTenantAsync();
        using var response = await EventListener.AskAsync(owner);
        using var second = await EventListener.AskAsync(owner);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        var began = TimeProvider.System.GetTimestamp();

        // Longer than any other request may take here, and of those one at a time.
        while (TimeProvider.System.GetElapsedTime(began) < StrictEventHost.RequestTime + TimeSpan.FromSeconds(1))
        {
            string? line;
            do
            {
                line = await lines.ReadLineAsync();
                line.ShouldNotBeNull();
            }
            while (line != ":");
            (await owner.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Nobody_has_more_streams_open_than_allowed()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        await using var first = await EventListener.OpenAsync(owner);
        await using var second = await EventListener.OpenAsync(owner);
        await using (await EventListener.OpenAsync(owner))
        {
            using var refused = await EventListener.AskAsync(owner);
            await refused.ShouldBeProblemSayingAsync(HttpStatusCode.TooManyRequests, "Close one");
            refused.Headers.RetryAfter.ShouldNotBeNull();
            await using var others = await EventListener.OpenAsync(member);
        }

        await Eventually.TrueAsync(async () =>
        {
            using var again = await EventListener.AskAsync(owner);
            return again.IsSuccessStatusCode;
        });
    }

    [Fact]
    public async Task Changes_by_keys_guests_and_the_service_itself_say_who_made_them()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        var list = await AddListAsync(owner);
        var (key, link) = (await api.AddKeyAsync(schema, owner.UserId, [Permission.TodosWrite]), await api.AddGuestLinkAsync(schema, owner.UserId, list, mayWrite: true));
        using var machine = api.With(key.Text);
        using var guest = api.With(link.Text);
        await using var events = await EventListener.OpenAsync(owner);
        await OkAsync(machine.PostAsJsonAsync("/todos", new { title = "By a machine", listId = list }));
        var todo = (await OkAsync(guest.PostAsJsonAsync("/guest/todos", new { title = "By a guest" }))).GetProperty("id").GetGuid();
        await OkAsync(guest.PostAsync($"/guest/todos/{todo}/complete", null));
        await OkAsync(guest.PostAsync($"/guest/todos/{todo}/complete", null));
        await AddListAsync(owner, "The end");
        var heard = await events.NextAsync(4);
        heard.Select(one => one.Kind).ShouldBe(["todo.created", "todo.created", "todo.completed", "list.created"]);
        heard.Select(one => one.Data.GetProperty("actor")).Select(actor => (actor.GetProperty("kind").GetString(), actor.GetProperty("id").GetGuid()))
            .ShouldBe([("ApiKey", key.Id), ("Guest", link.Id), ("Guest", link.Id), ("User", owner.UserId)]);
    }

    [Fact]
    public async Task What_is_rolled_back_is_not_told()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner);
        await using var events = await EventListener.OpenAsync(owner);
        await RefusedAsync(
            owner.PostAsJsonAsync("/todos/bulk", new { items = new object[] { new { title = "Good", listId = list }, new { title = "Bad", listId = Guid.NewGuid() } } }), HttpStatusCode.BadRequest, "errors");
        var todo = await AddTodoAsync(owner, list);
        (await events.NextAsync()).TodoId.ShouldBe(todo);
    }

    [Fact]
    public void Every_kind_that_is_written_is_a_known_one_and_the_guide_names_it()
    {
        var written = Directory.EnumerateFiles(Path.Combine(Architecture.Checkout.Root, "Todo.Api"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(file), "'((?:todos?|lists?|comment|tag)\\.[a-z_]+)'"))
            .Select(match => match.Groups[1].Value).ToHashSet();
        written.ShouldNotBeEmpty();
        written.Except(EventKind.All).Except(["todos.read", "todos.write", "tags.write"]).ShouldBeEmpty();
        var guide = File.ReadAllText(Path.Combine(Architecture.Checkout.Root, "docs", "events.md"));
        EventKind.All.Where(kind => !guide.Contains($"`{kind}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }
}

public sealed class AnnouncedEventTests(AnnouncedEventsHost api) : IClassFixture<AnnouncedEventsHost>
{
    [Fact]
    public async Task Every_replica_tells_what_happens_at_another_one()
    {
        using var owner = await api.CreateTenantAsync();
        var (replica, address) = await api.StartApiAsync(api.ConnectionString);
        await using var stopped = replica;
        using var there = new TenantClient(address, owner.Slug, owner.Token, owner.UserId);
        await using var here = await EventListener.OpenAsync(owner);
        await using var elsewhere = await EventListener.OpenAsync(there);
        foreach (var writer in (TenantClient[])[owner, there])
        {
            var list = await AddListAsync(writer);
            (await here.NextAsync()).ListId.ShouldBe(list);
            (await elsewhere.NextAsync()).ListId.ShouldBe(list);
        }
    }

    [Fact]
    public async Task A_request_with_a_key_against_doubling_is_announced_when_it_is_committed()
    {
        using var owner = await api.CreateTenantAsync();
        await using var events = await EventListener.OpenAsync(owner);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/lists") { Content = JsonContent.Create(new { name = "Once" }) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        (await owner.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await events.NextAsync()).Kind.ShouldBe("list.created");
    }

    [Fact]
    public async Task Who_reads_too_slowly_is_cut_off_and_can_take_it_up_again()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        using var slow = new TcpClient { ReceiveBufferSize = 4096 };
        await slow.ConnectAsync(api.Address.Host, api.Address.Port);
        var stream = slow.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /events HTTP/1.1\r\nHost: {api.Address.Authority}\r\nAuthorization: Bearer {owner.Token}\r\n\r\n"));
        var head = new byte[512];
        await stream.ReadAtLeastAsync(head, 20);
        Encoding.ASCII.GetString(head).ShouldStartWith("HTTP/1.1 200");

        // Far more than what the sockets on the way hold.
        await Eventually.TrueAsync(async () =>
        {
            await api.ExecuteAsync(
                $"""
                INSERT INTO {schema}.events (at, kind, actor_kind, changes)
                SELECT now(), 'todos.respaced', 'system', jsonb_build_object('filler', (SELECT string_agg(md5(n::text || i::text), '') FROM generate_series(1, 2000) n)) FROM generate_series(1, 40) i
                """);
            await AddListAsync(owner);
            return !await IsOpenAsync(stream);
        });

        await using var again = await EventListener.OpenAsync(owner, "0", "/events?follow=false");
        var total = await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.events");
        (await again.RestAsync()).Count.ShouldBe((int)total);
    }

    // Without reading: a socket that was reset says so when it is written to.
    private static async Task<bool> IsOpenAsync(NetworkStream stream)
    {
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes("GET /alive HTTP/1.1\r\n"));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
