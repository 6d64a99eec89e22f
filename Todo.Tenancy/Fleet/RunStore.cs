using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Fleet;

/// <summary>
/// The runs in the catalog: writes plans down, starts, pauses, resumes and cancels them. What it changes is seen by every worker before
/// it takes its next tenant.
/// </summary>
public sealed class RunStore(NpgsqlDataSource dataSource)
{
    private const string OpenRunIndex = "migration_runs_open_key";

    private const string Columns =
        """
        id, kind, state, target, executor, started_by, rolls_back, checksum, wave_count, current_wave, error_budget, gate_url,
        parallelism, max_load, new_tenant_version, previous_new_tenant_version, reason, created_at, started_at, finished_at
        """;

    /// <summary>Writes a plan down and starts it.</summary>
    /// <exception cref="RunOpenException">Another run is open.</exception>
    /// <exception cref="DataLossException">It would destroy data, which the request does not confirm; it is written down all the same, to be confirmed.</exception>
    /// <exception cref="ArgumentException">The plan moves nobody, or the pace breaks a rule.</exception>
    public async Task<MigrationRun> StartAsync(FleetPlan plan, RunRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(request);
        if (plan.Tenants.Count == 0)
        {
            throw new ArgumentException("The plan moves no tenant, so there is nothing to run.", nameof(plan));
        }

        new RunExecution { Parallelism = request.Parallelism, MaxLoad = request.MaxLoad }.Validate();
        var run = Describe(plan, request);
        var isConfirmed = plan is not { Kind: RunKind.Rollback, DataLoss.Count: > 0 } || Confirms(request.Confirmation, run);
        while (true)
        {
            // Written down and started in one transaction: nobody who dies between leaves a plan that nobody follows.
            await using var batch = dataSource.CreateBatch();
            AddInsertion(batch, run, plan, request.Waves);
            if (!isConfirmed)
            {
                await batch.ExecuteNonQueryAsync(cancellationToken);
                throw new DataLossException(run, plan);
            }

            AddOpening(batch, run.Id, withFailed: false);
            if (await IsOnlyOpenAsync(batch, cancellationToken))
            {
                return await GetAsync(run.Id, cancellationToken);
            }

            if (await FindOpenAsync(cancellationToken) is { } open)
            {
                throw new RunOpenException(open);
            }
        }
    }

    /// <summary>
    /// Goes on with a run that is planned, paused, or ended with failures; tenants that failed are tried again. A run that is running already
    /// stays as it is: perhaps nobody works on it any more.
    /// </summary>
    /// <param name="id">The run.</param>
    /// <param name="confirmation">For a planned rollback that destroys data: the id that confirms it.</param>
    /// <param name="line">The migrations of the build that will go on with it.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It is completed, cancelled or rolled back.</exception>
    /// <exception cref="RunOpenException">Another run is open.</exception>
    /// <exception cref="DataLossException">The loss of data is not confirmed.</exception>
    /// <exception cref="ForeignRunException">It was planned with other migrations.</exception>
    public async Task<MigrationRun> ResumeAsync(Guid id, Guid? confirmation, MigrationLine line, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(line);
        var run = await GetAsync(id, cancellationToken);
        var paths = await PathsAsync(run, line, cancellationToken);
        if (run is { State: RunState.Planned, Kind: RunKind.Rollback } && paths.Any(path => path.DataLoss.Count > 0) && !Confirms(confirmation, run))
        {
            var tenants = (await TenantsAsync(id, null, cancellationToken)).Select(tenant => new PlannedTenant(tenant.TenantId, tenant.Slug, tenant.FromVersion, tenant.ToVersion)).ToArray();
            throw new DataLossException(run, new FleetPlan { Kind = run.Kind, Target = run.Target, Tenants = tenants, Blocked = [], Current = 0, Passed = 0, Paths = paths });
        }

        return run.State switch
        {
            RunState.Running => run,
            RunState.Planned or RunState.Paused or RunState.Failed => await ReopenAsync(id, cancellationToken),
            _ => throw new RunStateException(run, "resumed"),
        };
    }

    /// <summary>Has every worker stop after the tenant in hand.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It is not running.</exception>
    public Task<MigrationRun> PauseAsync(Guid id, string reason, CancellationToken cancellationToken) =>
        ChangeAsync(id, "paused", "UPDATE public.migration_runs SET state = 'paused', reason = $2 WHERE id = $1 AND state = 'running'", reason, cancellationToken);

    /// <summary>Ends a run where it is. Tenants already moved stay moved.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has ended already.</exception>
    public Task<MigrationRun> CancelAsync(Guid id, string reason, CancellationToken cancellationToken) => ChangeAsync(
        id,
        "cancelled",
        "UPDATE public.migration_runs SET state = 'cancelled', reason = $2, finished_at = clock_timestamp() WHERE id = $1 AND state IN ('planned', 'running', 'paused')",
        reason,
        cancellationToken);

