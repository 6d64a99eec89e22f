using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Todo.Api.Webhooks;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;
using Todo.Tests.Api;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Webhooks;

/// <summary>Several who tell one webhook at once, each at a moment that the test chooses: this API tells nobody by itself.</summary>
public sealed class WebhookQueueTests(ApiHost api) : IClassFixture<ApiHost>
{
    private static readonly Attempt Good = new(204, null, TimeSpan.Zero);
    private static readonly Attempt Bad = new(500, "It answered 500.", TimeSpan.Zero);

    [Fact]
    public async Task Nobody_tells_a_webhook_anything_new_while_another_is_about_to()
    {
        using var owner = await api.CreateTenantAsync();
        var (schema, webhook) = await WithWebhookAsync(owner);
        var (one, other) = (Queue(), Queue());
        await using var mine = api.Open(schema);
        await using var theirs = api.Open(schema);
        await FillAsync(owner, one, mine, "First");
        var first = await TakeAsync(one, mine, webhook);
        await FillAsync(owner, other, theirs, "Second");
        (await other.DueAsync(theirs, default)).ShouldBe([webhook]);
        (await TakeAsync(other, theirs, webhook)).ShouldBeNull();
        await one.EndAsync(mine, first!, Good, default);
        var second = await TakeAsync(other, theirs, webhook);
        second!.Id.CompareTo(first!.Id).ShouldBePositive();

        // What has failed waits for its time, and nothing waits for it.
        await FillAsync(owner, one, mine, "Third");
        await other.EndAsync(theirs, second, Bad, default);
        (await TakeAsync(one, mine, webhook))!.Body.ShouldContain("Third");
    }

    [Fact]
    public async Task Nobody_takes_anything_while_another_decides_what_it_takes()
    {
        using var owner = await api.CreateTenantAsync();
        var (schema, webhook) = await WithWebhookAsync(owner);
        await using var tenant = api.Open(schema);
        await FillAsync(owner, Queue(), tenant, "First");
        await using (var other = api.Open(schema))
        {
            await using var transaction = await other.Database.BeginTransactionAsync();
            await other.Database.ExecuteSqlAsync($"""SELECT 1 FROM "<tenant>".webhooks WHERE id = {webhook} FOR UPDATE""");
            (await TakeAsync(Queue(), tenant, webhook)).ShouldBeNull();
        }

        (await TakeAsync(Queue(), tenant, webhook)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Of_many_who_take_while_more_happens_only_one_gets_anything_until_it_has_told_it()
    {
        using var owner = await api.CreateTenantAsync();
        var (schema, webhook) = await WithWebhookAsync(owner);
        for (var round = 0; round < 10; round++)
        {
            var filling = FillManyAsync(owner, schema);
            var taken = (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TakeUntilAsync(filling, schema, webhook)))).SelectMany(one => one).ToList();
            await using var tenant = api.Open(schema);
            foreach (var delivery in taken.ShouldHaveSingleItem())
            {
                await Queue().EndAsync(tenant, delivery, Good, default);
            }

            if (await Queue().TakeAsync(tenant, webhook, default) is var (_, rest))
            {
                rest[0].Id.CompareTo(taken[0][^1].Id).ShouldBePositive();
                foreach (var delivery in rest)
                {
                    await Queue().EndAsync(tenant, delivery, Good, default);
                }
            }
        }
    }

    [Fact]
    public async Task The_order_holds_between_processes_whose_clocks_differ()
    {
        using var owner = await api.CreateTenantAsync();
        var (schema, webhook) = await WithWebhookAsync(owner);
        await using var tenant = api.Open(schema);
        var ahead = Queue(TimeSpan.FromSeconds(5));
        await FillAsync(owner, ahead, tenant, "First");
        await FillAsync(owner, Queue(), tenant, "Second");
        var taken = await Queue(TimeSpan.FromSeconds(10)).TakeAsync(tenant, webhook, default);
        taken!.Value.Deliveries.Select(delivery => delivery.Body.Contains("First", StringComparison.Ordinal)).ShouldBe([true, false]);
    }

    // Nothing that is taken, or has failed, comes back within a test.
    private static WebhookQueue Queue(TimeSpan ahead = default) =>
        new(Options.Create(new WebhookOptions { Timeout = TimeSpan.FromHours(1), FirstRetry = TimeSpan.FromHours(1), LongestRetry = TimeSpan.FromHours(1) }), new Clock(ahead));

    private static async Task FillAsync(TenantClient owner, WebhookQueue queue, TenantDbContext tenant, string list)
    {
        await AddListAsync(owner, list);
        await queue.FillAsync(tenant, default);
    }

    private static async Task<WebhookDelivery?> TakeAsync(WebhookQueue queue, TenantDbContext tenant, Guid webhook) => (await queue.TakeAsync(tenant, webhook, default))?.Deliveries.ShouldHaveSingleItem();

    private async Task<(TenantSchema Schema, Guid Webhook)> WithWebhookAsync(TenantClient owner)
    {
        var made = await OkAsync(owner.PostAsJsonAsync("/webhooks", new { name = "A hook", url = "https://example.com/hook" }));
        return (await api.SchemaAsync(owner.Slug), made.GetProperty("webhook").GetProperty("id").GetGuid());
    }

    private async Task FillManyAsync(TenantClient owner, TenantSchema schema)
    {
        await using var tenant = api.Open(schema);
        for (var i = 0; i < 5; i++)
        {
            await FillAsync(owner, Queue(), tenant, $"List {i}");
        }
    }

    private async Task<List<IReadOnlyList<WebhookDelivery>>> TakeUntilAsync(Task filled, TenantSchema schema, Guid webhook)
    {
        await using var tenant = api.Open(schema);
        var taken = new List<IReadOnlyList<WebhookDelivery>>();
        while (true)
        {
            var isLast = filled.IsCompleted;
            if (await Queue().TakeAsync(tenant, webhook, default) is var (_, deliveries))
            {
                taken.Add(deliveries);
            }

            if (isLast)
            {
                await filled;
                return taken;
            }
        }
    }

    private sealed class Clock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
    }
}
