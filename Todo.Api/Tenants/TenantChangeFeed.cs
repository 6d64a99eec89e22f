using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry;

namespace Todo.Api.Tenants;

/// <summary>
/// Hears of tenants that others have changed, such as a worker that migrates them or a person who suspends one, and forgets what is cached of
/// them. Those announce nothing; every write to a tenant's row moves its <c>updated_at</c>, and an index finds the newest.
/// </summary>
internal sealed partial class TenantChangeFeed(
    NpgsqlDataSource dataSource, TenantDirectory tenants, IOptions<TenantOptions> options, ILogger<TenantChangeFeed> logger) : BackgroundService
{
    private const int ForgottenAtOnce = 32;

    // A row is seen at its commit, which comes after the time written in it: each question looks back this far once more.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(5);

    // What changed while this process started may stand in Redis as it was.
    private static readonly TimeSpan FirstLook = Caching.LookupCache.RedisLifetime + Overlap;

    // What the last question has shown, all of it; the next shows a part of that again.
    private HashSet<(Guid Id, DateTime UpdatedAt)> _seen = [];

    // By the server's clock; null until it answered once.
    private DateTime? _askedAt;
    private bool _isAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var tick = new PeriodicTimer(options.Value.ChangeInterval);
        try
        {
            do
            {
                await TryAsync(stoppingToken);
            }
            while (await tick.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(cancellationToken);
            _isAway = false;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            LogNoCatalog();
        }
#pragma warning disable CA1031 // Whatever it was, the next look shows what this one would have; ending would take the whole process along.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!_isAway)
            {
                LogAway(exception.GetBaseException().Message);
            }

            _isAway = true;
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var changed = new List<(Guid Id, string Slug, string? Host)>();
        var seen = new HashSet<(Guid, DateTime)>();
        DateTime askedAt;

        // A trace every second would tell nothing.
        using (SuppressInstrumentationScope.Begin())
        {
            await using var batch = dataSource.CreateBatch();
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT clock_timestamp()"));
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT id, slug, updated_at, host FROM public.tenants WHERE updated_at > coalesce($1, clock_timestamp() - $2)")
            {
                Parameters =
                {
                    new NpgsqlParameter { Value = _askedAt is { } before ? before - Overlap : DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz },
                    new NpgsqlParameter<TimeSpan> { TypedValue = FirstLook },
                },
            });
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            askedAt = reader.GetDateTime(0);
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var row = (Id: reader.GetGuid(0), UpdatedAt: reader.GetDateTime(2));
                seen.Add(row);
                if (!_seen.Contains(row))
                {
                    changed.Add((row.Id, reader.GetString(1), reader.IsDBNull(3) ? null : reader.GetString(3)));
                }
            }
        }

        // Several at once, so that thousands that were migrated in one second are forgotten in about as long.
        await Parallel.ForEachAsync(
            changed, new ParallelOptions { MaxDegreeOfParallelism = ForgottenAtOnce, CancellationToken = cancellationToken }, async (tenant, _) => await tenants.ForgetAsync(tenant.Id, tenant.Slug, tenant.Host));
        (_seen, _askedAt) = (seen, askedAt);
        if (changed.Count > 0)
        {
            LogChanged(changed.Count);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} tenants have changed")]
    private partial void LogChanged(int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "There is no catalog yet to ask for changed tenants")]
    private partial void LogNoCatalog();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Can't ask which tenants have changed until the database is back: {Reason}")]
    private partial void LogAway(string reason);
}
