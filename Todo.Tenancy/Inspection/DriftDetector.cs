using Npgsql;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Inspection;

/// <summary>
/// Finds tenants whose schema is not like that of the others at the same version. Only a hash per schema leaves the server; what differs is asked for
/// those that are odd.
/// </summary>
public sealed class DriftDetector(NpgsqlDataSource dataSource, MigrationLine line)
{
    /// <summary>How many schemas are hashed in one statement; it reads PostgreSQL's list of relations once. Smaller and larger chunks are slower.</summary>
    public const int ChunkSize = 500;

    // An odd one's description is some 20 KB, and there may be as many as tenants.
    private const int DescribedAtOnce = 100;

    private const string Ledger = $"SELECT id, slug, schema, schema_version FROM public.tenants WHERE id = ANY ($1) AND {InspectedTenants.Condition} ORDER BY id";

    /// <summary>
    /// Compares the tenants that are chosen with each other and with what this build's migrations make. Changes nothing,
    /// locks nobody out; for each version, a schema is made and rolled back.
    /// </summary>
    /// <param name="selection">Whom. Tenants that are being made or purged, or whose making failed, can't be chosen.</param>
    /// <param name="progress">Called after every chunk with the number of tenants done and of all.</param>
    /// <param name="cancellationToken">Cancels the statement on the server.</param>
    /// <exception cref="ArgumentException">The selection breaks a rule.</exception>
    /// <exception cref="UninspectedTenantException">It names a tenant that can't be looked at.</exception>
    public async Task<DriftReport> DetectAsync(TenantSelection selection, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        var ids = await InspectedTenants.IdsAsync(dataSource, selection, cancellationToken);
        var tenants = new List<HashedTenant>();
        var done = 0;
        foreach (var chunk in ids.Chunk(ChunkSize))
        {
            tenants.AddRange(await HashAsync(chunk, cancellationToken));
            done += chunk.Length;
            progress?.Invoke(done, ids.Count);
        }

        // PostgreSQL looks up part of a description outside of the snapshot, so a tenant that was being migrated may have been seen half
        // way. Whoever is odd at second sight too is odd.
        var suspects = Groups(tenants).SelectMany(group => group.Odd).Select(tenant => tenant.Id).ToHashSet();
        if (suspects.Count > 0)
        {
            var again = new Dictionary<Guid, HashedTenant>();
            foreach (var chunk in suspects.Chunk(ChunkSize))
            {
                foreach (var tenant in await HashAsync(chunk, cancellationToken))
                {
                    again.Add(tenant.Id, tenant);
                }
            }

            // Those that are gone by now are left out.
            tenants = [.. tenants.Where(tenant => !suspects.Contains(tenant.Id) || again.ContainsKey(tenant.Id)).Select(tenant => again.GetValueOrDefault(tenant.Id, tenant))];
        }

        var versions = new List<VersionDrift>();
        foreach (var group in Groups(tenants))
        {
            versions.Add(await DescribeAsync(group, cancellationToken));
        }

        return new DriftReport(tenants.Count, versions);
    }

    // Tenants come oldest first, and grouping and ordering keep that: of groups as large as each other, the first has the oldest tenant.
    private static IEnumerable<VersionGroup> Groups(IEnumerable<HashedTenant> tenants) =>
        from tenant in tenants
        group tenant by tenant.Version into version
        orderby version.Key ?? "" ascending
        let alike = version.GroupBy(tenant => tenant.Hash).OrderByDescending(hash => hash.Count()).ToArray()
        select new VersionGroup(
            version.Key,
            [.. alike[0]],
            alike.Length > 1 && alike[1].Count() == alike[0].Count(),
            [.. version.Where(tenant => tenant.Hash != alike[0].Key)]);

    private Task<List<HashedTenant>> HashAsync(Guid[] ids, CancellationToken cancellationToken) => InspectedTenants.ReadAsync(
        dataSource,
        async connection =>
        {
            var rows = new List<(Guid Id, string Slug, string Schema, string? Version)>();
            await using (var command = new NpgsqlCommand(Ledger, connection))
            {
                command.Parameters.Add(BatchStatements.Parameter(ids));
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                    rows.Add((reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetValue(3) as string));
                }
            }

            var hashes = await SchemaFingerprint.HashesAsync(connection, [.. rows.Select(row => row.Schema)], cancellationToken);
            return rows.ConvertAll(row => new HashedTenant(row.Id, row.Slug, row.Schema, row.Version, hashes.GetValueOrDefault(row.Schema)));
        },
        cancellationToken);

    private async Task<VersionDrift> DescribeAsync(VersionGroup group, CancellationToken cancellationToken)
    {
        var like = group.Majority[0];
        var expected = line.Knows(group.Version) ? await SchemaFingerprint.ExpectedAsync(dataSource, line, group.Version, cancellationToken) : null;
        SchemaFingerprint? majority = null;
        if (group.Odd.Count > 0 || (expected is not null && expected.Hash != like.Hash))
        {
            majority = await SchemaFingerprint.OfAsync(dataSource, like.Schema, cancellationToken);
        }

        var odd = new List<TenantDrift>();
        foreach (var chunk in group.Odd.Chunk(DescribedAtOnce))
        {
            var described = await InspectedTenants.ReadAsync(
                dataSource, connection => SchemaFingerprint.OfAsync(connection, [.. chunk.Select(tenant => tenant.Schema)], cancellationToken), cancellationToken);
            odd.AddRange(chunk.Select(tenant => new TenantDrift(
                tenant.Slug,
                tenant.Schema,
                tenant.Hash,
                described.TryGetValue(tenant.Schema, out var fingerprint) ? fingerprint.DifferencesFrom(majority!) : ["missing: the schema, or everything in it"])));
        }

        return new VersionDrift(
            group.Version,
            like.Hash,
            group.Majority.Count,
            group.IsTie,
            majority is not null && expected is not null ? majority.DifferencesFrom(expected) : [],
            odd);
    }

    private sealed record HashedTenant(Guid Id, string Slug, string Schema, string? Version, string? Hash);

    private sealed record VersionGroup(string? Version, IReadOnlyList<HashedTenant> Majority, bool IsTie, IReadOnlyList<HashedTenant> Odd);
}
