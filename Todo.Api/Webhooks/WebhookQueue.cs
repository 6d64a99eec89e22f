using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Todo.Api.Events;
using Todo.Api.Paging;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Webhooks;

/// <summary>What one tenant's webhooks are to be told. It stands in the tenant's schema, so it survives whoever works on it, and all replicas share the work.</summary>
/// <param name="options">How long an attempt may take and when the next one comes.</param>
/// <param name="clock">What time it is here; other replicas' clocks may differ.</param>
public sealed class WebhookQueue(IOptions<WebhookOptions> options, TimeProvider clock)
{
    /// <summary>What a webhook is told to try it.</summary>
    internal const string TestKind = "webhook.test";

    private const int EventsAtOnce = 200;
    private const int DeliveriesAtOnce = 8;

    // Keeps the power of two in range; the longest retry comes long before.
    private const int MostDoublings = 20;

    /// <summary>Writes down for each webhook what happened since it was looked at. Of two who do so at once, the second waits and finds what the first had not seen.</summary>
    public async Task FillAsync(TenantDbContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        await EventOrder.PlaceAsync(tenant, cancellationToken);
        var head = await EventOrder.HeadAsync(tenant, cancellationToken);
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        var webhooks = await tenant.Webhooks.FromSql($"""SELECT * FROM "<tenant>".webhooks WHERE is_active AND position < {head} ORDER BY id FOR UPDATE""").ToListAsync(cancellationToken);
        foreach (var webhook in webhooks)
        {
            if (await MakerMayListenAsync(tenant, webhook.CreatedBy, cancellationToken))
            {
                await FillAsync(tenant, webhook, head, cancellationToken);
            }

            // What happens while whoever made it may not know of it, it is never told.
            webhook.Position = head;
        }

        await tenant.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        tenant.ChangeTracker.Clear();
    }

    /// <summary>The webhooks for which something is due.</summary>
    public async Task<IReadOnlyList<Guid>> DueAsync(TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        return await Waiting(tenant).Where(delivery => delivery.NotBefore <= now).Select(delivery => delivery.WebhookId).Distinct().ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Takes the oldest of what is due for one webhook, unless somebody is about to tell it something new: of two who tell it at once the one might overtake the other.
    /// Who dies with it leaves it to be tried again after the lease.
    /// </summary>
    public async Task<(Webhook Webhook, IReadOnlyList<WebhookDelivery> Deliveries)?> TakeAsync(TenantDbContext tenant, Guid webhook, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);

        // A statement of its own, so that the next one sees whatever was taken by who had the row before.
        var locked = await tenant.Webhooks.FromSql($"""SELECT * FROM "<tenant>".webhooks WHERE id = {webhook} FOR UPDATE SKIP LOCKED""").AsNoTracking().ToListAsync(cancellationToken);
        if (locked is not [var told])
        {
            return null;
        }

        // What has failed and is to be tried again holds nothing up. Of it there may be much, but most of it not soon.
        var now = clock.GetTimestamptz();
        var (lease, soon) = (now + (options.Value.Timeout * 2), now + (options.Value.Timeout * 3));
        var taken = await tenant.WebhookDeliveries.FromSql(
            $"""
            WITH due AS MATERIALIZED (SELECT id FROM "<tenant>".webhook_deliveries WHERE webhook_id = {webhook} AND state = 'pending' AND not_before <= {now} AND ({told.IsActive} OR kind = {TestKind}))
            UPDATE "<tenant>".webhook_deliveries AS delivery SET attempts = attempts + 1, not_before = {lease}
            FROM (SELECT id FROM due ORDER BY id LIMIT {DeliveriesAtOnce}) AS next
            WHERE delivery.id = next.id AND delivery.state = 'pending' AND delivery.not_before <= {now} AND NOT EXISTS (
                SELECT 1 FROM "<tenant>".webhook_deliveries WHERE webhook_id = {webhook} AND state = 'pending' AND not_before > {now} AND not_before <= {soon} AND attempts > 0 AND error IS NULL)
            RETURNING delivery.*
            """).AsNoTracking().ToListAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return taken.Count > 0 ? (told, taken.OrderBy(delivery => delivery.Id).ToList()) : null;
    }

    /// <summary>Writes down how an attempt went; what failed is tried again later, and later each time, and a webhook that answers nothing good for days is stopped.</summary>
    public async Task EndAsync(TenantDbContext tenant, WebhookDelivery delivery, Attempt attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(delivery);
        var (now, duration) = (clock.GetTimestamptz(), (int)attempt.Duration.TotalMilliseconds);
        var isGone = attempt.Status == StatusCodes.Status410Gone;
        var state = attempt.Error is null ? "delivered" : isGone || delivery.Attempts >= options.Value.Attempts ? "failed" : "pending";
        var (next, ended) = (now + Wait(delivery.Attempts), state == "pending" ? (DateTimeOffset?)null : now);
        var giveUp = now - options.Value.GiveUpAfter;
        await tenant.Database.ExecuteSqlAsync(
            $"""
            UPDATE "<tenant>".webhook_deliveries SET state = {state}, not_before = {next}, status = {attempt.Status}::integer, error = {attempt.Error}::text, duration_ms = {duration}, ended_at = {ended}::timestamptz
            WHERE id = {delivery.Id} AND attempts = {delivery.Attempts};
            UPDATE "<tenant>".webhooks SET failing_since = CASE WHEN {attempt.Error}::text IS NULL THEN NULL ELSE coalesce(failing_since, {now}) END,
                is_active = is_active AND NOT ({isGone} OR ({attempt.Error}::text IS NOT NULL AND coalesce(failing_since < {giveUp}, false))),
                disabled_reason = CASE
                    WHEN NOT is_active OR {attempt.Error}::text IS NULL THEN disabled_reason
                    WHEN {isGone} THEN 'Its receiver said that it is gone (410).'
                    WHEN failing_since < {giveUp} THEN 'It has answered nothing good for too long. Last: ' || {attempt.Error}::text
                    ELSE disabled_reason END
            WHERE id = {delivery.WebhookId} AND ({attempt.Error}::text IS NOT NULL OR failing_since IS NOT NULL)
            """,
            cancellationToken);
    }