    /// <summary>One run.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    public async Task<MigrationRun> GetAsync(Guid id, CancellationToken cancellationToken)
    {
        var runs = await ReadAsync($"SELECT {Columns} FROM public.migration_runs WHERE id = $1", cancellationToken, BatchStatements.Parameter(id));
        return runs is [var run] ? run : throw new RunNotFoundException(id);
    }

    /// <summary>The run that is running or paused; null if none is.</summary>
    public async Task<MigrationRun?> FindOpenAsync(CancellationToken cancellationToken) =>
        await ReadAsync($"SELECT {Columns} FROM public.migration_runs WHERE state IN ('running', 'paused')", cancellationToken) is [var run] ? run : null;

    /// <summary>The newest runs, newest first.</summary>
    /// <param name="limit">At least 1.</param>
    /// <param name="before">Only runs older than this one; null: from the newest.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<MigrationRun>> ListAsync(int limit, Guid? before, CancellationToken cancellationToken) => ReadAsync(
        $"SELECT {Columns} FROM public.migration_runs WHERE $2::uuid IS NULL OR id < $2::uuid ORDER BY id DESC LIMIT $1",
        cancellationToken,
        BatchStatements.Parameter(limit),
        BatchStatements.Nullable(before));

    /// <summary>How far a run is.</summary>
    public async Task<RunCounts> CountAsync(Guid id, CancellationToken cancellationToken) =>
        (await CountWavesAsync(id, cancellationToken)).Aggregate(default(RunCounts), (all, wave) => all + wave.Counts);

    /// <summary>How far each wave of a run is, in their order.</summary>
    public async Task<IReadOnlyList<WaveCounts>> CountWavesAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT wave, count(*) FILTER (WHERE state IN ('pending', 'deferred'))::int, count(*) FILTER (WHERE state = 'applied')::int, count(*) FILTER (WHERE state = 'failed')::int,
                count(*) FILTER (WHERE state = 'skipped')::int, count(*) FILTER (WHERE state = 'rolled_back')::int
            FROM public.migration_run_tenants WHERE run_id = $1 GROUP BY wave ORDER BY wave
            """);
        command.Parameters.Add(BatchStatements.Parameter(id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var waves = new List<WaveCounts>();
        while (await reader.ReadAsync(cancellationToken))
        {
            waves.Add(new WaveCounts(reader.GetInt32(0), new RunCounts(reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetInt32(5))));
        }

        return waves;
    }

    /// <summary>A run's tenants in its order.</summary>
    /// <param name="id">The run.</param>
    /// <param name="state">Only those in this state; null: all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<MigrationRunTenant>> TenantsAsync(Guid id, RunTenantState? state, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT run_id, tenant_id, slug, position, wave, state, from_version, to_version, attempts, not_before, started_at, finished_at,
                error_migration, error_code, error_message, error_statement
            FROM public.migration_run_tenants WHERE run_id = $1 AND ($2::text IS NULL OR state = $2) ORDER BY position
            """);
        command.Parameters.Add(BatchStatements.Parameter(id));
        command.Parameters.Add(BatchStatements.Text(state is { } wanted ? EnumText.Of(wanted) : null));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<MigrationRunTenant>();
        while (await reader.ReadAsync(cancellationToken))
        {
            tenants.Add(new MigrationRunTenant
            {
                RunId = reader.GetGuid(0),
                TenantId = reader.GetGuid(1),
                Slug = reader.GetString(2),
                Position = reader.GetInt32(3),
                Wave = reader.GetInt32(4),
                State = EnumText.Parse<RunTenantState>(reader.GetString(5)),
                FromVersion = reader.TextOrNull(6),
                ToVersion = reader.TextOrNull(7),
                Attempts = reader.GetInt32(8),
                NotBefore = reader.TimeOrNull(9),
                StartedAt = reader.TimeOrNull(10),
                FinishedAt = reader.TimeOrNull(11),
                ErrorMigration = reader.TextOrNull(12),
                ErrorCode = reader.TextOrNull(13),
                ErrorMessage = reader.TextOrNull(14),
                ErrorStatement = reader.TextOrNull(15),
            });
        }

        return tenants;
    }

    /// <summary>The ways of a run, as this build would go them.</summary>
    /// <exception cref="ForeignRunException">It would do something else than the build that planned the run.</exception>
    internal async Task<IReadOnlyList<MigrationPath>> PathsAsync(MigrationRun run, MigrationLine line, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT from_version, to_version FROM public.migration_run_tenants WHERE run_id = $1 AND state <> 'failed' OR run_id = $1 AND attempts > 0 GROUP BY 1, 2 ORDER BY min(position)");
        command.Parameters.Add(BatchStatements.Parameter(run.Id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var paths = new List<MigrationPath>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (from, to) = (reader.TextOrNull(0), reader.TextOrNull(1));
            if (!line.Knows(from) || !line.Knows(to))
            {
                throw new ForeignRunException(run.Id);
            }

            paths.Add(line.Path(from, to));
        }

        return FleetPlan.ChecksumOf(paths) == run.Checksum ? paths : throw new ForeignRunException(run.Id);
    }

    private static bool Confirms(Guid? confirmation, MigrationRun run) => confirmation is { } id && (id == run.Id || id == run.RollsBack);

    private static MigrationRun Describe(FleetPlan plan, RunRequest request) => new()
    {
        Id = Guid.CreateVersion7(),
        Kind = plan.Kind,
        State = RunState.Planned,
        Target = plan.Target,
        Executor = request.Executor,
        StartedBy = request.StartedBy,
        RollsBack = plan.RollsBack,
        Checksum = plan.Checksum,
        WaveCount = request.Waves.Ends(plan.Tenants.Count).Count,
        CurrentWave = 0,
        ErrorBudget = request.ErrorBudget?.Of(plan.Tenants.Count),
        GateUrl = request.GateUrl?.ToString(),
        Parallelism = request.Parallelism,
        MaxLoad = request.MaxLoad,
        NewTenantVersion = plan.NewTenantVersion,
        CreatedAt = DateTimeOffset.UtcNow,
    };

    private static void AddInsertion(NpgsqlBatch batch, MigrationRun run, FleetPlan plan, Waves waves)
    {
        var ends = waves.Ends(plan.Tenants.Count);
        batch.Add(
            """
            INSERT INTO public.migration_runs (id, kind, state, target, executor, started_by, rolls_back, checksum, wave_count, current_wave, error_budget, gate_url,
                parallelism, max_load, new_tenant_version, created_at)
            VALUES ($1, $2, 'planned', $3, $4, $5, $6::uuid, $7, $8, 0, $9::int, $10, $11::int, $12::float8, $13, clock_timestamp())
            """,
            BatchStatements.Parameter(run.Id),
            BatchStatements.Parameter(EnumText.Of(run.Kind)),
            BatchStatements.Parameter(run.Target),
            BatchStatements.Parameter(run.Executor),
            BatchStatements.Parameter(run.StartedBy),
            BatchStatements.Nullable(run.RollsBack),
            BatchStatements.Parameter(run.Checksum),
            BatchStatements.Parameter(run.WaveCount),
            BatchStatements.Nullable(run.ErrorBudget),
            BatchStatements.Text(run.GateUrl),
            BatchStatements.Nullable(run.Parallelism),
            BatchStatements.Nullable(run.MaxLoad),
            BatchStatements.Text(run.NewTenantVersion));
        var wave = 0;
        batch.Add(
            """
            INSERT INTO public.migration_run_tenants (run_id, tenant_id, slug, position, wave, state, from_version, to_version, attempts)
            SELECT $1, u.tenant_id, u.slug, u.position - 1, u.wave, 'pending', u.from_version, u.to_version, 0
            FROM unnest($2::uuid[], $3::text[], $4::int[], $5::text[], $6::text[]) WITH ORDINALITY AS u (tenant_id, slug, wave, from_version, to_version, position)
            """,
            BatchStatements.Parameter(run.Id),
            BatchStatements.Parameter(plan.Tenants.Select(tenant => tenant.Id).ToArray()),
            BatchStatements.TextArray([.. plan.Tenants.Select(tenant => tenant.Slug)]),
            BatchStatements.Parameter(Enumerable.Range(0, plan.Tenants.Count).Select(position => position < ends[wave] ? wave : ++wave).ToArray()),
            BatchStatements.TextArray([.. plan.Tenants.Select(tenant => tenant.From!)]),
            BatchStatements.TextArray([.. plan.Tenants.Select(tenant => tenant.To!)]));

        // Nobody tried these, so they count for no budget and are not tried again.
        var blocked = plan.Blocked.Where(tenant => tenant.Id != Guid.Empty).ToArray();
        batch.Add(
            """
            INSERT INTO public.migration_run_tenants (run_id, tenant_id, slug, position, wave, state, from_version, attempts, error_message, finished_at)
            SELECT $1, u.tenant_id, u.slug, $2 + u.position - 1, 0, 'failed', u.from_version, 0, u.reason, clock_timestamp()
            FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS u (tenant_id, slug, from_version, reason, position)
            """,
            BatchStatements.Parameter(run.Id),
            BatchStatements.Parameter(plan.Tenants.Count),
            BatchStatements.Parameter(blocked.Select(tenant => tenant.Id).ToArray()),
            BatchStatements.TextArray([.. blocked.Select(tenant => tenant.Slug)]),
            BatchStatements.TextArray([.. blocked.Select(tenant => tenant.Version!)]),
            BatchStatements.TextArray([.. blocked.Select(tenant => tenant.Reason)]));
    }

    private async Task<MigrationRun> ReopenAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        AddOpening(batch, id, withFailed: true);
        if (!await IsOnlyOpenAsync(batch, cancellationToken))
        {
            throw new RunOpenException(await FindOpenAsync(cancellationToken) ?? await GetAsync(id, cancellationToken));
        }

        var run = await GetAsync(id, cancellationToken);
        return run.State == RunState.Running ? run : throw new RunStateException(run, "resumed");
    }

    private static void AddOpening(NpgsqlBatch batch, Guid id, bool withFailed)
    {
        batch.Add(
            """
            UPDATE public.migration_runs SET state = 'running', reason = NULL, finished_at = NULL, started_at = coalesce(started_at, clock_timestamp())
            WHERE id = $1 AND state IN ('planned', 'paused', 'failed')
            """,
            BatchStatements.Parameter(id));
        if (withFailed)
        {
            batch.Add(
                """
                UPDATE public.migration_run_tenants SET state = 'pending', attempts = 0, not_before = NULL
                WHERE run_id = $1 AND (state = 'failed' AND attempts > 0 OR state = 'deferred') AND EXISTS (SELECT FROM public.migration_runs WHERE id = $1 AND state = 'running')
                """,
                BatchStatements.Parameter(id));
        }

        // Up: until the run has ended, new tenants get what most of the fleet has now. Down: from now on none gets what is withdrawn.
        batch.Add(
            """
            UPDATE public.fleet SET new_tenant_version = CASE run.kind
                WHEN 'rollback' THEN coalesce(run.new_tenant_version, fleet.new_tenant_version)
                ELSE coalesce(fleet.new_tenant_version, (
                    SELECT from_version FROM public.migration_run_tenants WHERE run_id = $1 GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)) END
            FROM public.migration_runs run
            WHERE run.id = $1 AND run.state = 'running' AND (run.kind = 'rollback' AND run.new_tenant_version IS DISTINCT FROM fleet.new_tenant_version OR fleet.new_tenant_version IS NULL)
            """,
            BatchStatements.Parameter(id));
    }

    // False: another run is open, and nothing was done.
    private static async Task<bool> IsOnlyOpenAsync(NpgsqlBatch opening, CancellationToken cancellationToken)
    {
        try
        {
            await opening.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException exception) when (exception is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: OpenRunIndex })
        {
            return false;
        }
    }

    private async Task<MigrationRun> ChangeAsync(Guid id, string wanted, string update, string reason, CancellationToken cancellationToken)
    {
        int changed;
#pragma warning disable CA2100 // Constants of this class.
        await using (var command = dataSource.CreateCommand(update))
#pragma warning restore CA2100
        {
            command.Parameters.Add(BatchStatements.Parameter(id));
            command.Parameters.Add(BatchStatements.Parameter(reason));
            changed = await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var run = await GetAsync(id, cancellationToken);
        return changed == 1 ? run : throw new RunStateException(run, wanted);
    }

    private async Task<IReadOnlyList<MigrationRun>> ReadAsync(string query, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
#pragma warning disable CA2100 // Constants of this class.
        await using var command = dataSource.CreateCommand(query);
#pragma warning restore CA2100
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var runs = new List<MigrationRun>();
        while (await reader.ReadAsync(cancellationToken))
        {
            runs.Add(new MigrationRun
            {
                Id = reader.GetGuid(0),
                Kind = EnumText.Parse<RunKind>(reader.GetString(1)),
                State = EnumText.Parse<RunState>(reader.GetString(2)),
                Target = reader.GetString(3),
                Executor = reader.GetString(4),
                StartedBy = reader.GetString(5),
                RollsBack = reader.IsDBNull(6) ? null : reader.GetGuid(6),
                Checksum = reader.GetString(7),
                WaveCount = reader.GetInt32(8),
                CurrentWave = reader.GetInt32(9),
                ErrorBudget = reader.IsDBNull(10) ? null : reader.GetInt32(10),
                GateUrl = reader.TextOrNull(11),
                Parallelism = reader.IsDBNull(12) ? null : reader.GetInt32(12),
                MaxLoad = reader.IsDBNull(13) ? null : reader.GetDouble(13),
                NewTenantVersion = reader.TextOrNull(14),
                PreviousNewTenantVersion = reader.TextOrNull(15),
                Reason = reader.TextOrNull(16),
                CreatedAt = reader.GetFieldValue<DateTimeOffset>(17),
                StartedAt = reader.TimeOrNull(18),
                FinishedAt = reader.TimeOrNull(19),
            });
        }

        return runs;
    }
}
