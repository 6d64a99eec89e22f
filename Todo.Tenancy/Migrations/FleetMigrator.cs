using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Migrations;

/// <summary>
/// Brings every tenant to head: reads the ledger once, then works on the tenants that are behind, a few at a time, each in a transaction
/// of its own. A tenant's failure stays that tenant's.
/// </summary>
public sealed class FleetMigrator(NpgsqlDataSource dataSource, TenantMigrator migrator)
{
    /// <summary>The activity source of runs and tenants.</summary>
    public static readonly ActivitySource ActivitySource = new("Todo.Tenancy");

    // Another worker that holds a tenant is done with it in milliseconds, a server is back in seconds; what takes longer is reported.
    private const int Rounds = 20;

    /// <summary>Migrates the fleet, or only <paramref name="slug"/>.</summary>
    /// <param name="parallelism">How many tenants at once, 1 to 64. More than twice the server's cores gains nothing.</param>
    /// <param name="slug">The one tenant to migrate, or null for all that are active or suspended.</param>
    /// <param name="progress">Told after every tenant, from several threads at once.</param>
    /// <param name="cancellationToken">Stops after at most the statement in hand; tenants already done stay done.</param>
    /// <returns>What happened; failures are in it, not thrown.</returns>
    public async Task<FleetReport> MigrateAsync(int parallelism, string? slug, Action<FleetReport>? progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parallelism, 64);
        using var run = ActivitySource.StartActivity("fleet migrate");
        var tally = new Tally(progress);

        var behind = await BehindAsync(slug, tally, cancellationToken);
        for (var round = 1; behind.Count > 0; round++)
        {
            var busy = new ConcurrentBag<PendingTenant>();
            await Parallel.ForEachAsync(
                behind,
                new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
                async (tenant, token) =>
                {
                    if (await TryMigrateAsync(tenant, lastRound: round == Rounds, tally, token))
                    {
                        busy.Add(tenant);
                    }
                });
            if (busy.IsEmpty)
            {
                break;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(20, 200) * Math.Min(round, 10)), cancellationToken);
            behind = await ReloadAsync([.. busy], tally, cancellationToken);
        }

        if (tally.Report.Applied > 0)
        {
            await BarrierAsync(cancellationToken);
        }

        run?.SetTag("todo.fleet.applied", tally.Report.Applied).SetTag("todo.fleet.failed", tally.Report.Failures.Count);
        return tally.Report;
    }

    // True: somebody else has the tenant, it moved under us, or the connection broke; look again later.
    private async Task<bool> TryMigrateAsync(PendingTenant tenant, bool lastRound, Tally tally, CancellationToken cancellationToken)
    {
        using var activity = ActivitySource.StartActivity("tenant migrate");
        activity?.SetTag("tenant.id", tenant.Id).SetTag("todo.migration.from", tenant.Version);
        try
        {
            await migrator.MigrateAsync(TenantSchema.Of(tenant.Id), tenant.Version, cancellationToken);
        }
        catch (Exception exception) when (!lastRound && exception is TenantMigrationException { IsPassing: true } or NpgsqlException { IsTransient: true })
        {
            return true;
        }
        catch (TenantMigrationException exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.SqlState);
            tally.Failed(new TenantFailure(tenant.Slug, exception.Migration, exception.SqlState, exception.Reason, exception.Statement));
            return false;
        }
        catch (NpgsqlException exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error, "connection lost");
            tally.Failed(new TenantFailure(tenant.Slug, null, null, exception.Message, null));
            return false;
        }
        catch (UnknownMigrationException exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error, "unknown migration");
            tally.Failed(new TenantFailure(tenant.Slug, exception.Version, null, exception.Message, null));
            return false;
        }

        tally.Applied();
        return false;
    }

    // Counted in the database, so that a fleet with nothing to do sends one row over, not one for each tenant.
    private async Task<List<PendingTenant>> BehindAsync(string? slug, Tally tally, CancellationToken cancellationToken)
    {
        const string Chosen = "status IN ('active', 'suspended') AND ($2 IS NULL OR slug = $2)";
        await using var batch = dataSource.CreateBatch();
        var head = migrator.Line.Head.Id;
        batch.Add($"SELECT count(*)::int FROM public.tenants WHERE {Chosen} AND schema_version = $1", BatchStatements.Parameter(head), BatchStatements.Text(slug));
        batch.Add(
            $"SELECT id, slug, schema_version FROM public.tenants WHERE {Chosen} AND schema_version IS DISTINCT FROM $1 ORDER BY id",
            BatchStatements.Parameter(head),
            BatchStatements.Text(slug));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        tally.Current(reader.GetInt32(0));
        await reader.NextResultAsync(cancellationToken);
        return await PendingAsync(reader, tally, cancellationToken);
    }

    private async Task<List<PendingTenant>> ReloadAsync(PendingTenant[] tenants, Tally tally, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT id, slug, schema_version FROM public.tenants WHERE id = ANY ($1) ORDER BY id");
        command.Parameters.Add(BatchStatements.Parameter(tenants.Select(tenant => tenant.Id).ToArray()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await PendingAsync(reader, tally, cancellationToken);
    }

    private async Task<List<PendingTenant>> PendingAsync(NpgsqlDataReader reader, Tally tally, CancellationToken cancellationToken)
    {
        var behind = new List<PendingTenant>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var version = await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetString(2);
            if (version == migrator.Line.Head.Id)
            {
                tally.Current(1);
            }
            else
            {
                behind.Add(new PendingTenant(reader.GetGuid(0), reader.GetString(1), version));
            }
        }

        return behind;
    }

    // Tenants commit without waiting for the disk. One commit that does wait flushes all of them; only then is success reported.
    private async Task BarrierAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT pg_logical_emit_message(true, 'todo', 'fleet')");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record PendingTenant(Guid Id, string Slug, string? Version);

    private sealed class Tally(Action<FleetReport>? progress)
    {
        private readonly Lock _lock = new();

        public FleetReport Report { get; private set; } = new(0, 0, []);

        public void Applied() => Change(report => report with { Applied = report.Applied + 1 });

        public void Current(int tenants) => Change(report => report with { Current = report.Current + tenants });

        public void Failed(TenantFailure failure) => Change(report => report with { Failures = [.. report.Failures, failure] });

        private void Change(Func<FleetReport, FleetReport> change)
        {
            FleetReport changed;
            lock (_lock)
            {
                changed = Report = change(Report);
            }

            progress?.Invoke(changed);
        }
    }
}
