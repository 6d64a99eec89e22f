using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Todo.Api.Webhooks;
using Todo.Data.Access;
using Todo.Tests.Api;
using Todo.Tests.Servers;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Webhooks;

/// <summary>An API that may tell receivers on this machine, and tries again soon.</summary>
public class WebhookHost : ApiHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments =>
    [
        "--environment=Development", "--Webhooks:Workers=4", "--Webhooks:AllowInside=true", "--Webhooks:Interval=00:00:00.200", "--Webhooks:FirstRetry=00:00:00.050", "--Webhooks:LongestRetry=00:00:00.200",
        "--Webhooks:Timeout=00:01:00", "--Webhooks:Attempts=3",
    ];

    /// <summary>Adds a member.</summary>
    internal Task<TenantClient> MemberAsync(TenantClient owner) => AddPersonAsync(owner.Slug, BuiltInRole.Member);
}

/// <summary>The same, but it waits only seconds for an answer, and does not try again by itself while a test looks at what became of it.</summary>
public sealed class HastyWebhookHost : WebhookHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => [.. base.Arguments, "--Webhooks:Timeout=00:00:10", "--Webhooks:FirstRetry=01:00:00", "--Webhooks:LongestRetry=01:00:00"];
}

public sealed class WebhookTests(WebhookHost api, HastyWebhookHost hasty) : IClassFixture<WebhookHost>, IClassFixture<HastyWebhookHost>
{
    [Fact]
    public async Task A_receiver_is_told_what_happens_signed_with_the_secret_that_was_shown_once()
    {
        using var owner = await api.CreateTenantAsync();
        await AddListAsync(owner, "Before");
        await using var receiver = await WebhookReceiver.StartAsync();
        var (id, secret) = await CreateAsync(owner, receiver, "/hook");
        var list = await AddListAsync(owner, "After");
        var got = await receiver.NextAsync();
        (got.Path, got.Headers["Todo-Event"], got.Headers["Content-Type"]).ShouldBe(("/hook", "list.created", "application/json; charset=utf-8"));
        IsSigned(got, secret).ShouldBeTrue();
        IsSigned(got with { Body = got.Body + " " }, secret).ShouldBeFalse();
        var message = JsonSerializer.Deserialize<JsonElement>(got.Body);
        message.GetProperty("id").GetString().ShouldBe(got.Headers["Todo-Delivery"]);
        message.GetProperty("event").GetProperty("listId").GetGuid().ShouldBe(list);
        message.GetProperty("tenantId").GetGuid().ShouldBe((await api.SchemaAsync(owner.Slug)).TenantId);
        got.Headers.Keys.ShouldNotContain("traceparent");

        (await OkAsync(owner.GetAsync($"/webhooks/{id}"))).ToString().ShouldNotContain(secret);
        (await OkAsync(owner.GetAsync("/webhooks"))).ToString().ShouldNotContain(secret);
        (await api.ContentAsync((await api.SchemaAsync(owner.Slug)).Name)).ShouldNotContain(secret);
        await Eventually.TrueAsync(async () => (await DeliveriesAsync(owner, id)).Single().GetProperty("state").GetString() == "Delivered");
        (await DeliveriesAsync(owner, id)).Single().GetProperty("status").GetInt32().ShouldBe(204);

        var other = (await OkAsync(owner.PostAsync($"/webhooks/{id}/secret", null))).GetProperty("secret").GetString()!;
        await AddListAsync(owner, "With another secret");
        var next = await receiver.NextAsync();
        (IsSigned(next, secret), IsSigned(next, other)).ShouldBe((false, true));
    }

    [Fact]
    public async Task It_is_told_of_the_kinds_it_asks_for_as_far_as_its_maker_may_know_of_them_and_in_order()
    {
        using var owner = await api.CreateTenantAsync();
        using var maker = await api.AddPersonAsync(owner.Slug, BuiltInRole.Administrator);
        await using var receiver = await WebhookReceiver.StartAsync();
        await CreateAsync(maker, receiver, kinds: ["todo.created", "todo.completed"]);
        var (hidden, open) = (await AddListAsync(owner, "Mine"), await AddListAsync(owner, "Ours", "Tenant"));
        await AddTodoAsync(owner, hidden, "Unseen");
        var todos = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            todos.Add(await AddTodoAsync(owner, open, $"Seen {i}"));
        }

