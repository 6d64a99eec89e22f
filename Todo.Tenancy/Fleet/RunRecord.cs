using Npgsql;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Fleet;

/// <summary>What a worker writes about one tenant outside of the tenant's own transaction: that it failed, waits or had nothing to do.</summary>
internal static class RunRecord
{
    /// <summary>
    /// Records a failed attempt and pauses the run if that was one too many. What is passing (a lock, a deadlock) is tried again: so many
    /// times after growing pauses, then once more at the end of the run, then it has failed.
    /// </summary>
    /// <returns>Where the tenant is now.</returns>
    public static async Task<RunTenantState> FailAsync(
        NpgsqlConnection connection, MigrationRun run, Claim claim, TenantFailure failure, bool isPassing, RunExecution execution, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("ROLLBACK");

        // While somebody builds an index here, for minutes perhaps, finding the door closed is no attempt.
        batch.Add(
            """
            UPDATE public.migration_run_tenants r
            SET attempts = r.attempts + now.counted, finished_at = clock_timestamp(), error_migration = $6, error_code = $7, error_message = $8, error_statement = $9,
                state = CASE WHEN NOT $3 THEN 'failed' WHEN r.attempts + now.counted < $4 THEN 'pending' WHEN r.attempts + now.counted = $4 THEN 'deferred' ELSE 'failed' END,
                not_before = CASE WHEN $3 THEN clock_timestamp() + $5 * (2 ^ least(r.attempts, 10)) * (0.5 + random()) END
            FROM (SELECT CASE WHEN $3 AND $6 IS NULL AND EXISTS (SELECT FROM public.tenants WHERE id = $2 AND schema_pending IS NOT NULL) THEN 0 ELSE 1 END AS counted) now
            WHERE r.run_id = $1 AND r.tenant_id = $2 AND r.state = 'pending'
            RETURNING r.state
            """,
            BatchStatements.Parameter(run.Id),
            BatchStatements.Parameter(claim.TenantId),
            BatchStatements.Parameter(isPassing),
            BatchStatements.Parameter(execution.Attempts),
            BatchStatements.Parameter(execution.RetryDelay),
            BatchStatements.Text(failure.Migration),
            BatchStatements.Text(failure.SqlState),
            BatchStatements.Text(failure.Message),
            BatchStatements.Text(failure.Statement));
        batch.Add(
            """
            UPDATE public.migration_runs r SET state = 'paused', reason = format('%s tenants failed, which is more than may', failed.tenants)
            FROM (SELECT count(*) AS tenants FROM public.migration_run_tenants WHERE run_id = $1 AND state = 'failed' AND attempts > 0) failed
            WHERE r.id = $1 AND r.state = 'running' AND failed.tenants > CASE WHEN r.wave_count > 1 AND r.current_wave = 0 THEN 0 ELSE coalesce(r.error_budget, 2147483647) END
            """,
            BatchStatements.Parameter(run.Id));
        return await batch.ExecuteScalarAsync(cancellationToken) is string state ? Catalog.EnumText.Parse<RunTenantState>(state) : RunTenantState.Skipped;
    }

    /// <summary>Records that there was nothing to do, and sets a ledger right that had not heard of it.</summary>
    public static async Task SkipAsync(
        NpgsqlConnection connection, MigrationRun run, Claim claim, string reason, (string? Version, string? Checksum)? actual, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("ROLLBACK");
        batch.Add(
            "UPDATE public.migration_run_tenants SET state = 'skipped', finished_at = clock_timestamp(), not_before = NULL, error_message = $3 WHERE run_id = $1 AND tenant_id = $2 AND state = 'pending'",
            BatchStatements.Parameter(run.Id),
            BatchStatements.Parameter(claim.TenantId),
            BatchStatements.Parameter(reason));
        if (actual is { } found)
        {
            batch.Add(
                "UPDATE public.tenants SET schema_version = $2, schema_checksum = $3, updated_at = clock_timestamp() WHERE id = $1 AND schema_version IS DISTINCT FROM $2",
                BatchStatements.Parameter(claim.TenantId),
                BatchStatements.Text(found.Version),
                BatchStatements.Text(found.Checksum));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>The tenant that a worker has taken.</summary>
/// <param name="TenantId">Its id.</param>
/// <param name="Slug">Its slug.</param>
/// <param name="Position">Its place in the run.</param>
internal sealed record Claim(Guid TenantId, string Slug, int Position);

/// <summary>What became of it.</summary>
/// <param name="State">Where the tenant is now; null: there was none to take.</param>
/// <param name="Position">Its place in the run.</param>
internal readonly record struct Move(RunTenantState? State, int Position)
{
    /// <summary>There was none to take.</summary>
    public static readonly Move None = new(null, -1);
}
