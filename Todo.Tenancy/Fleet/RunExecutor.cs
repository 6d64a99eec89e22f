using System.Diagnostics;
using Npgsql;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Fleet;

/// <summary>
/// Works on a run until there is nothing more to do in it: takes tenant after tenant, wave after wave. Any number of processes may work on
/// one run, and each may die at any moment; all that they share is in the database.
/// </summary>
public sealed class RunExecutor(NpgsqlDataSource dataSource, MigrationLine line, RunStore runs, HttpClient gate)
{
    // A server that restarts is back in seconds. What takes longer is for whoever started this to decide.
    private const int MaxLostConnections = 20;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    /// <summary>Works on a run until it has ended, was paused or cancelled.</summary>
    /// <returns>How the run stands then. Tenants that failed are in it, not thrown.</returns>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="ForeignRunException">It was planned by a build that would do something else.</exception>
    /// <exception cref="ArgumentException">The execution breaks a rule.</exception>
    /// <exception cref="NpgsqlException">The database stayed away. The run stays as it is and can be resumed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled: the tenants in hand are as they were, or done. The run goes on being open.</exception>
    public async Task<RunReport> ExecuteAsync(Guid runId, RunExecution execution, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(execution);
        execution.Validate();
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        RequireFailedStatements(settings);

        var run = await runs.GetAsync(runId, cancellationToken);
        execution = execution.For(run, settings.MaxPoolSize);
        var paths = run.State == RunState.Running ? await runs.PathsAsync(run, line, cancellationToken) : [];
        using var activity = FleetTelemetry.StartWhole("fleet run", execution.Cause);
        activity?.SetTag("todo.run.id", run.Id).SetTag("todo.run.target", run.Target);
        var work = new Work(run, paths, execution, new TenantMigrator(dataSource, new StepwiseMigrator(dataSource, line, execution), execution));
        while (run.State == RunState.Running && !execution.Stop.IsCancellationRequested)
        {
            using var wave = FleetTelemetry.ActivitySource.StartActivity("fleet wave");
            wave?.SetTag("todo.run.wave", run.CurrentWave);
            work.Begin(run.CurrentWave, await runs.CountAsync(run.Id, cancellationToken));
            await Task.WhenAll(Enumerable.Range(0, work.Parallelism).Select(_ => WorkAsync(work, cancellationToken)));
            if (!execution.Stop.IsCancellationRequested && !await EndOfWaveAsync(run, execution.GateTimeout, cancellationToken))
            {
                // What is left waits for a second try, or another worker has it.
                await Task.Delay(LongestWait, cancellationToken);
            }

            run = await runs.GetAsync(runId, cancellationToken);
        }

        var failed = await runs.TenantsAsync(run.Id, RunTenantState.Failed, cancellationToken);
        var counts = await runs.CountAsync(run.Id, cancellationToken);
        activity?.SetTag("todo.run.applied", counts.Applied).SetTag("todo.run.failed", counts.Failed).SetTag("todo.run.state", Catalog.EnumText.Of(run.State));
        if (counts.Failed > 0)
        {
            activity?.SetStatus(ActivityStatusCode.Error);
        }

        return new RunReport(run, counts, work.Moved, [.. failed.Select(TenantFailure.Of)]);
    }

    // Without it, an error could not say which migration it belongs to.
    private static void RequireFailedStatements(NpgsqlConnectionStringBuilder settings)
    {
        if (!settings.IncludeFailedBatchedCommand)
        {
            throw new InvalidOperationException("The connection string needs 'Include Failed Batched Command=true', or a failure could not name its migration.");
        }
    }

