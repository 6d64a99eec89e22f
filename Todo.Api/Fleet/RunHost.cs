using System.Diagnostics;
using System.Threading.Channels;
using Npgsql;
using OpenTelemetry;
using Todo.Tenancy.Fleet;

namespace Todo.Api.Fleet;

/// <summary>
/// Works on the runs that operators start through the API: on those that were started here at once, and on those of a replica that has died as
/// soon as they are seen to stand still. Should two replicas work on one run after all, they share its tenants.
/// </summary>
internal sealed partial class RunHost(RunStore runs, RunExecutor executor, ILogger<RunHost> logger) : BackgroundService
{
    // An index answers it, whatever the number of runs.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(3);

    private readonly Channel<(Guid Run, ActivityContext? Cause)> _started = Channel.CreateUnbounded<(Guid, ActivityContext?)>();
    private readonly CancellationTokenSource _atOnce = new();

    // The open run as it was at the last look.
    private (Guid Run, RunCounts Counts)? _last;
    private Guid? _foreign;
    private bool _isAway;
    private bool _isDisposed;

    /// <summary>Has a run that was just started or resumed be worked on, without waiting for it.</summary>
    public void Begin(Guid run) => _started.Writer.TryWrite((run, Activity.Current?.Context));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _atOnce.CancelAsync();
    }

    public override void Dispose()
    {
        base.Dispose();

        // Registered twice, as itself and as a hosted service, so it is disposed of twice.
        if (!_isDisposed)
        {
            _isDisposed = true;
            _atOnce.Cancel();
            _atOnce.Dispose();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await NextAsync(stoppingToken) is { } run)
                {
                    await WorkAsync(run.Id, run.Cause, stoppingToken);
                }

                _isAway = false;
            }
            catch (ForeignRunException exception)
            {
                LogForeign(exception.Message);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                LogNoCatalog();
            }
#pragma warning disable CA1031 // Whatever it was, the run is as it was and the next look finds it; ending would take the whole process along.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (!_isAway)
                {
                    LogAway(exception.GetBaseException().Message);
                }

                _isAway = true;
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or NpgsqlException)
            {
                // The process ends; what is not done stays for another.
            }
        }
    }

    private async Task<(Guid Id, ActivityContext? Cause)?> NextAsync(CancellationToken cancellationToken)
    {
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            patience.CancelAfter(LookInterval);
            try
            {
                return await _started.Reader.ReadAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Nobody has started anything here.
            }
        }

        // A trace every few seconds would tell nothing.
        using (SuppressInstrumentationScope.Begin())
        {
            return await LookAsync(cancellationToken) is { } left ? (left, null) : null;
        }
    }

    // Whoever works on a run moves its counts.
    private async Task<Guid?> LookAsync(CancellationToken cancellationToken)
    {
        var open = await runs.FindOpenAsync(cancellationToken);
        if (open is not { Executor: FleetEndpoints.Executor, State: RunState.Running } || open.Id == _foreign)
        {
            _last = null;
            return null;
        }

        var now = (open.Id, await runs.CountAsync(open.Id, cancellationToken));
        var stands = _last == now;
        _last = now;
        return stands ? open.Id : null;
    }

    private async Task WorkAsync(Guid run, ActivityContext? cause, CancellationToken stopping)
    {
        try
        {
            var report = await executor.ExecuteAsync(run, new RunExecution { Stop = stopping, Cause = cause }, _atOnce.Token);
            LogLeft(run, report.Run.State, report.Moved, report.Counts.Done, report.Counts.Total, report.Counts.Failed);
        }
        catch (ForeignRunException)
        {
            _foreign = run;
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Run} is {State}: {Moved} tenants moved here, {Done} of {Total} done, {Failed} failed")]
    private partial void LogLeft(Guid run, RunState state, int moved, int done, int total, int failed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}")]
    private partial void LogForeign(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "There is no catalog yet to look for runs in")]
    private partial void LogNoCatalog();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Can't look for or work on migration runs: {Reason}. Trying again every few seconds")]
    private partial void LogAway(string reason);
}
