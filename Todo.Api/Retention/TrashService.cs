using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Todo.Data;

namespace Todo.Api.Retention;

/// <summary>Deletes for good what has been in tenants' trash for long enough, and what people were told of long ago.</summary>
internal sealed class TrashService(ServedTenants tenants, IOptions<RetentionOptions> options, TimeProvider clock, ILogger<TrashService> logger)
    : PeriodicDeletion(options.Value.TrashInterval, clock, logger)
{
    /// <inheritdoc/>
    protected override Task DeleteAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetTimestamptz();
        var (before, told) = (now.AddDays(-options.Value.TrashDays), now.AddDays(-options.Value.NotificationDays));
        return tenants.ForEachAsync(
            async tenant =>
            {
                await tenant.Todos.Where(todo => todo.DeletedAt < before).ExecuteDeleteAsync(cancellationToken);
                await tenant.Lists.Where(list => list.DeletedAt < before).ExecuteDeleteAsync(cancellationToken);
                await tenant.Notifications.Where(notification => notification.CreatedAt < told).ExecuteDeleteAsync(cancellationToken);
            },
            cancellationToken);
    }
}