    private static async Task WorkAsync(Work work, CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var path in work.Paths)
        {
            var after = -1;
            while (!work.Execution.Stop.IsCancellationRequested)
            {
                var started = Stopwatch.GetTimestamp();
                var move = await MoveNextAsync(work, path, after, cancellationToken);
                if (move.State is not { } state)
                {
                    break;
                }

                after = move.Position;
                work.Count(state);
                if (work.MaxLoad < 1)
                {
                    await PauseAsync(Stopwatch.GetElapsedTime(started) * (1 / work.MaxLoad - 1), work.Execution.Stop, cancellationToken);
                }
            }
        }
    }

    // Whoever stops has not to wait for the end of a pause: it may be minutes long.
    private static async Task PauseAsync(TimeSpan pause, CancellationToken stop, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
        try
        {
            await Task.Delay(pause, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The loop sees it and takes no further tenant.
        }
    }

    private static async Task<Move> MoveNextAsync(Work work, MigrationPath path, int after, CancellationToken cancellationToken)
    {
        for (var lost = 1; ; lost++)
        {
            try
            {
                return await work.Migrator.MoveNextAsync(work.Run, path, after, cancellationToken);
            }
            catch (Exception exception) when (lost < MaxLostConnections && !cancellationToken.IsCancellationRequested && IsLostConnection(exception))
            {
#pragma warning disable CA5394 // Spreads retries; nothing secret.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(20 << lost, 2000) * (0.5 + Random.Shared.NextDouble())), cancellationToken);
#pragma warning restore CA5394
            }
        }
    }

    // The client can't know whether a commit went through. It need not: a tenant that is done is not taken again.
    private static bool IsLostConnection(Exception exception) => exception is NpgsqlException or TimeoutException or System.IO.IOException or System.Net.Sockets.SocketException or ObjectDisposedException;

    /// <summary>Goes to the next wave, or ends the run, if nothing is left in this one. False: something is.</summary>
    private async Task<bool> EndOfWaveAsync(MigrationRun run, TimeSpan gateTimeout, CancellationToken cancellationToken)
    {
        await using (var command = dataSource.CreateCommand(
            "SELECT EXISTS (SELECT FROM public.migration_run_tenants WHERE run_id = $1 AND state = 'pending' AND wave <= $2)"))
        {
            command.Parameters.Add(BatchStatements.Parameter(run.Id));
            command.Parameters.Add(BatchStatements.Parameter(run.CurrentWave));
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
            {
                return false;
            }
        }

        if (run.CurrentWave + 1 < run.WaveCount)
        {
            await AdvanceAsync(run, gateTimeout, cancellationToken);
            return true;
        }

        return await FinishAsync(run, cancellationToken);
    }

    private async Task AdvanceAsync(MigrationRun run, TimeSpan gateTimeout, CancellationToken cancellationToken)
    {
        if (run.GateUrl is not null && await RefusalOfGateAsync(new Uri(run.GateUrl), gateTimeout, cancellationToken) is { } refusal)
        {
            try
            {
                await runs.PauseAsync(run.Id, $"After wave {run.CurrentWave + 1} of {run.WaveCount}, {run.GateUrl} {refusal}", cancellationToken);
            }
            catch (RunStateException)
            {
                // Paused or cancelled by somebody else meanwhile, which comes to the same.
            }

            return;
        }

        await using var command = dataSource.CreateCommand("UPDATE public.migration_runs SET current_wave = $2 + 1 WHERE id = $1 AND current_wave = $2 AND state = 'running'");
        command.Parameters.Add(BatchStatements.Parameter(run.Id));
        command.Parameters.Add(BatchStatements.Parameter(run.CurrentWave));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Null: it is content.
    private async Task<string?> RefusalOfGateAsync(Uri url, TimeSpan gateTimeout, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(gateTimeout);
        try
        {
            using var response = await gate.GetAsync(url, patience.Token);
            return response.IsSuccessStatusCode ? null : $"answered {(int)response.StatusCode}";
        }
        catch (HttpRequestException exception)
        {
            return $"did not answer: {exception.Message}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"did not answer within {gateTimeout.TotalSeconds:0} s";
        }
    }

    /// <summary>
    /// Gives those that were put off their last try, if there are any (false); else ends the run. Its tenants committed without waiting for
    /// the disk. The commit here waits, and flushes them all, so what is reported as done is done.
    /// </summary>
    private async Task<bool> FinishAsync(MigrationRun run, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var deferred = new NpgsqlCommand(
            "UPDATE public.migration_run_tenants SET state = 'pending', not_before = NULL WHERE run_id = $1 AND state = 'deferred'", connection, transaction))
        {
            deferred.Parameters.Add(BatchStatements.Parameter(run.Id));
            if (await deferred.ExecuteNonQueryAsync(cancellationToken) > 0)
            {
                await transaction.CommitAsync(cancellationToken);
                return false;
            }
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add("SET LOCAL synchronous_commit TO on");
        batch.Add(
            """
            UPDATE public.migration_runs r SET finished_at = clock_timestamp(), previous_new_tenant_version = fleet.new_tenant_version,
                state = CASE WHEN EXISTS (SELECT FROM public.migration_run_tenants WHERE run_id = $1 AND state = 'failed') THEN 'failed' ELSE 'completed' END
            FROM public.fleet WHERE r.id = $1 AND r.state = 'running'
            """,
            BatchStatements.Parameter(run.Id));
        batch.Add(
            """
            UPDATE public.fleet SET new_tenant_version = run.new_tenant_version FROM public.migration_runs run
            WHERE run.id = $1 AND run.state IN ('completed', 'failed') AND run.new_tenant_version IS NOT NULL AND run.new_tenant_version IS DISTINCT FROM fleet.new_tenant_version
            """,
            BatchStatements.Parameter(run.Id));
        batch.Add(
            """
            UPDATE public.migration_runs SET state = 'rolled_back'
            WHERE id = $1::uuid AND state IN ('completed', 'failed', 'cancelled') AND NOT EXISTS (SELECT FROM public.migration_run_tenants WHERE run_id = $1::uuid AND state = 'applied')
            """,
            BatchStatements.Nullable(run.RollsBack));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>What the workers of one process share.</summary>
    private sealed class Work(MigrationRun run, IReadOnlyList<MigrationPath> paths, RunExecution execution, TenantMigrator migrator)
    {
        private readonly Lock _lock = new();
        private RunCounts _counts;
        private int _wave;

        public int Moved { get; private set; }

        public MigrationRun Run { get; } = run;

        public IReadOnlyList<MigrationPath> Paths { get; } = paths;

        public RunExecution Execution { get; } = execution;

        public int Parallelism { get; } = execution.Parallelism!.Value;

        public double MaxLoad { get; } = execution.MaxLoad!.Value;

        public TenantMigrator Migrator { get; } = migrator;

        public void Begin(int wave, RunCounts counts)
        {
            lock (_lock)
            {
                (_wave, _counts) = (wave, counts);
            }
        }

        public void Count(RunTenantState state)
        {
            RunProgress progress;
            lock (_lock)
            {
                Moved += state == RunTenantState.Applied ? 1 : 0;
                _counts = state switch
                {
                    RunTenantState.Applied => _counts with { Pending = _counts.Pending - 1, Applied = _counts.Applied + 1 },
                    RunTenantState.Failed => _counts with { Pending = _counts.Pending - 1, Failed = _counts.Failed + 1 },
                    RunTenantState.Skipped => _counts with { Pending = _counts.Pending - 1, Skipped = _counts.Skipped + 1 },
                    _ => _counts,
                };
                progress = new RunProgress(Run.Id, _counts, _wave);
            }

            Execution.Progress?.Invoke(progress);
        }
    }
}
