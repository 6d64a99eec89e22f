using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Fleet;

/// <summary>
/// Moves one tenant migration by migration: where an index on a big table must be built or dropped outside of a transaction, where that
/// was begun and not finished, and where the schema stands somewhere on its way.
/// </summary>
/// <remarks>
/// It holds the tenant's advisory lock for its session, the same that other workers only try, and renews a lease on the tenant in the run.
/// Before a concurrent statement the ledger says which migration has begun (<c>schema_pending</c>); the transaction that writes the
/// history row takes that back. Whatever interrupts it, the next one finds the index missing, invalid or ready, and goes on from there.
/// </remarks>
internal sealed class StepwiseMigrator(NpgsqlDataSource dataSource, MigrationLine line, RunExecution execution)
{
    // Building an index waits for transactions that began before it, which harms nobody: nothing queues behind it.
    private const string ConcurrentLockTimeout = "10min";

    /// <summary>Moves the tenant as far as the run goes on; records how that ended.</summary>
    /// <exception cref="NpgsqlException">The connection was lost: what was begun is in the ledger.</exception>
    public async Task<RunTenantState> MoveAsync(NpgsqlConnection connection, MigrationRun run, MigrationPath path, Claim claim, CancellationToken cancellationToken)
    {
        var schema = TenantSchema.Of(claim.TenantId);
        await using (var tryLock = Command(connection, TenantLock.TryForSession, BatchStatements.Parameter(claim.TenantId)))
        {
            if (await tryLock.ExecuteScalarAsync(cancellationToken) is not true)
            {
                var busy = new TenantFailure(claim.Slug, null, PostgresErrorCodes.LockNotAvailable, "The tenant is being migrated by another session.", null);
                return await RunRecord.FailAsync(connection, run, claim, busy, isPassing: true, execution, cancellationToken);
            }
        }

        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lease = RenewLeaseAsync(run, claim, done.Token);
        var isRecorded = false;
        try
        {
            var state = await MoveLockedAsync(connection, run, path, claim, schema, cancellationToken);
            isRecorded = true;
            return state;
        }
        catch (TenantStepException exception) when (connection.State == System.Data.ConnectionState.Open)
        {
            var failure = new TenantFailure(claim.Slug, exception.Migration, exception.SqlState, exception.Message, exception.Statement);
            var state = await RunRecord.FailAsync(connection, run, claim, failure, exception.IsPassing, execution, cancellationToken);
            isRecorded = true;
            return state;
        }
        catch (TenantStepException exception)
        {
            // The server ended the session in the middle of it: no failure of the tenant's.
            throw new NpgsqlException($"The connection was lost while {claim.Slug} was migrated.", exception);
        }
        finally
        {
            await done.CancelAsync();
            await lease;
            if (!isRecorded)
            {
                await EndLeaseAsync(run, claim);
            }

            if (connection.State == System.Data.ConnectionState.Open)
            {
                // The connection goes back to the pool, and takes nothing of this tenant along.
                await using var release = new NpgsqlBatch(connection);
                release.Add("RESET search_path");
                release.Add("RESET lock_timeout");
                release.Add(TenantLock.Release, BatchStatements.Parameter(claim.TenantId));
                await release.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }

    private async Task<RunTenantState> MoveLockedAsync(
        NpgsqlConnection connection, MigrationRun run, MigrationPath path, Claim claim, TenantSchema schema, CancellationToken cancellationToken)
    {
        await using (var settings = Command(connection, "SELECT set_config('search_path', $1, false), set_config('lock_timeout', $2, false)", BatchStatements.Parameter(schema.Quoted), BatchStatements.Parameter(ConcurrentLockTimeout)))
        {
            await settings.ExecuteNonQueryAsync(cancellationToken);
        }

        var (version, pending) = await WhereAsync(connection, claim, cancellationToken);
        if (!line.IsBetween(version, path.From, path.To))
        {
            throw new TenantStepException(null, TenantMigrator.VersionMovedState, $"The schema is at {version ?? "nothing"}, which is not between {path.From ?? "nothing"} and {path.To ?? "nothing"}.", null, false);
        }

        var steps = line.Path(version, path.To);
        if (pending is not null)
        {
            pending = await SettlePendingAsync(connection, claim, version, pending, steps, cancellationToken);
        }

        if (steps.Steps.Count == 0)
        {
            await RunRecord.SkipAsync(connection, run, claim, $"The schema was at {version} already.", (version, path.ToChecksum), cancellationToken);
            return RunTenantState.Skipped;
        }

        foreach (var (step, index) in steps.Steps.Select((step, index) => (step, index)))
        {
            if (!await IsRunningAsync(connection, run, cancellationToken))
            {
                await GiveBackAsync(connection, run, claim, cancellationToken);
                return RunTenantState.Pending;
            }

            using var activity = FleetTelemetry.ActivitySource.StartActivity("tenant step");
            activity?.SetTag("todo.migration.id", step.Id);
            var script = steps.ScriptOf(step);
            if (script.Concurrent is { } concurrent)
            {
                await ConcurrentAsync(connection, claim, step.Id, concurrent, isResumed: pending == step.Id, cancellationToken);
                pending = null;
            }

            var after = steps.IsDown ? line.PositionOf(step.Id) - 1 : line.PositionOf(step.Id);
            var isLast = index == steps.Steps.Count - 1;
            await CommitStepAsync(connection, run, claim, schema, version, step.Id, after, script, isLast, cancellationToken);
            version = after < 0 ? null : line.Steps[after].Id;
        }

        return RunTenantState.Applied;
    }

    // A concurrent migration has begun here. If this way begins with it, it is taken up; if not, it is undone first.
    private async Task<string?> SettlePendingAsync(
        NpgsqlConnection connection, Claim claim, string? version, string pending, MigrationPath steps, CancellationToken cancellationToken)
    {
        if (!line.Knows(pending))
        {
            throw new TenantStepException(pending, null, new UnknownMigrationException(pending, line.Head.Id).Message, null, false);
        }

        var wasGoingUp = line.PositionOf(pending) > line.PositionOf(version);
        if (steps.Steps is [var first, ..] && first.Id == pending && steps.IsDown != wasGoingUp)
        {
            return pending;
        }

        var step = line.Steps[line.PositionOf(pending)];
        if ((wasGoingUp ? step.Down : step.Up)?.Concurrent is { } opposite)
        {
            await RunConcurrentAsync(connection, pending, opposite, cancellationToken);
        }

        await SetPendingAsync(connection, claim, null, cancellationToken);
        return null;
    }

    private static async Task ConcurrentAsync(
        NpgsqlConnection connection, Claim claim, string migration, ConcurrentIndexStatement statement, bool isResumed, CancellationToken cancellationToken)
    {
        if (!isResumed)
        {
            // An index that somebody else made under this name is not ours to take for the finished one.
            if (statement.IsCreate && await IsValidAsync(connection, statement, cancellationToken) == true)
            {
                throw new TenantStepException(migration, PostgresErrorCodes.DuplicateTable, $"relation {statement.QuotedIndexName} already exists", statement.Sql, false);
            }

            await SetPendingAsync(connection, claim, migration, cancellationToken);
        }

        try
        {
            await RunConcurrentAsync(connection, migration, statement, cancellationToken);
        }
        catch (TenantStepException) when (statement.IsCreate && connection.State == System.Data.ConnectionState.Open)
        {
            // The server keeps the index that it could not build. Without it, the tenant is exactly as it was.
            await ExecuteAsync(connection, migration, $"DROP INDEX CONCURRENTLY IF EXISTS {statement.QuotedIndexName}", cancellationToken);
            await SetPendingAsync(connection, claim, null, cancellationToken);
            throw;
        }
    }

    // May be repeated at any time: what a former attempt left is missing, invalid or ready.
    private static async Task RunConcurrentAsync(NpgsqlConnection connection, string migration, ConcurrentIndexStatement statement, CancellationToken cancellationToken)
    {
        var isValid = await IsValidAsync(connection, statement, cancellationToken);
        if (!statement.IsCreate)
        {
            if (isValid is not null)
            {
                await ExecuteAsync(connection, migration, statement.Sql, cancellationToken);
            }

            return;
        }

        if (isValid == false)
        {
            await ExecuteAsync(connection, migration, $"DROP INDEX CONCURRENTLY {statement.QuotedIndexName}", cancellationToken);
        }

        if (isValid != true)
        {
            await ExecuteAsync(connection, migration, statement.Sql, cancellationToken);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string migration, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // A migration's own statement.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException exception)
        {
            throw new TenantStepException(migration, exception.SqlState, exception.MessageText, sql, TenantMigrator.IsPassing(exception), exception);
        }
    }

    private async Task CommitStepAsync(
        NpgsqlConnection connection, MigrationRun run, Claim claim, TenantSchema schema, string? from, string migration, int after, MigrationScript script, bool isLast, CancellationToken cancellationToken)
    {
        var (version, checksum) = after < 0 ? (null, null) : (line.Steps[after].Id, line.Steps[after].LineChecksum);
        var statements = script.Concurrent is null ? script.Statements : [script.History];
        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        batch.Add("BEGIN");
        batch.Add(
            "SELECT set_config('search_path', $1, true), set_config('lock_timeout', $2, true), set_config('todo.tenant', $3, true)",
            BatchStatements.Parameter(schema.Quoted),
            BatchStatements.Parameter($"{(int)execution.LockTimeout.TotalMilliseconds}ms"),
            BatchStatements.Parameter(claim.TenantId.ToString()));
        batch.Add("SELECT public.assert_tenant_version($1, $2)", BatchStatements.Parameter(claim.TenantId), BatchStatements.Text(from));
        batch.Add(statements);
        if (isLast)
        {
            batch.Add(
                "SELECT public.complete_run_tenant($1, $2::uuid, $3, $4)",
                BatchStatements.Parameter(run.Id),
                BatchStatements.Nullable(run.RollsBack),
                BatchStatements.Text(version),
                BatchStatements.Text(checksum));
        }
        else
        {
            batch.Add(
                "UPDATE public.tenants SET schema_version = $2, schema_checksum = $3, schema_pending = NULL, updated_at = clock_timestamp() WHERE id = $1",
                BatchStatements.Parameter(claim.TenantId),
                BatchStatements.Text(version),
                BatchStatements.Text(checksum));
        }

        batch.Add("COMMIT");
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException exception)
        {
            throw new TenantStepException(migration, exception.SqlState, exception.MessageText, exception.BatchCommand?.CommandText, TenantMigrator.IsPassing(exception), exception);
        }
    }

    private static async Task<(string? Version, string? Pending)> WhereAsync(NpgsqlConnection connection, Claim claim, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection,
            $"SELECT (SELECT max(\"MigrationId\") FROM \"{MigrationLine.HistoryTable}\"), (SELECT schema_pending FROM public.tenants WHERE id = $1)",
            BatchStatements.Parameter(claim.TenantId));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.TextOrNull(0), reader.TextOrNull(1));
    }

