using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Todo.Api.Events;
using Todo.Api.Lists;
using Todo.Api.Todos;
using Todo.Api.Webhooks;
using Todo.Data;

namespace Todo.Api.Retention;

/// <summary>Deletes for good what has been in tenants' trash for long enough, and what happened, or people were told of, too long ago for anybody to ask.</summary>
internal sealed class TrashService(ServedTenants tenants, IOptions<RetentionOptions> options, TimeProvider clock, ILogger<TrashService> logger)
    : PeriodicDeletion(options.Value.TrashInterval, clock, logger)
{
    /// <inheritdoc/>
    protected override Task DeleteAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetTimestamptz();
        var before = now.AddDays(-options.Value.TrashDays);
        var told = now.AddDays(-options.Value.NotificationDays);
        return tenants.ForEachAsync(
            async tenant =>
            {
                await TodoStatements.PurgeTrashAsync(tenant, before, now, cancellationToken);
                await ListStatements.PurgeTrashAsync(tenant, before, now, cancellationToken);
                await EventOrder.ForgetAsync(tenant, now.AddDays(-options.Value.EventDays), cancellationToken);
                await tenant.Notifications.Where(notification => notification.CreatedAt < told).ExecuteDeleteAsync(cancellationToken);
                await WebhookQueue.ForgetAsync(tenant, now.AddDays(-options.Value.DeliveryDays), cancellationToken);
            },
            cancellationToken);
    }
}
