using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Fleet;

/// <summary>Works out what a run would do, from the ledger alone: at most two queries, however many tenants there are.</summary>
public sealed class FleetPlanner(NpgsqlDataSource dataSource, MigrationLine line)
{
    /// <summary>The migrations that plans are made of.</summary>
    public MigrationLine Line => line;

    /// <summary>Plans to bring tenants up, or down. Tenants on the far side of the target are counted and left alone.</summary>
    /// <exception cref="ArgumentException">The selection breaks a rule.</exception>
    public async Task<FleetPlan> PlanAsync(RunKind kind, TenantSelection selection, MigrationTarget target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(target);
        selection.Validate(TenantSelection.Migratable);

        // Where a part is chosen by counting, or names must be checked, the rows are needed. Else the versions tell whether any are.
        var isCounted = selection is { First: not null } or { Percent: not null } or { Slugs: not null };
        var plan = new Draft(kind, target, line);
        string?[]? moving = null;
        if (!isCounted)
        {
            moving = await MovingVersionsAsync(selection, plan, cancellationToken);
        }

        if (moving is not [])
        {
            await AddTenantsAsync(selection, moving, plan, cancellationToken);
        }

        return plan.Finish(selection);
    }

    /// <summary>Plans to bring back exactly what one run changed: each of its tenants to the version it had before.</summary>
    /// <exception cref="RunNotFoundException">There is no such run.</exception>
    public async Task<FleetPlan> PlanRollbackAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        batch.Add("SELECT new_tenant_version, previous_new_tenant_version FROM public.migration_runs WHERE id = $1", BatchStatements.Parameter(runId));
        batch.Add(
            """
            SELECT r.tenant_id, r.slug, t.schema_version, t.schema_checksum, t.schema_pending IS NOT NULL, r.from_version, r.to_version, t.status
            FROM public.migration_run_tenants r LEFT JOIN public.tenants t ON t.id = r.tenant_id
            WHERE r.run_id = $1 AND r.state <> 'rolled_back' AND r.state <> 'skipped' ORDER BY r.position
            """,
            BatchStatements.Parameter(runId));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw new RunNotFoundException(runId);
        }

        var newTenants = reader.IsDBNull(0) ? null : reader.TextOrNull(1);
        await reader.NextResultAsync(cancellationToken);
        var plan = new Draft(RunKind.Rollback, null, line);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (from, to) = (reader.TextOrNull(5), reader.TextOrNull(6));
            if (reader.TextOrNull(7) is { } status && TenantSelection.Migratable.Contains(EnumText.Parse<TenantStatus>(status)))
            {
                plan.AddBack(new Row(reader.GetGuid(0), reader.GetString(1), reader.TextOrNull(2), reader.TextOrNull(3), reader.GetBoolean(4)), from, to);
            }
        }

        return plan.Finish(null) with { Target = $"before run {runId}", RollsBack = runId, NewTenantVersion = newTenants };
    }

    private async Task<string?[]> MovingVersionsAsync(TenantSelection selection, Draft plan, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            SELECT t.schema_version, t.schema_checksum, t.schema_pending IS NOT NULL, count(*)::int
            FROM public.tenants t WHERE {TenantChoice.Condition} GROUP BY 1, 2, 3
            """);
        TenantChoice.AddTo(command.Parameters, selection, TenantSelection.Migratable);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var moving = new HashSet<string?>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new Row(Guid.Empty, "", reader.TextOrNull(0), reader.TextOrNull(1), reader.GetBoolean(2));
            if (!plan.CountsOnly(row, reader.GetInt32(3)))
            {
                moving.Add(row.Version);
            }
        }

        return [.. moving];
    }

    private async Task AddTenantsAsync(TenantSelection selection, string?[]? versions, Draft plan, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            SELECT t.id, t.slug, t.schema_version, t.schema_checksum, t.schema_pending IS NOT NULL
            FROM public.tenants t
            WHERE {TenantChoice.Condition} AND ($4::text[] IS NULL OR t.schema_version = ANY ($4) OR ($5 AND t.schema_version IS NULL))
            ORDER BY {TenantChoice.OrderBy(selection.Order)}
            LIMIT coalesce($6::int, CASE WHEN $7::float8 IS NOT NULL THEN (SELECT ceil(count(*) * $7::float8 / 100)::int FROM public.tenants t WHERE {TenantChoice.Condition}) END)
            """);
        TenantChoice.AddTo(command.Parameters, selection, TenantSelection.Migratable);
        command.Parameters.Add(BatchStatements.TextArray(versions?.OfType<string>().ToArray()));
        command.Parameters.Add(BatchStatements.Parameter(versions?.Contains(null) ?? false));

        // Of named tenants the first are counted here, so that a name that is wrong is told from one that comes after the first so many.
        var isNamed = selection.Slugs is not null;
        command.Parameters.Add(BatchStatements.Nullable(isNamed ? null : selection.First));
        command.Parameters.Add(BatchStatements.Nullable(isNamed ? null : selection.Percent));
        var rows = new List<Row>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(new Row(reader.GetGuid(0), reader.GetString(1), reader.TextOrNull(2), reader.TextOrNull(3), reader.GetBoolean(4)));
            }
        }

        plan.Saw(rows);
        foreach (var row in isNamed ? rows.Take(selection.Of(rows.Count)) : rows)
        {
            plan.Add(row, isCounted: versions is null);
        }
    }

    /// <summary>What the ledger says of one tenant.</summary>
    private sealed record Row(Guid Id, string Slug, string? Version, string? Checksum, bool IsHalfDone);

    /// <summary>A plan while it is put together.</summary>
    private sealed class Draft(RunKind kind, MigrationTarget? target, MigrationLine line)
    {
        private readonly List<PlannedTenant> _tenants = [];
        private readonly List<BlockedTenant> _blocked = [];
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
        private readonly Dictionary<(string?, string?), MigrationPath> _paths = [];
        private int _current;
        private int _passed;

        /// <summary>True if tenants like this need not be looked at one by one: they stay where they are.</summary>
        public bool CountsOnly(Row like, int count)
        {
            if (Explain(like, out var to) is not null || IsMoved(like, to))
            {
                return false;
            }

            Count(like, to, count);
            return true;
        }

        /// <summary>There are these tenants, whether they are moved or not.</summary>
        public void Saw(IEnumerable<Row> rows) => _seen.UnionWith(rows.Select(row => row.Slug));

        public void Add(Row row, bool isCounted)
        {
            if (Explain(row, out var to) is { } reason)
            {
                _blocked.Add(new BlockedTenant(row.Id, row.Slug, row.Version, reason));
            }
            else if (IsMoved(row, to))
            {
                Move(row, to);
            }
            else if (isCounted)
            {
                Count(row, to, 1);
            }
        }

        /// <summary>Adds a tenant of a run that is undone: back to <paramref name="before"/>, if it is still where the run brought it or on the way there.</summary>
        public void AddBack(Row row, string? before, string? after)
        {
            if (row.Version == before && !row.IsHalfDone)
            {
                _current++;
            }
            else if (line.Knows(before) && line.Knows(after) && line.IsBetween(row.Version, before, after))
            {
                try
                {
                    Move(row, before);
                }
                catch (IrreversibleMigrationException exception)
                {
                    _blocked.Add(new BlockedTenant(row.Id, row.Slug, row.Version, exception.Message));
                }
            }
            else
            {
                _blocked.Add(new BlockedTenant(
                    row.Id, row.Slug, row.Version, $"The run left it at {after}, and it is at {row.Version ?? "nothing"} now: undo what came later first, with a build that knows it."));
            }
        }

        public FleetPlan Finish(TenantSelection? selection)
        {
            foreach (var slug in selection?.Slugs?.Distinct().Where(slug => !_seen.Contains(slug)) ?? [])
            {
                _blocked.Add(new BlockedTenant(Guid.Empty, slug, null, "There is no such tenant among those that can be migrated and meet the other conditions."));
            }

            return new FleetPlan
            {
                Kind = kind,
                Target = target?.Text ?? "",
                Tenants = _tenants,
                Blocked = _blocked,
                Current = _current,
                Passed = _passed,
                Paths = [.. _paths.Values],
                NewTenantVersion = selection is { IsWholeFleet: true } ? target?.Version ?? Majority() : null,
            };
        }

        // Of relative targets: where most tenants go.
        private string? Majority() => _tenants.GroupBy(tenant => tenant.To).OrderByDescending(group => group.Count()).FirstOrDefault()?.Key;

        private void Move(Row row, string? to)
        {
            _paths[(row.Version, to)] = line.Path(row.Version, to);
            _tenants.Add(new PlannedTenant(row.Id, row.Slug, row.Version, to));
        }

        private void Count(Row like, string? to, int count)
        {
            if (like.Version == to)
            {
                _current += count;
            }
            else
            {
                _passed += count;
            }
        }

        // A migration that began outside of a transaction is to be finished or undone, even where the version is right.
        private bool IsMoved(Row row, string? to)
        {
            var (from, wanted) = (line.PositionOf(row.Version), line.PositionOf(to));
            return from == wanted ? row.IsHalfDone : kind == RunKind.Apply ? wanted > from : wanted < from;
        }

        private string? Explain(Row row, out string? to)
        {
            to = null;
            if (!line.Knows(row.Version))
            {
                return new UnknownMigrationException(row.Version!, line.Head.Id).Message;
            }

            try
            {
                to = target!.Resolve(line, row.Version);
                if (IsMoved(row, to))
                {
                    line.Path(row.Version, to);
                }
            }
            catch (Exception exception) when (exception is IrreversibleMigrationException or UnknownMigrationException or ArgumentException)
            {
                return exception.Message;
            }

            return row.Version is not null && row.Checksum != line.Steps[line.PositionOf(row.Version)].LineChecksum
                ? $"A migration up to {row.Version} was changed after it was applied here. Put it back as it was and write a new one; or, if the change is meant, bring the schema in line by hand and say so with a baseline at {row.Version}."
                : null;
        }
    }
}