    /// <summary>When the next one is due; null: none waits.</summary>
    internal static Task<DateTimeOffset?> NextAsync(TenantDbContext tenant, CancellationToken cancellationToken) =>
        Waiting(tenant).MinAsync(delivery => (DateTimeOffset?)delivery.NotBefore, cancellationToken);

    /// <summary>Deletes what was told, or tried often enough, before a time.</summary>
    internal static Task ForgetAsync(TenantDbContext tenant, DateTimeOffset before, CancellationToken cancellationToken) =>
        tenant.WebhookDeliveries.Where(delivery => delivery.State != DeliveryState.Pending && delivery.CreatedAt < before).ExecuteDeleteAsync(cancellationToken);

    /// <summary>Gives something back that was taken and not tried.</summary>
    internal Task GiveBackAsync(TenantDbContext tenant, WebhookDelivery delivery, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        $"""UPDATE "<tenant>".webhook_deliveries SET attempts = attempts - 1, not_before = {clock.GetTimestamptz()} WHERE id = {delivery.Id} AND attempts = {delivery.Attempts} AND state = 'pending'""", cancellationToken);

    /// <summary>Something that is to be told.</summary>
    internal static WebhookDelivery Make(Guid tenant, Guid webhook, string kind, TenantEvent? about, DateTimeOffset now)
    {
        var id = SortableId.At(now);
        var message = new WebhookMessage(id, kind, tenant, about?.Position, about is null ? null : EventResponse.Of(about));
        return new WebhookDelivery { Id = id, WebhookId = webhook, Kind = kind, Body = JsonSerializer.Serialize(message, ApiJson.Default.WebhookMessage), NotBefore = now, CreatedAt = now };
    }

    private async Task FillAsync(TenantDbContext tenant, Webhook webhook, long head, CancellationToken cancellationToken)
    {
        var position = webhook.Position;
        DateTimeOffset? at = null;
        while (await EventOrder.VisibleAsync(tenant, webhook.CreatedBy, position, head, EventsAtOnce, cancellationToken) is { Count: > 0 } events)
        {
            foreach (var one in events.Where(one => webhook.Kinds.Length == 0 || webhook.Kinds.Contains(one.Kind)))
            {
                at ??= await AfterLastAsync(tenant, webhook.Id, cancellationToken);
                tenant.WebhookDeliveries.Add(Make(tenant.Schema!.Value.TenantId, webhook.Id, one.Kind, one, at.Value));

                // A microsecond apart, which is what ids tell apart.
                at = at.Value.AddMicroseconds(1);
            }

            position = events[^1].Position!.Value;
        }
    }

    // Deliveries are told in the order of their ids, and the clock of whoever wrote the last one down may be ahead of this one's.
    private async Task<DateTimeOffset> AfterLastAsync(TenantDbContext tenant, Guid webhook, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        var last = await tenant.WebhookDeliveries.Where(delivery => delivery.WebhookId == webhook).OrderByDescending(delivery => delivery.Id)
            .Select(delivery => (DateTimeOffset?)delivery.CreatedAt).FirstOrDefaultAsync(cancellationToken);
        return last >= now ? last.Value.AddMicroseconds(1) : now;
    }

    // What waits to be told, now or later.
    private static IQueryable<WebhookDelivery> Waiting(TenantDbContext tenant) => tenant.WebhookDeliveries.Where(delivery =>
        delivery.State == DeliveryState.Pending && tenant.Webhooks.Any(webhook => webhook.Id == delivery.WebhookId && (webhook.IsActive || delivery.Kind == TestKind)));

    private static Task<bool> MakerMayListenAsync(TenantDbContext tenant, Guid maker, CancellationToken cancellationToken) => tenant.Users.Where(User.MaySignIn)
        .AnyAsync(user => user.Id == maker && tenant.RolePermissions.Any(link => link.RoleId == user.RoleId && link.Permission == Permission.TodosRead), cancellationToken);

    // Up to a fifth longer or shorter, so that what failed together does not come back together.
    private TimeSpan Wait(int attempts)
    {
        var wait = options.Value.FirstRetry * Math.Pow(2, Math.Min(attempts - 1, MostDoublings));
        wait = wait < options.Value.LongestRetry ? wait : options.Value.LongestRetry;
#pragma warning disable CA5394 // It spreads work and keeps nothing secret.
        return wait * (0.8 + (Random.Shared.NextDouble() * 0.4));
#pragma warning restore CA5394
    }
}
