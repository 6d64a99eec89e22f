using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Todo.Data;

namespace Todo.Api.Retention;

/// <summary>Deletes old rows of the catalog, and answers that nobody may ask for again.</summary>
internal sealed class RetentionService(NpgsqlDataSource dataSource, ServedTenants tenants, IOptions<RetentionOptions> options, TimeProvider clock, ILogger<RetentionService> logger)
    : PeriodicDeletion(options.Value.Interval, clock, logger)
{
    /// <inheritdoc/>
    protected override async Task DeleteAsync(CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        Add(batch, "DELETE FROM public.registrations WHERE state <> 'recorded' AND updated_at < now() - $1", options.Value.RegistrationDays);
        Add(batch, "DELETE FROM public.outgoing_mail WHERE created_at < now() - $1", options.Value.MailDays);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await tenants.ForEachAsync(
            tenant =>
            {
                var now = Clock.GetTimestamptz();
                return tenant.IdempotencyKeys.Where(key => key.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
            },
            cancellationToken);
    }

    private static void Add(NpgsqlBatch batch, string sql, int days) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter<TimeSpan> { TypedValue = TimeSpan.FromDays(days) } } });
}

/// <summary>Retention, as the host is given it.</summary>
internal static class RetentionServices
{
    public static void AddRetention(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ServedTenants>();
        builder.Services.AddHostedService<RetentionService>();
        builder.Services.AddHostedService<TrashService>();
    }
}
