using Npgsql;

namespace Todo.Api.Retention;

/// <summary>Deletes what is old, again and again. Every replica does; one that finds it gone has nothing to do.</summary>
/// <param name="interval">How often.</param>
/// <param name="clock">Whose time it is.</param>
/// <param name="logger">Hears of what could not be deleted.</param>
internal abstract partial class PeriodicDeletion(TimeSpan interval, TimeProvider clock, ILogger logger) : BackgroundService
{
    /// <summary>Whose time it is.</summary>
    protected TimeProvider Clock => clock;

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var tick = new PeriodicTimer(interval, clock);
        try
        {
            do
            {
                await TryDeleteAsync(stoppingToken);
            }
            while (await tick.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    /// <summary>Does it once.</summary>
    protected abstract Task DeleteAsync(CancellationToken cancellationToken);

    /// <summary>Whether it may be well the next time.</summary>
    protected virtual bool PassesBy(Exception exception) => exception is NpgsqlException or InvalidOperationException or TimeoutException;

    private async Task TryDeleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DeleteAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // There is no catalog yet, or it is an older one.
        }
        catch (Exception exception) when (PassesBy(exception))
        {
            LogNotDeleted(logger, exception.GetBaseException().Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is old was not deleted; it is next time: {Reason}")]
    private static partial void LogNotDeleted(ILogger logger, string reason);
}
