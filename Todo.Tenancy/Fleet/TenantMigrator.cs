using System.Diagnostics;
using Npgsql;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Fleet;

/// <summary>
/// Takes the next tenant of a run and moves it: one transaction, one round trip, all or nothing. The tenant, its new tables, its
/// history, the ledger and the run's own record change together, so there is no moment at which a crash could make one of them wrong.
/// </summary>
/// <remarks>
/// Which tenant it will be is decided by the server, inside the transaction (<c>claim_run_tenant</c>): no SQL here names a schema, so one
/// text serves all of them, and a worker that dies gives its tenant back by dying.
/// </remarks>
internal sealed class TenantMigrator(NpgsqlDataSource dataSource, StepwiseMigrator stepwise, RunExecution execution)
{
    /// <summary>SQLSTATE: the schema is at another version than expected.</summary>
    public const string VersionMovedState = "TD001";

    /// <summary>SQLSTATE: a table is too big for a plain index statement, or such a statement is half done.</summary>
    public const string NeedsStepsState = "TD002";

    /// <summary>SQLSTATE: no tenant to take.</summary>
    public const string NothingToTakeState = "TD003";

    /// <summary>SQLSTATE: the tenant was deleted or purged since the plan was made.</summary>
    public const string NotMigratableState = "TD004";

    // BEGIN, claim and check come before the statements of the way.
    private const int FirstStatement = 3;

    /// <summary>Whether it may well work in a moment: somebody else has a lock, a deadlock was broken, the server is short of something.</summary>
    public static bool IsPassing(PostgresException exception) => exception.IsTransient || exception.SqlState == PostgresErrorCodes.LockNotAvailable;

    /// <summary>Moves the first tenant after a position that goes this way and is free; if there is none, the first of all.</summary>
    /// <exception cref="NpgsqlException">The connection was lost: the tenant is as it was, or done.</exception>
    public async Task<Move> MoveNextAsync(MigrationRun run, MigrationPath path, int after, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = Batch(connection, run, path, after);
        using var activity = FleetTelemetry.ActivitySource.StartActivity("tenant migrate");
        var started = Stopwatch.GetTimestamp();
        Claim? claim = null;
        Move move;
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            claim = new Claim(reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2));
            while (await reader.NextResultAsync(cancellationToken))
            {
            }

            move = new Move(RunTenantState.Applied, claim.Position);
        }
        catch (PostgresException exception) when (connection.State == System.Data.ConnectionState.Open)
        {
            if (claim is null)
            {
                await using var rollback = new NpgsqlCommand("ROLLBACK", connection);
                await rollback.ExecuteNonQueryAsync(cancellationToken);
                // The span stays, so that the statement has its place, but is none of a tenant's.
                if (activity is not null)
                {
                    activity.DisplayName = "tenant claim";
                }

                return exception.SqlState == NothingToTakeState ? Move.None : throw new NpgsqlException("The next tenant of the run could not be taken.", exception);
            }

            activity?.SetTag("db.response.status_code", exception.SqlState);
            move = new Move(await ExplainAsync(connection, batch, run, path, claim, exception, cancellationToken), claim.Position);
        }

        Report(activity, path, claim, move, started);
        return move;
    }

    private async Task<RunTenantState> ExplainAsync(
        NpgsqlConnection connection, NpgsqlBatch batch, MigrationRun run, MigrationPath path, Claim claim, PostgresException exception, CancellationToken cancellationToken)
    {
        switch (exception.SqlState)
        {
            case NeedsStepsState or VersionMovedState:
                await using (var rollback = new NpgsqlCommand("ROLLBACK", connection))
                {
                    await rollback.ExecuteNonQueryAsync(cancellationToken);
                }

                return await stepwise.MoveAsync(connection, run, path, claim, cancellationToken);
            case NotMigratableState:
                await RunRecord.SkipAsync(connection, run, claim, exception.MessageText, actual: null, cancellationToken);
                return RunTenantState.Skipped;
            default:
                var failure = TenantFailure.Of(claim.Slug, exception, batch, FirstStatement, path.Statements);
                return await RunRecord.FailAsync(connection, run, claim, failure, IsPassing(exception), execution, cancellationToken);
        }
    }

    // No time-out: a large migration may rightly take minutes, and it is cancellation that ends one.
    private NpgsqlBatch Batch(NpgsqlConnection connection, MigrationRun run, MigrationPath path, int after)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        batch.Add("BEGIN");
        batch.Add(
            "SELECT tenant, tenant_slug, tenant_position FROM public.claim_run_tenant($1, $2, $3, $4, $5)",
            BatchStatements.Parameter(run.Id),
            BatchStatements.Text(path.From),
            BatchStatements.Text(path.To),
            BatchStatements.Parameter(after),
            BatchStatements.Parameter((int)execution.LockTimeout.TotalMilliseconds));
        batch.Add("SELECT public.check_run_tenant($1)", BatchStatements.Text(path.From));
        foreach (var statement in path.Statements)
        {
            batch.Add(statement.Sql);
        }

        batch.Add(
            "SELECT public.complete_run_tenant($1, $2::uuid, $3, $4)",
            BatchStatements.Parameter(run.Id),
            BatchStatements.Nullable(run.RollsBack),
            BatchStatements.Text(path.To),
            BatchStatements.Text(path.ToChecksum));
        batch.Add("COMMIT");
        return batch;
    }

    private static void Report(Activity? activity, MigrationPath path, Claim claim, Move move, long started)
    {
        var outcome = Catalog.EnumText.Of(move.State!.Value);
        FleetTelemetry.Tenants.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        FleetTelemetry.Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
        activity?.SetTag("tenant.id", claim.TenantId).SetTag("todo.migration.from", path.From).SetTag("todo.migration.to", path.To).SetTag("todo.migration.outcome", outcome);
        if (move.State == RunTenantState.Failed)
        {
            activity?.SetTag("error.type", activity.GetTagItem("db.response.status_code")).SetStatus(ActivityStatusCode.Error);
        }
    }
}