        await OkAsync(PatchAsync(owner, $"/todos/{todos[0]}", """{ "title": "Not asked for" }"""));
        await OkAsync(owner.PostAsync($"/todos/{todos[0]}/complete", null));
        foreach (var (kind, todo) in todos.Select(todo => ("todo.created", todo)).Append(("todo.completed", todos[0])))
        {
            var got = await receiver.NextAsync();
            (got.Headers["Todo-Event"], JsonSerializer.Deserialize<JsonElement>(got.Body).GetProperty("event").GetProperty("todoId").GetGuid()).ShouldBe((kind, todo));
        }

        receiver.HasMore.ShouldBeFalse();

        // It ends with its maker's account.
        await OkAsync(owner.DeleteAsync($"/users/{maker.UserId}?force=true"));
        (await OkAsync(owner.GetAsync("/webhooks"))).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task What_fails_is_tried_again_and_after_enough_attempts_only_when_somebody_asks()
    {
        using var owner = await api.CreateTenantAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var (id, secret) = await CreateAsync(owner, receiver);
        receiver.Answer(WebhookReceiver.With(500), WebhookReceiver.With(302));
        await AddListAsync(owner);
        var first = await receiver.NextAsync();
        foreach (var again in new[] { await receiver.NextAsync(), await receiver.NextAsync() })
        {
            (again.Body, again.Headers["Todo-Delivery"], IsSigned(again, secret)).ShouldBe((first.Body, first.Headers["Todo-Delivery"], true));
        }

        await Eventually.TrueAsync(async () => (await DeliveriesAsync(owner, id)).Single().GetProperty("state").GetString() == "Delivered");
        (await OkAsync(owner.GetAsync($"/webhooks/{id}"))).GetProperty("failingSince").ValueKind.ShouldBe(JsonValueKind.Null);

        receiver.Answer(WebhookReceiver.With(500), WebhookReceiver.With(404), WebhookReceiver.With(503));
        await AddListAsync(owner);
        await Eventually.TrueAsync(async () => (await DeliveriesAsync(owner, id))[0].GetProperty("state").GetString() == "Failed");
        var failed = (await DeliveriesAsync(owner, id))[0];
        (failed.GetProperty("attempts").GetInt32(), failed.GetProperty("status").GetInt32(), failed.GetProperty("error").GetString()).ShouldBe((3, 503, "It answered 503."));
        foreach (var _ in (int[])[1, 2, 3])
        {
            await receiver.NextAsync();
        }

        await OkAsync(owner.PostAsync($"/webhooks/{id}/deliveries/{failed.GetProperty("id").GetGuid()}/redeliver", null));
        (await receiver.NextAsync()).Headers["Todo-Delivery"].ShouldBe(failed.GetProperty("id").GetString());
        await Eventually.TrueAsync(async () => (await DeliveriesAsync(owner, id))[0].GetProperty("state").GetString() == "Delivered");
        await RefusedAsync(owner.PostAsync($"/webhooks/{id}/deliveries/{Guid.NewGuid()}/redeliver", null), HttpStatusCode.NotFound, "no such delivery");
    }

    [Fact]
    public async Task A_receiver_that_says_nothing_is_left_and_one_that_is_gone_is_told_nothing_more_until_somebody_says_so()
    {
        using var owner = await hasty.CreateTenantAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var (id, _) = await CreateAsync(owner, receiver);
        receiver.Answer(context => Task.Delay(Timeout.Infinite, context.RequestAborted), WebhookReceiver.With(410));
        await AddListAsync(owner);
        await receiver.NextAsync();
        await Eventually.TrueAsync(async () => (await DeliveriesAsync(owner, id)).Single().GetProperty("error").GetString()?.Contains("within", StringComparison.Ordinal) == true);
        await OkAsync(owner.PostAsync($"/webhooks/{id}/deliveries/{(await DeliveriesAsync(owner, id)).Single().GetProperty("id").GetGuid()}/redeliver", null));
        await receiver.NextAsync();
        await Eventually.TrueAsync(async () => !(await OkAsync(owner.GetAsync($"/webhooks/{id}"))).GetProperty("isActive").GetBoolean());
        (await OkAsync(owner.GetAsync($"/webhooks/{id}"))).GetProperty("disabledReason").GetString()!.ShouldContain("410");

        await AddListAsync(owner, "Missed");
        await OkAsync(PatchAsync(owner, $"/webhooks/{id}", """{ "isActive": true }"""));
        var list = await AddListAsync(owner, "Heard");
        JsonSerializer.Deserialize<JsonElement>((await receiver.NextAsync()).Body).GetProperty("event").GetProperty("listId").GetGuid().ShouldBe(list);
    }

