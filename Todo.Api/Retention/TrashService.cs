using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Todo.Data;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Retention;

/// <summary>
/// Deletes for good what has been in tenants' trash for long enough. Every replica does; one that finds nothing left has nothing to do. Tenants that
/// are suspended are cleaned too, and those whose schema is older than trash is are left alone.
/// </summary>
internal sealed partial class TrashService(
    NpgsqlDataSource dataSource, IDbContextFactory<TenantDbContext> contexts, IOptions<RetentionOptions> options, TimeProvider clock, ILogger<TrashService> logger) : BackgroundService
{
    private const int TenantsAtOnce = 500;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var tick = new PeriodicTimer(options.Value.TrashInterval, clock);
        try
        {
            do
            {
                await TryPurgeAsync(stoppingToken);
            }
            while (await tick.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task TryPurgeAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetTimestamptz().AddDays(-options.Value.TrashDays);
        try
        {
            for (var after = Guid.Empty; ;)
            {
                var tenants = await TenantsAsync(after, cancellationToken);
                foreach (var tenant in tenants)
                {
                    await PurgeAsync(tenant, before, cancellationToken);
                }

                if (tenants.Count < TenantsAtOnce)
                {
                    return;
                }

                after = tenants[^1];
            }
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // There is no catalog yet, or it is an older one.
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            LogNotPurged(exception.GetBaseException().Message);
        }
    }

    private async Task<List<Guid>> TenantsAsync(Guid after, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT id FROM public.tenants WHERE id > $1 AND status IN ('active', 'suspended') AND schema_version COLLATE \"C\" >= $2 ORDER BY id LIMIT $3");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ServedVersions.LowestOfThisBuild });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = TenantsAtOnce });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            tenants.Add(reader.GetGuid(0));
        }

        return tenants;
    }

    private async Task PurgeAsync(Guid tenantId, DateTimeOffset before, CancellationToken cancellationToken)
    {
        try
        {
            await using var tenant = await contexts.CreateDbContextAsync(cancellationToken);
            tenant.Enter(TenantSchema.Of(tenantId));
            await tenant.Todos.Where(todo => todo.DeletedAt < before).ExecuteDeleteAsync(cancellationToken);
            await tenant.Lists.Where(list => list.DeletedAt < before).ExecuteDeleteAsync(cancellationToken);
        }
        catch (PostgresException exception) when (!exception.IsTransient)
        {
            // The tenant was purged, or is being migrated back.
            LogTenantNotPurged(tenantId, exception.SqlState);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trash was not purged; it is next time: {Reason}")]
    private partial void LogNotPurged(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The trash of tenant {Tenant} can't be purged now: {SqlState}")]
    private partial void LogTenantNotPurged(Guid tenant, string sqlState);
}
