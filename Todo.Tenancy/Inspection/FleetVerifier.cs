using System.Xml.Linq;
using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Inspection;

/// <summary>
/// Compares the ledger in the catalog with the history in every schema. They are written together, so they differ only after somebody
/// changed one of them by hand, or restored a schema behind the catalog's back.
/// </summary>
public sealed class FleetVerifier(NpgsqlDataSource dataSource, MigrationLine line)
{
    /// <summary>
    /// How many schemas one transaction reads. Each takes two lock slots (the history table and its index) of the 6,400 that a server has
    /// by default (<c>max_locks_per_transaction</c> × <c>max_connections</c>) and that everybody shares. Larger chunks are no faster.
    /// </summary>
    public const int ChunkSize = 500;

    // One small query per schema inside of one statement. A UNION ALL over them is planned in quadratic time, and fails as a whole
    // for a schema without the table.
    private const string Records =
        $"""
        SELECT t.id, t.slug, t.schema, t.schema_version, t.schema_checksum, t.schema_pending, n.oid IS NOT NULL,
            CASE WHEN h.oid IS NOT NULL THEN query_to_xml(format('SELECT "MigrationId" AS id FROM %I.%I', n.nspname, h.relname), false, true, '')::text END
        FROM public.tenants t
        LEFT JOIN pg_namespace n ON n.nspname = t.schema
        LEFT JOIN pg_class h ON h.relnamespace = n.oid AND h.relname = '{MigrationLine.HistoryTable}' AND h.relkind IN ('r', 'p')
            AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = h.oid AND a.attname = 'MigrationId' AND NOT a.attisdropped)
        WHERE t.id = ANY ($1) AND {InspectedTenants.Condition} ORDER BY t.id
        """;

    private const string Orphans =
        """
        SELECT nspname::text FROM pg_namespace n
        WHERE nspname ~ '^t_[0-9a-f]{32}$' AND NOT EXISTS (SELECT FROM public.tenants t WHERE t.schema = n.nspname) ORDER BY 1
        """;

    private const string Ledger = "UPDATE public.tenants SET schema_version = $2, schema_checksum = $3, updated_at = clock_timestamp() WHERE id = $1";

    /// <summary>Looks at the tenants that are chosen; if nobody is left out, at schemas without a tenant too. Changes nothing, locks nobody out.</summary>
    /// <param name="selection">Whom. Tenants that are being made or purged, or whose making failed, can't be chosen.</param>
    /// <param name="progress">Called after every chunk with the number of tenants done and of all.</param>
    /// <param name="cancellationToken">Cancels the statement on the server.</param>
    /// <exception cref="ArgumentException">The selection breaks a rule.</exception>
    /// <exception cref="UninspectedTenantException">It names a tenant that can't be looked at.</exception>
    public async Task<VerifyReport> VerifyAsync(TenantSelection selection, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        var ids = await InspectedTenants.IdsAsync(dataSource, selection, cancellationToken);
        var findings = new List<VerifyFinding>();
        var (done, read) = (0, 0);
        foreach (var chunk in ids.Chunk(ChunkSize))
        {
            var records = await InspectedTenants.ReadAsync(dataSource, connection => RecordsAsync(connection, chunk, cancellationToken), cancellationToken);
            findings.AddRange(records.SelectMany(FindingsIn));
            read += records.Count;
            done += chunk.Length;
            progress?.Invoke(done, ids.Count);
        }

        if (selection.IsWholeFleet)
        {
            findings.AddRange(await OrphansAsync(cancellationToken));
        }

        return new VerifyReport(read, findings);
    }

