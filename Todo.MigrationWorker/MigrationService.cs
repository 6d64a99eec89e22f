using System.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;
using Todo.Data;
using Todo.Data.Demo;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;
using Todo.Tenancy.Roles;

namespace Todo.MigrationWorker;

/// <summary>
/// Waits for the database, brings the catalog and then every tenant to head, and ends the process with a truthful exit code:
/// 0 if every tenant is current, 1 if anything is not.
/// </summary>
internal sealed partial class MigrationService(
    NpgsqlDataSource dataSource,
    CatalogMigrator catalog,
    FleetMigration fleet,
    SchemaPool pool,
    RowsRole role,
    DemoData demo,
    IOptions<MigrationOptions> options,
    IHostEnvironment environment,
    IHostApplicationLifetime lifetime,
    ILogger<MigrationService> logger) : BackgroundService
{
    private const int Succeeded = 0;
    private const int NotCurrent = 1;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    private long _lastProgress = Stopwatch.GetTimestamp();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Until proven otherwise: a worker that is stopped half-way must not look like one that finished.
        Environment.ExitCode = NotCurrent;
        try
        {
            Environment.ExitCode = await MigrateAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped();
        }
#pragma warning disable CA1031 // Whatever went wrong, the answer is a logged reason and exit code 1, not a crash dump.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception);
        }
        finally
        {
            lifetime.StopApplication();
        }
    }

    private async Task<int> MigrateAsync(CancellationToken cancellationToken)
    {
        using var activity = FleetTelemetry.StartWhole("migrate");
        await WaitForDatabaseAsync(cancellationToken);

        var started = Stopwatch.GetTimestamp();
        // First: what is made from here on is made with the role's rights on it.
        var password = options.Value.ApiDatabasePassword;
        if (password is { Length: > 0 })
        {
            await role.PrepareAsync(password, cancellationToken);
        }

        var catalogApplied = await catalog.MigrateAsync(cancellationToken);
        LogCatalog(catalogApplied);
        if (password is { Length: > 0 })
        {
            var older = await role.GrantAsync(DatabaseRights.ReadOnly, DatabaseRights.AppendOnly, cancellationToken);
            LogRole(older);
        }

        var outcome = await BringToHeadAsync(options.Value, cancellationToken);
        foreach (var failure in outcome.Failures)
        {
            LogTenantFailed(failure.Tenant, failure.Migration, failure.SqlState, failure.Message, failure.Statement);
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        LogSummary(outcome.Applied, outcome.Current, outcome.Failures.Count, seconds);
        if (outcome.Run is { State: not RunState.Completed } run)
        {
            LogRunEnded(run.Id, run.State, run.Reason ?? "mend what is listed above, then start the worker again");
        }

        if (outcome.IsCurrent && options.Value.PoolSize > 0)
        {
            var made = await pool.FillAsync(options.Value.PoolSize, cancellationToken);
            LogPool(made, options.Value.PoolSize);
        }

        if (environment.IsDevelopment() && options.Value.DemoPassword is { Length: > 0 } demoPassword)
        {
            await demo.EnsureAsync(demoPassword, cancellationToken);
            LogDemo();
        }

        return outcome.IsCurrent ? Succeeded : NotCurrent;
    }

    private Task<FleetOutcome> BringToHeadAsync(MigrationOptions settings, CancellationToken cancellationToken) => fleet.BringToHeadAsync(
        new RunRequest("worker", $"worker on {Environment.MachineName}")
        {
            Waves = Waves.Parse(settings.Waves),
            ErrorBudget = Share.Parse(settings.ErrorBudget),
            GateUrl = settings.GateUrl,
            Parallelism = settings.Parallelism,
            MaxLoad = settings.MaxLoad,
        },
        new RunExecution { Parallelism = settings.Parallelism, MaxLoad = settings.MaxLoad, Lease = settings.Lease, Progress = ReportProgress },
        cancellationToken);

    private async Task WaitForDatabaseAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        for (var delay = FirstRetry; ; delay = delay * 2 < LongestRetry ? delay * 2 : LongestRetry)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException exception) when (IsNotThereYet(exception) && Stopwatch.GetElapsedTime(started) < options.Value.DatabaseWait)
            {
                LogWaiting(exception.Message, delay.TotalSeconds);
                await Task.Delay(delay, cancellationToken);
            }
        }
    }

    // A wrong password or a missing database will not get better by waiting; a server that is down or starting will.
    private static bool IsNotThereYet(NpgsqlException exception) => exception is not PostgresException || exception.IsTransient;

    private void ReportProgress(RunProgress progress)
    {
        var last = Interlocked.Read(ref _lastProgress);
        if (Stopwatch.GetElapsedTime(last) >= ProgressInterval
            && Interlocked.CompareExchange(ref _lastProgress, Stopwatch.GetTimestamp(), last) == last)
        {
            LogProgress(progress.Counts.Done, progress.Counts.Total, progress.Counts.Failed, progress.Wave + 1);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Waiting for the database ({Reason}); trying again in {Seconds} s")]
    private partial void LogWaiting(string reason, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Catalog is current ({Applied} migrations applied)")]
    private partial void LogCatalog(int applied);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Done} of {Total} tenants, {Failed} failed, wave {Wave}")]
    private partial void LogProgress(int done, int total, int failed, int wave);

    [LoggerMessage(Level = LogLevel.Error, Message = "Tenant {Tenant} was left as it was: migration {Migration} failed with {SqlState}: {Reason}. Statement: {Statement}")]
    private partial void LogTenantFailed(string tenant, string? migration, string? sqlState, string reason, string? statement);

    [LoggerMessage(Level = LogLevel.Information, Message = "Tenants: {Applied} applied, {Current} current, {Failed} failed in {Seconds:0.00} s")]
    private partial void LogSummary(int applied, int current, int failed, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {Run} is {State}: {Reason}")]
    private partial void LogRunEnded(Guid run, RunState state, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Made {Made} schemas in advance; {Size} are ready for new tenants")]
    private partial void LogPool(int made, int size);

    [LoggerMessage(Level = LogLevel.Information, Message = "The API's role in the database is in place; {Schemas} schemas were without it")]
    private partial void LogRole(int schemas);

    [LoggerMessage(Level = LogLevel.Information, Message = "Demo tenants are in place")]
    private partial void LogDemo();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopped before every tenant was current; the ones done stay done, start the worker again for the rest")]
    private partial void LogStopped();

    [LoggerMessage(Level = LogLevel.Error, Message = "Migration failed; no tenant was left half-migrated. Mend the cause and start the worker again")]
    private partial void LogFailed(Exception exception);
}