    [Fact]
    public async Task One_that_answers_nothing_good_for_days_is_stopped_with_the_reason()
    {
        using var owner = await api.CreateTenantAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Status = 500;
        var (id, _) = await CreateAsync(owner, receiver);
        await AddListAsync(owner);
        await receiver.NextAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        await Eventually.TrueAsync(async () => await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.webhooks WHERE failing_since IS NOT NULL") == 1);
        await api.ExecuteAsync($"UPDATE {schema}.webhooks SET failing_since = now() - interval '6 days'");
        await AddListAsync(owner, "One more");
        await Eventually.TrueAsync(async () => !(await OkAsync(owner.GetAsync($"/webhooks/{id}"))).GetProperty("isActive").GetBoolean());
        (await OkAsync(owner.GetAsync($"/webhooks/{id}"))).GetProperty("disabledReason").GetString()!.ShouldContain("500");
    }

    [Fact]
    public async Task The_test_button_tells_also_one_that_is_stopped()
    {
        using var owner = await api.CreateTenantAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var (id, secret) = await CreateAsync(owner, receiver);
        await OkAsync(PatchAsync(owner, $"/webhooks/{id}", """{ "isActive": false }"""));
        await OkAsync(owner.PostAsync($"/webhooks/{id}/test", null));
        var got = await receiver.NextAsync();
        (got.Headers["Todo-Event"], IsSigned(got, secret)).ShouldBe(("webhook.test", true));
        await RefusedAsync(owner.PostAsync($"/webhooks/{Guid.NewGuid()}/test", null), HttpStatusCode.NotFound, "no such webhook");
    }

    [Fact]
    public async Task What_was_written_down_before_a_restart_is_told_after_it_and_by_one_replica_only()
    {
        using var owner = await api.CreateTenantAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var (id, _) = await CreateAsync(owner, receiver);
        var schema = await api.SchemaAsync(owner.Slug);

        // As a process leaves it that dies right after its request was committed: nobody was told.
        await api.ExecuteAsync($"INSERT INTO {schema}.events (at, kind, actor_kind) SELECT now(), 'lists.respaced', 'system' FROM generate_series(1, 40)");
        var replicas = new List<IAsyncDisposable>();
        for (var i = 0; i < 2; i++)
        {
            replicas.Add((await api.StartApiAsync(api.ConnectionString)).App);
        }

        await Eventually.TrueAsync(async () => (await DeliveriesAsync(owner, id)).Count(one => one.GetProperty("state").GetString() == "Delivered") == 40);
        var ids = new List<string>();
        while (receiver.HasMore)
        {
            ids.Add((await receiver.NextAsync()).Headers["Todo-Delivery"]);
        }

        ids.Count.ShouldBe(40);
        ids.Distinct().Count().ShouldBe(40);
        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task It_is_changed_deleted_and_bounded_in_number()
    {
        using var owner = await api.CreateTenantAsync();
        using var member = await api.MemberAsync(owner);
        await using var receiver = await WebhookReceiver.StartAsync();
        var (id, _) = await CreateAsync(owner, receiver);
        var changed = await OkAsync(PatchAsync(owner, $"/webhooks/{id}", """{ "name": "Another", "kinds": ["list.created"] }""", "\"1\""));
        (changed.GetProperty("name").GetString(), changed.GetProperty("version").GetInt32()).ShouldBe(("Another", 2));
        await RefusedAsync(PatchAsync(owner, $"/webhooks/{id}", """{ "name": "Late" }""", "\"1\""), HttpStatusCode.PreconditionFailed, "changed it since");
        await RefusedAsync(member.GetAsync("/webhooks"), HttpStatusCode.Forbidden, Permission.WebhooksManage);
        for (var i = 1; i < 20; i++)
        {
            await CreateAsync(owner, receiver);
        }

        await RefusedAsync(owner.PostAsJsonAsync("/webhooks", new { name = "Too many", url = receiver.Address }), HttpStatusCode.Conflict, "20 webhooks");
        await OkAsync(owner.DeleteAsync($"/webhooks/{id}"));
        await RefusedAsync(owner.GetAsync($"/webhooks/{id}"), HttpStatusCode.NotFound, "no such webhook");
        await RefusedAsync(owner.GetAsync($"/webhooks/{id}/deliveries"), HttpStatusCode.NotFound, "no such webhook");
        (await api.ColumnAsync($"SELECT action FROM {await api.SchemaAsync(owner.Slug)}.audit_entries WHERE subject_id = '{id}' ORDER BY id")).ShouldBe(["webhook.created", "webhook.changed", "webhook.deleted"]);
    }

    private static async Task<(Guid Id, string Secret)> CreateAsync(TenantClient client, WebhookReceiver receiver, string path = "/", string[]? kinds = null)
    {
        var made = await OkAsync(client.PostAsJsonAsync("/webhooks", new { name = "A hook", url = new Uri(receiver.Address, path), kinds }));
        return (made.GetProperty("webhook").GetProperty("id").GetGuid(), made.GetProperty("secret").GetString()!);
    }

    private static async Task<IReadOnlyList<JsonElement>> DeliveriesAsync(TenantClient client, Guid id) =>
        [.. (await OkAsync(client.GetAsync($"/webhooks/{id}/deliveries?limit=200"))).GetProperty("items").EnumerateArray()];

    // As docs/events.md tells a receiver to.
    private static bool IsSigned(Received got, string secret)
    {
        var parts = got.Headers["Todo-Signature"].Split(',').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        var age = DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts["t"], CultureInfo.InvariantCulture));
        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{parts["t"]}.{got.Body}"));
        return age.Duration() < TimeSpan.FromMinutes(5) && CryptographicOperations.FixedTimeEquals(expected, Convert.FromHexString(parts["v1"]));
    }
}