    /// <summary>Sets every ledger that a verification found to be wrong, one tenant at a time; see <see cref="RepairLedgerAsync"/>.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="progress">Called after every ledger with the number of ledgers done and of all.</param>
    /// <param name="cancellationToken">Stops; ledgers already set stay set.</param>
    public async Task<LedgerRepairReport> RepairLedgersAsync(VerifyReport found, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(found);
        var (wrong, repairs, refusals) = (found.WrongLedgers, new List<LedgerRepair>(), new List<LedgerRefusal>());
        foreach (var slug in wrong)
        {
            try
            {
                repairs.Add(await RepairLedgerAsync(slug, cancellationToken));
            }
            catch (Exception exception) when (exception is LedgerRepairException or UninspectedTenantException)
            {
                refusals.Add(new LedgerRefusal(slug, exception.Message));
            }

            progress?.Invoke(repairs.Count + refusals.Count, wrong.Count);
        }

        return new LedgerRepairReport(found.Checked, repairs, refusals, [.. found.Findings.Where(finding => !finding.IsOfLedger)]);
    }

    /// <summary>
    /// Sets a tenant's ledger from its history, which is the truth. A ledger that names the right version keeps its checksum, because
    /// only the checksum remembers what was applied.
    /// </summary>
    /// <param name="slug">The tenant.</param>
    /// <param name="cancellationToken">Cancels, changing nothing.</param>
    /// <exception cref="UninspectedTenantException">There is no such tenant to look at.</exception>
    /// <exception cref="LedgerRepairException">
    /// There is no history, it has a gap or a migration that this build does not know, or somebody is migrating the tenant.
    /// </exception>
    public async Task<LedgerRepair> RepairLedgerAsync(string slug, CancellationToken cancellationToken)
    {
        var ids = await InspectedTenants.IdsAsync(dataSource, new TenantSelection { Slugs = [slug] }, cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(TenantLock.Try, connection, transaction))
        {
            command.Parameters.Add(BatchStatements.Parameter(ids[0]));
            if (await command.ExecuteScalarAsync(cancellationToken) is not true)
            {
                throw new LedgerRepairException(slug, "Another session is migrating this tenant: try again when it is done.");
            }
        }

        // Read only now: what a migration that held the lock wrote is there to be seen.
        var records = await RecordsAsync(connection, ids, cancellationToken);
        if (records is not [var tenant])
        {
            throw new LedgerRepairException(slug, "The tenant is gone.");
        }

        if (FindingsIn(tenant).FirstOrDefault(finding => finding.Kind is VerifyFindingKind.SchemaMissing or VerifyFindingKind.HistoryMissing
            or VerifyFindingKind.HistoryGap or VerifyFindingKind.UnknownMigration) is { } obstacle)
        {
            throw new LedgerRepairException(slug, obstacle.Message);
        }

        var version = tenant.Newest;
        if (!tenant.HasWrongLedger)
        {
            return new LedgerRepair(slug, tenant.Version, version, IsChanged: false);
        }

        await using (var command = new NpgsqlCommand(Ledger, connection, transaction))
        {
            command.Parameters.Add(BatchStatements.Parameter(tenant.Id));
            command.Parameters.Add(BatchStatements.Text(version));
            command.Parameters.Add(BatchStatements.Text(ChecksumAt(version)));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return new LedgerRepair(slug, tenant.Version, version, IsChanged: true);
    }

    private static async Task<List<TenantRecord>> RecordsAsync(NpgsqlConnection connection, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Records, connection);
        command.Parameters.Add(BatchStatements.Parameter(ids.ToArray()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var records = new List<TenantRecord>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var history = reader.GetValue(7) is string xml ? Parse(xml) : null;
            records.Add(new TenantRecord(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetValue(3) as string,
                reader.GetValue(4) as string,
                reader.GetValue(5) as string,
                reader.GetBoolean(6),
                history));
        }

        return records;
    }

    private static string[] Parse(string rows) => [.. XElement.Parse($"<rows>{rows}</rows>").Elements().Select(row => row.Value.Trim()).Order(StringComparer.Ordinal)];

    private async Task<List<VerifyFinding>> OrphansAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Orphans);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var orphans = new List<VerifyFinding>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var schema = reader.GetString(0);
            orphans.Add(new VerifyFinding(
                Tenant: null,
                schema,
                VerifyFindingKind.OrphanSchema,
                $"Schema {schema} belongs to no tenant of the catalog. Look at what it holds, then give the tenant its catalog row back or drop the schema."));
        }

        return orphans;
    }

    private IEnumerable<VerifyFinding> FindingsIn(TenantRecord tenant)
    {
        if (tenant.Pending is { } pending)
        {
            yield return Finding(
                VerifyFindingKind.Pending,
                $"Migration {pending} has begun outside of a transaction and has not ended. If nobody is at it right now, migrate the tenant again: that takes it up where it was left.");
        }

        if (line.Knows(tenant.Version) && ChecksumAt(tenant.Version) is var expected && tenant.Checksum != expected)
        {
            yield return Finding(
                VerifyFindingKind.ChecksumDiffers,
                $"The ledger's checksum at {tenant.Version ?? "the empty schema"} is {tenant.Checksum ?? "empty"}, and this build's is {expected ?? "empty"}. " +
                (tenant.HasWrongLedger
                    ? "Repair the tenant's ledger."
                    : "A migration up to there was changed after it had been applied: put it back as it was, and make the change a migration of its own."),
                isOfLedger: tenant.HasWrongLedger);
        }

        if (!tenant.HasSchema)
        {
            yield return Finding(VerifyFindingKind.SchemaMissing, $"Schema {tenant.Schema} does not exist. Restore the tenant from its archive, or purge it.");
            yield break;
        }

        if (tenant.History is not { } history)
        {
            yield return Finding(
                VerifyFindingKind.HistoryMissing,
                $"Schema {tenant.Schema} has no {MigrationLine.HistoryTable}, so nothing says which migrations it has. Restore the table, or the tenant, from an archive.");
            yield break;
        }

        if (tenant.Version != tenant.Newest)
        {
            yield return Finding(
                VerifyFindingKind.LedgerDiffers,
                $"The ledger says {tenant.Version ?? "nothing"}, and the history ends at {tenant.Newest ?? "nothing"}. The history decides: repair the tenant's ledger.",
                isOfLedger: true);
        }

        var unknown = history.Where(id => !line.Knows(id)).ToArray();
        if (unknown.Length > 0)
        {
            yield return Finding(
                VerifyFindingKind.UnknownMigration,
                $"The history has {string.Join(", ", unknown)}, which this build does not know (its newest is {line.Head.Id}). Use a build that has it.");
        }

        // Of the ids that are known, all up to the newest must be there.
        var last = history.Where(line.Knows).Select(line.PositionOf).DefaultIfEmpty(-1).Max();
        var missing = line.Steps.Take(last + 1).Select(step => step.Id).Except(history, StringComparer.Ordinal).ToArray();
        if (missing.Length > 0)
        {
            yield return Finding(
                VerifyFindingKind.HistoryGap,
                $"The history has {line.Steps[last].Id} and lacks {string.Join(", ", missing)}, which comes before. See whether its tables are there (drift shows it): " +
                "if so, put the row back; if not, restore the tenant from its archive.");
        }

        VerifyFinding Finding(VerifyFindingKind kind, string message, bool isOfLedger = false) => new(tenant.Slug, tenant.Schema, kind, message) { IsOfLedger = isOfLedger };
    }

    private string? ChecksumAt(string? version) => version is null ? null : line.Steps[line.PositionOf(version)].LineChecksum;

    private sealed record TenantRecord(
        Guid Id, string Slug, string Schema, string? Version, string? Checksum, string? Pending, bool HasSchema, IReadOnlyList<string>? History)
    {
        public string? Newest => History is [.., var newest] ? newest : null;

        // At another version than the history, which decides; or half of it is missing: whoever writes one of the two columns writes both.
        public bool HasWrongLedger => History is not null && (Version != Newest || (Checksum is null) != (Version is null));
    }
}
