using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Data;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Identity;

/// <summary>Writes down which sessions are in use, and renews those whose second half has begun: some together, beside the requests.</summary>
internal sealed partial class SessionActivityWriter(
    SessionActivity activity, SessionDirectory sessions, IDbContextFactory<TenantDbContext> contexts, TimeProvider clock, ILogger<SessionActivityWriter> logger) : BackgroundService
{
    private const int MostAtOnce = 500;

    // Long enough that what a burst of requests has noted is written together.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await activity.Seen.WaitToReadAsync(stoppingToken))
            {
                await Task.Delay(Pause, clock, stoppingToken);
                var seen = new List<SeenSession>();
                while (seen.Count < MostAtOnce && activity.Seen.TryRead(out var session))
                {
                    seen.Add(session);
                }

                foreach (var tenant in seen.GroupBy(session => session.TenantId))
                {
                    await TryWriteAsync(tenant.Key, [.. tenant], stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends; what was noted in the last half second is noted again elsewhere.
        }
    }

    private async Task TryWriteAsync(Guid tenantId, IReadOnlyList<SeenSession> seen, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(tenantId, seen, cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or DbUpdateException or TimeoutException || exception.InnerException is NpgsqlException)
        {
            LogNotWritten(tenantId, exception.GetBaseException().Message);
        }
    }

    private async Task WriteAsync(Guid tenantId, IReadOnlyList<SeenSession> seen, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        await using var tenant = await contexts.CreateDbContextAsync(cancellationToken);
        tenant.Enter(TenantSchema.Of(tenantId));
        byte[][] all = [.. seen.Select(session => session.Hash)];
        await tenant.Sessions.Where(session => all.Contains(session.TokenHash)).ExecuteUpdateAsync(session => session.SetProperty(s => s.LastSeenAt, now), cancellationToken);
        foreach (var renewed in seen.Where(session => session.RenewedForDays is not null).GroupBy(session => session.RenewedForDays!.Value))
        {
            byte[][] hashes = [.. renewed.Select(session => session.Hash)];
            var end = now.AddDays(renewed.Key);

            // What has expired meanwhile stays so.
            await tenant.Sessions.Where(session => hashes.Contains(session.TokenHash) && session.ExpiresAt > now)
                .ExecuteUpdateAsync(session => session.SetProperty(s => s.ExpiresAt, end), cancellationToken);
            foreach (var hash in hashes)
            {
                await sessions.ForgetAsync(tenantId, hash);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last use of some sessions of tenant {TenantId} was not written down: {Reason}. It is with their next use")]
    private partial void LogNotWritten(Guid tenantId, string reason);
}
