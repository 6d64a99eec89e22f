using Microsoft.Extensions.Options;
using Npgsql;

namespace Todo.Api.Retention;

/// <summary>Deletes old rows, of the catalog and of tenants. Every replica does; one that finds them gone has nothing to do.</summary>
internal sealed partial class RetentionService(
    NpgsqlDataSource dataSource, TenantRetention tenants, IOptions<RetentionOptions> options, TimeProvider clock, ILogger<RetentionService> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var tick = new PeriodicTimer(options.Value.Interval, clock);
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

    private async Task TryDeleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var batch = dataSource.CreateBatch();
            Add(batch, "DELETE FROM public.registrations WHERE state <> 'recorded' AND updated_at < now() - $1", options.Value.RegistrationDays);
            Add(batch, "DELETE FROM public.outgoing_mail WHERE created_at < now() - $1", options.Value.MailDays);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await tenants.DeleteAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // There is no catalog yet, or it is an older one.
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or InvalidOperationException { InnerException: NpgsqlException })
        {
            LogNotDeleted(exception.GetBaseException().Message);
        }
    }

    private static void Add(NpgsqlBatch batch, string sql, int days) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter<TimeSpan> { TypedValue = TimeSpan.FromDays(days) } } });

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is old was not deleted; it is next time: {Reason}")]
    private partial void LogNotDeleted(string reason);
}

/// <summary>Registers it.</summary>
internal static class RetentionServices
{
    public static void AddRetention(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<TenantRetention>();
        builder.Services.AddHostedService<RetentionService>();
        builder.Services.AddHostedService<TrashService>();
    }
}
