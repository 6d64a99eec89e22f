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
internal sealed class WebhookQueue(IOptions<WebhookOptions> options, TimeProvider clock)
{
    /// <summary>What a webhook is told to try it.</summary>
    public const string TestKind = "webhook.test";

    private const int EventsAtOnce = 200;
    private const int DeliveriesAtOnce = 8;

    // Keeps the power of two in range; the longest retry comes long before.
    private const int MostDoublings = 20;

    /// <summary>Writes down for each webhook what happened since it was looked at. Of two who do so at once, each takes webhooks that the other has not.</summary>
    public static async Task FillAsync(TenantDbContext tenant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await EventOrder.PlaceAsync(tenant, cancellationToken);
        var head = await EventOrder.HeadAsync(tenant, cancellationToken);
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        var webhooks = await tenant.Webhooks.FromSql($"""SELECT * FROM "<tenant>".webhooks WHERE is_active AND position < {head} ORDER BY id FOR UPDATE SKIP LOCKED""").ToListAsync(cancellationToken);
        foreach (var webhook in webhooks)
        {
            if (await MakerMayListenAsync(tenant, webhook.CreatedBy, cancellationToken))
            {
                await FillAsync(tenant, webhook, head, now, cancellationToken);
            }

            // What happens while whoever made it may not know of it, it is never told.
            webhook.Position = head;
        }

        await tenant.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        tenant.ChangeTracker.Clear();
    }

    /// <summary>Takes what is due. Who dies with it leaves it to be tried again after the lease.</summary>
    public async Task<IReadOnlyList<(WebhookDelivery Delivery, Webhook Webhook)>> TakeAsync(TenantDbContext tenant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var lease = now + (options.Value.Timeout * 2);
        var taken = await tenant.WebhookDeliveries.FromSql(
            $"""
            UPDATE "<tenant>".webhook_deliveries AS delivery SET attempts = attempts + 1, not_before = {lease}
            FROM (
                SELECT one.id FROM "<tenant>".webhook_deliveries AS one JOIN "<tenant>".webhooks AS webhook ON webhook.id = one.webhook_id
                WHERE one.state = 'pending' AND one.not_before <= {now} AND (webhook.is_active OR one.kind = {TestKind})
                ORDER BY one.not_before, one.id LIMIT {DeliveriesAtOnce} FOR UPDATE OF one SKIP LOCKED) AS next
            WHERE delivery.id = next.id RETURNING delivery.*
            """).AsNoTracking().ToListAsync(cancellationToken);
        Guid[] ids = [.. taken.Select(delivery => delivery.WebhookId).Distinct()];
        var webhooks = await tenant.Webhooks.AsNoTracking().Where(webhook => ids.Contains(webhook.Id)).ToDictionaryAsync(webhook => webhook.Id, cancellationToken);
        return [.. taken.Where(delivery => webhooks.ContainsKey(delivery.WebhookId)).OrderBy(delivery => delivery.Id).Select(delivery => (delivery, webhooks[delivery.WebhookId]))];
    }

    /// <summary>Writes down how an attempt went; what failed is tried again later, and later each time, and a webhook that answers nothing good for days is stopped.</summary>
    public async Task EndAsync(TenantDbContext tenant, WebhookDelivery delivery, Attempt attempt, CancellationToken cancellationToken)
    {
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
    public static Task<DateTimeOffset?> NextAsync(TenantDbContext tenant, CancellationToken cancellationToken) => tenant.WebhookDeliveries
        .Where(delivery => delivery.State == DeliveryState.Pending && tenant.Webhooks.Any(webhook => webhook.Id == delivery.WebhookId && (webhook.IsActive || delivery.Kind == TestKind)))
        .MinAsync(delivery => (DateTimeOffset?)delivery.NotBefore, cancellationToken);

    /// <summary>Deletes what was told, or tried often enough, before a time.</summary>
    public static Task ForgetAsync(TenantDbContext tenant, DateTimeOffset before, CancellationToken cancellationToken) =>
        tenant.WebhookDeliveries.Where(delivery => delivery.State != DeliveryState.Pending && delivery.CreatedAt < before).ExecuteDeleteAsync(cancellationToken);

    /// <summary>Gives something back that was taken and not tried.</summary>
    public static Task GiveBackAsync(TenantDbContext tenant, WebhookDelivery delivery, DateTimeOffset now, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        $"""UPDATE "<tenant>".webhook_deliveries SET attempts = attempts - 1, not_before = {now} WHERE id = {delivery.Id} AND attempts = {delivery.Attempts} AND state = 'pending'""", cancellationToken);

    /// <summary>Something that is to be told.</summary>
    public static WebhookDelivery Make(Guid tenant, Guid webhook, string kind, TenantEvent? about, DateTimeOffset now)
    {
        var id = SortableId.At(now);
        var message = new WebhookMessage(id, kind, tenant, about?.Position, about is null ? null : EventResponse.Of(about));
        return new WebhookDelivery { Id = id, WebhookId = webhook, Kind = kind, Body = JsonSerializer.Serialize(message, ApiJson.Default.WebhookMessage), NotBefore = now, CreatedAt = now };
    }

    private static async Task FillAsync(TenantDbContext tenant, Webhook webhook, long head, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var position = webhook.Position;
        while (await EventOrder.VisibleAsync(tenant, webhook.CreatedBy, position, head, EventsAtOnce, cancellationToken) is { Count: > 0 } events)
        {
            foreach (var one in events.Where(one => webhook.Kinds.Length == 0 || webhook.Kinds.Contains(one.Kind)))
            {
                tenant.WebhookDeliveries.Add(Make(tenant.Schema!.Value.TenantId, webhook.Id, one.Kind, one, now));

                // A microsecond apart, which is what ids tell apart.
                now = now.AddMicroseconds(1);
            }

            position = events[^1].Position!.Value;
        }
    }

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