    // Null: there is no such index.
    private static async Task<bool?> IsValidAsync(NpgsqlConnection connection, ConcurrentIndexStatement statement, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)", BatchStatements.Parameter(statement.QuotedIndexName));
        return await command.ExecuteScalarAsync(cancellationToken) as bool?;
    }

    private static async Task SetPendingAsync(NpgsqlConnection connection, Claim claim, string? migration, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection,
            "UPDATE public.tenants SET schema_pending = $2, updated_at = clock_timestamp() WHERE id = $1",
            BatchStatements.Parameter(claim.TenantId),
            BatchStatements.Text(migration));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<bool> IsRunningAsync(NpgsqlConnection connection, MigrationRun run, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, "SELECT state = 'running' FROM public.migration_runs WHERE id = $1", BatchStatements.Parameter(run.Id));
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task GiveBackAsync(NpgsqlConnection connection, MigrationRun run, Claim claim, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection,
            "UPDATE public.migration_run_tenants SET not_before = NULL WHERE run_id = $1 AND tenant_id = $2 AND state = 'pending'",
            BatchStatements.Parameter(run.Id),
            BatchStatements.Parameter(claim.TenantId));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Else whoever comes next, this process perhaps, would wait for it to expire.
    private async Task EndLeaseAsync(MigrationRun run, Claim claim)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(CancellationToken.None);
            await GiveBackAsync(connection, run, claim, CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // The database is away altogether; the lease ends by itself.
        }
    }

    private async Task RenewLeaseAsync(MigrationRun run, Claim claim, CancellationToken cancellationToken)
    {
        using var tick = new PeriodicTimer(execution.Lease / 3);
        try
        {
            do
            {
                try
                {
                    await using var command = dataSource.CreateCommand(
                        "UPDATE public.migration_run_tenants SET not_before = clock_timestamp() + $3 WHERE run_id = $1 AND tenant_id = $2 AND state = 'pending'");
                    command.Parameters.Add(BatchStatements.Parameter(run.Id));
                    command.Parameters.Add(BatchStatements.Parameter(claim.TenantId));
                    command.Parameters.Add(BatchStatements.Parameter(execution.Lease));
                    await command.ExecuteNonQueryAsync(cancellationToken);
                }
                catch (NpgsqlException)
                {
                    // The next tick tries again. Should the lease end before, others will find the tenant locked and come back.
                }
            }
            while (await tick.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // Done with the tenant.
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
#pragma warning disable CA2100 // Constants of this class.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }
}

/// <summary>One step of a tenant's way failed.</summary>
internal sealed class TenantStepException(string? migration, string? sqlState, string message, string? statement, bool isPassing, Exception? inner = null) : Exception(message, inner)
{
    public string? Migration { get; } = migration;

    public string? SqlState { get; } = sqlState;

    public string? Statement { get; } = statement;

    public bool IsPassing { get; } = isPassing;
}
