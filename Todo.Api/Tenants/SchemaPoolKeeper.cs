using Microsoft.Extensions.Options;
using Npgsql;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;

namespace Todo.Api.Tenants;

/// <summary>Keeps as many schemas ready for new tenants as <see cref="TenantOptions.PoolSize"/> says.</summary>
internal sealed partial class SchemaPoolKeeper(SchemaPool pool, IOptions<TenantOptions> options, ILogger<SchemaPoolKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.PoolSize == 0)
        {
            return;
        }

        using var tick = new PeriodicTimer(Interval);
        do
        {
            try
            {
                await pool.FillAsync(options.Value.PoolSize, stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or UnknownMigrationException)
            {
                // New tenants are then made from scratch, which only takes longer.
                LogNotFilled(exception.Message);
            }
        }
        while (await tick.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The pool of schemas for new tenants could not be filled: {Reason}")]
    private partial void LogNotFilled(string reason);
}
