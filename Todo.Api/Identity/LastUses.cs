using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Identity;

/// <summary>Notes when keys, guests' links and calendars' addresses were last used, and writes it once a minute: a request costs no statement for it.</summary>
public sealed partial class LastUses(IDbContextFactory<TenantDbContext> contexts, TimeProvider clock, ILogger<LastUses> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(Guid Tenant, ActorKind Kind, Guid Id), DateTimeOffset> _uses = new();

    /// <summary>Writes what was noted since the last time; what can't be written now is kept for the next.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        foreach (var tenant in _uses.GroupBy(use => use.Key.Tenant))
        {
            try
            {
                await using var context = await contexts.CreateDbContextAsync(cancellationToken);
                context.Enter(TenantSchema.Of(tenant.Key));
                foreach (var use in tenant)
                {
                    await WriteAsync(context, use.Key.Kind, use.Key.Id, use.Value, cancellationToken);

                    // Only what was written: somebody may have used it again meanwhile.
                    _uses.TryRemove(use);
                }
            }
            catch (PostgresException exception) when (!exception.IsTransient)
            {
                // The tenant is gone, or at a version without these tables; there is nothing to write to.
                foreach (var use in tenant)
                {
                    _uses.TryRemove(use);
                }

                LogLost(tenant.Key, exception.SqlState);
            }
        }
    }

    internal void Note(Guid tenant, ActorKind kind, Guid id) => _uses[(tenant, kind, id)] = clock.GetTimestamptz();

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryWriteAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var tick = new PeriodicTimer(Interval, clock);
        try
        {
            while (await tick.WaitForNextTickAsync(stoppingToken))
            {
                await TryWriteAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task TryWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            LogNotWritten(exception);
        }
    }

    private static Task<int> WriteAsync(TenantDbContext context, ActorKind kind, Guid id, DateTimeOffset at, CancellationToken cancellationToken) => kind switch
    {
        ActorKind.Guest => context.GuestLinks.Where(link => link.Id == id && (link.LastUsedAt == null || link.LastUsedAt < at))
            .ExecuteUpdateAsync(link => link.SetProperty(l => l.LastUsedAt, at), cancellationToken),
        ActorKind.CalendarFeed => context.CalendarFeeds.Where(feed => feed.Id == id && (feed.LastUsedAt == null || feed.LastUsedAt < at))
            .ExecuteUpdateAsync(feed => feed.SetProperty(f => f.LastUsedAt, at), cancellationToken),
        _ => context.ApiKeys.Where(key => key.Id == id && (key.LastUsedAt == null || key.LastUsedAt < at))
            .ExecuteUpdateAsync(key => key.SetProperty(k => k.LastUsedAt, at), cancellationToken),
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "When keys were last used can't be written now")]
    private partial void LogNotWritten(Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "When keys of tenant {Tenant} were last used can't be written any more: {SqlState}")]
    private partial void LogLost(Guid tenant, string sqlState);
}
