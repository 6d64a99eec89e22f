using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry;
using Todo.Api.Tracing;
using Todo.Data;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Webhooks;

/// <summary>
/// Tells webhooks what happens; every replica does. Where something was just changed at this process it looks at once; and each tenant that has webhooks
/// is looked after every few seconds by whoever comes first, whatever became of the process that changed something.
/// </summary>
internal sealed partial class WebhookService(
    NpgsqlDataSource dataSource,
    IDbContextFactory<TenantDbContext> contexts,
    WebhookQueue queue,
    WebhookSender sender,
    WebhookSecrets secrets,
    WebhookMetrics metrics,
    ServedVersions versions,
    IOptions<WebhookOptions> options,
    TimeProvider clock,
    ILogger<WebhookService> logger) : BackgroundService
{
    private readonly Channel<Guid> _news = Channel.CreateUnbounded<Guid>();
    private readonly ConcurrentDictionary<Guid, bool> _queued = new();
    private HashSet<Guid> _known = [];
    private bool _isAway;

    /// <summary>Something may have changed in a tenant.</summary>
    public void Announce(Guid tenant)
    {
        if (Volatile.Read(ref _known).Contains(tenant))
        {
            Enqueue(tenant);
        }
    }

    /// <summary>A tenant has a webhook, or something for one to be told; the caller's transaction says so to all.</summary>
    public static Task RegisterAsync(TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var id = tenant.Schema!.Value.TenantId;
        return tenant.Database.ExecuteSqlAsync($"INSERT INTO public.webhook_tenants (tenant_id, due_at) VALUES ({id}, now()) ON CONFLICT (tenant_id) DO UPDATE SET due_at = now()", cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!secrets.IsReady || options.Value.Workers == 0)
        {
            return;
        }

        try
        {
            await Task.WhenAll([LookAsync(stoppingToken), .. Enumerable.Range(0, options.Value.Workers).Select(_ => WorkAsync(stoppingToken))]);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends; what it had taken is taken by another after the lease.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1) < options.Value.Interval ? TimeSpan.FromSeconds(1) : options.Value.Interval);
        do
        {
            await TryAsync(async () =>
            {
                foreach (var tenant in await TakeTenantsAsync(cancellationToken))
                {
                    Enqueue(tenant);
                }
            });
        }
        while (await tick.WaitForNextTickAsync(cancellationToken));
    }

    private void Enqueue(Guid tenant)
    {
        if (_queued.TryAdd(tenant, true))
        {
            // There is no bound that it could meet.
            _news.Writer.TryWrite(tenant);
        }
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        await foreach (var tenant in _news.Reader.ReadAllAsync(cancellationToken))
        {
            _queued.TryRemove(tenant, out _);
            await TryAsync(() => ServeAsync(TenantSchema.Of(tenant), cancellationToken));
        }
    }

    private async Task ServeAsync(TenantSchema schema, CancellationToken cancellationToken)
    {
        // Of all this a trace would tell nothing, but of what is sent.
        using var quiet = SuppressInstrumentationScope.Begin();
        await using var tenant = await contexts.CreateDbContextAsync(cancellationToken);
        tenant.Enter(schema);
        await queue.FillAsync(tenant, cancellationToken);
        var due = await queue.DueAsync(tenant, cancellationToken);

        // No webhook waits for another, and no tenant for one that has much to be told: who has more comes after those that wait.
        var told = await Task.WhenAll(due.Select(webhook => TellAsync(schema, webhook, cancellationToken)));
        if (await WebhookQueue.NextAsync(tenant, cancellationToken) is not { } next)
        {
            return;
        }

        if (next <= clock.GetUtcNow() && told.Contains(true))
        {
            Enqueue(schema.TenantId);
        }
        else
        {
            await HastenAsync(schema.TenantId, next, cancellationToken);
        }
    }

    // One after the other, so that what goes well goes in order.
    private async Task<bool> TellAsync(TenantSchema schema, Guid id, CancellationToken cancellationToken)
    {
        await using var tenant = await contexts.CreateDbContextAsync(cancellationToken);
        tenant.Enter(schema);
        if (await queue.TakeAsync(tenant, id, cancellationToken) is not var (webhook, deliveries))
        {
            return false;
        }

        foreach (var delivery in deliveries)
        {
            // It was taken for long enough to wait for one answer; a receiver that is that slow hears the rest at its next turn.
            await (clock.GetTimestamptz() < delivery.NotBefore - options.Value.Timeout
                ? queue.EndAsync(tenant, delivery, await SendAsync(schema.TenantId, webhook, delivery, cancellationToken), cancellationToken)
                : queue.GiveBackAsync(tenant, delivery, cancellationToken));
        }

        return true;
    }

    private async Task<Attempt> SendAsync(Guid tenant, Webhook webhook, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        using var loud = SuppressInstrumentationScope.Begin(false);
        using var span = ApiSpans.Source.StartActivity("webhook send", System.Diagnostics.ActivityKind.Producer);
        span?.SetTag("tenant.id", tenant.ToString()).SetTag("todo.webhook.id", webhook.Id).SetTag("todo.webhook.kind", delivery.Kind).SetTag("todo.webhook.attempt", delivery.Attempts);
        var done = await sender.SendAsync(tenant, webhook, delivery, cancellationToken);
        metrics.Attempted(done, clock.GetUtcNow() - delivery.CreatedAt);
        if (done.Error is { } error)
        {
            LogNotDelivered(delivery.Id, tenant, delivery.Attempts, error);
        }

        return done;
    }

    // Whoever looks after a tenant has moved its time ahead, so no other does meanwhile; and again after that, should this process die.
    private async Task<IReadOnlyList<Guid>> TakeTenantsAsync(CancellationToken cancellationToken)
    {
        using var quiet = SuppressInstrumentationScope.Begin();
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT tenant_id FROM public.webhook_tenants"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            UPDATE public.webhook_tenants AS one SET due_at = now() + $1
            FROM (
                SELECT webhooks.tenant_id, tenant.schema_version FROM public.webhook_tenants AS webhooks JOIN public.tenants AS tenant ON tenant.id = webhooks.tenant_id
                WHERE webhooks.due_at <= now() AND tenant.status = 'active' FOR UPDATE OF webhooks SKIP LOCKED) AS next
            WHERE one.tenant_id = next.tenant_id RETURNING one.tenant_id, next.schema_version
            """)
        {
            Parameters = { new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.Interval } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var known = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add(reader.GetGuid(0));
        }

        Volatile.Write(ref _known, known);
        await reader.NextResultAsync(cancellationToken);
        var taken = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (versions.Contains(reader.IsDBNull(1) ? null : reader.GetString(1)))
            {
                taken.Add(reader.GetGuid(0));
            }
        }

        return taken;
    }

    private async Task HastenAsync(Guid tenant, DateTimeOffset next, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("UPDATE public.webhook_tenants SET due_at = $2 WHERE tenant_id = $1 AND due_at > $2");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = tenant });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = next });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            _isAway = false;
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // There is no catalog yet, or the tenant was purged or taken to a version without the table.
        }
        catch (Exception exception) when (exception is NpgsqlException or DbUpdateException or InvalidOperationException or TimeoutException)
        {
            if (!_isAway)
            {
                LogAway(exception.GetBaseException().Message);
            }

            _isAway = true;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Delivery {DeliveryId} of a webhook of tenant {TenantId} failed at attempt {Attempt}: {Reason}")]
    private partial void LogNotDelivered(Guid deliveryId, Guid tenantId, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhooks are told nothing until the database is back: {Reason}")]
    private partial void LogAway(string reason);
}