/// <summary>As it runs for real: only https, only outside.</summary>
public sealed class OutsideOnlyHost : ApiHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--Webhooks:Workers=2"];
}

public sealed class WebhookAddressTests(OutsideOnlyHost api) : IClassFixture<OutsideOnlyHost>
{
    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:db8::1", false)]
    public void Only_addresses_of_the_public_internet_are_outside(string address, bool isOutside) => OutsideAddress.IsOutside(IPAddress.Parse(address)).ShouldBe(isOutside);

    [Theory]
    [InlineData("http://example.com/hook", "https")]
    [InlineData("https://127.0.0.1/hook", "public internet")]
    [InlineData("https://[::1]/hook", "public internet")]
    [InlineData("https://2130706433/", "public internet")]
    [InlineData("https://0x7f.1/", "public internet")]
    [InlineData("https://user:password@example.com/", "password")]
    [InlineData("ftp://example.com/", "whole address")]
    [InlineData("/hook", "whole address")]
    [InlineData("nonsense", "whole address")]
    public async Task What_is_no_address_for_a_webhook_is_refused(string url, string rule)
    {
        using var owner = await api.CreateTenantAsync();
        var problem = await RefusedAsync(owner.PostAsJsonAsync("/webhooks", new { name = "A hook", url }), HttpStatusCode.BadRequest, "errors");
        problem.GetProperty("errors").GetProperty("url")[0].GetString()!.ShouldContain(rule);
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_found_out_when_it_is_connected_to()
    {
        using var owner = await api.CreateTenantAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var made = await OkAsync(owner.PostAsJsonAsync("/webhooks", new { name = "A hook", url = $"https://localhost:{receiver.Address.Port}/" }));
        var id = made.GetProperty("webhook").GetProperty("id").GetGuid();
        await OkAsync(owner.PostAsync($"/webhooks/{id}/test", null));
        await Eventually.TrueAsync(async () => (await OkAsync(owner.GetAsync($"/webhooks/{id}/deliveries"))).GetProperty("items")[0].GetProperty("error").GetString() is { Length: > 0 });
        (await OkAsync(owner.GetAsync($"/webhooks/{id}/deliveries"))).GetProperty("items")[0].GetProperty("error").GetString().ShouldBe("The address is none of the public internet.");
        receiver.HasMore.ShouldBeFalse();
    }

    [Fact]
    public void Nobody_opens_the_inside_but_a_developer()
    {
        var rules = new WebhookOptionsRules(new Environment("Production"));
        rules.Validate(null, new WebhookOptions { AllowInside = true }).Failed.ShouldBeTrue();
        rules.Validate(null, new WebhookOptions()).Succeeded.ShouldBeTrue();
        new WebhookOptionsRules(new Environment("Development")).Validate(null, new WebhookOptions { AllowInside = true }).Succeeded.ShouldBeTrue();
    }

    private sealed class Environment(string name) : Microsoft.Extensions.Hosting.IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "";

        public string ContentRootPath { get; set; } = "";

        public Microsoft.Extensions.FileProviders.IFileProvider ContentRootFileProvider { get; set; } = null!;
    }
}
