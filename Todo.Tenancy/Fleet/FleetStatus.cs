using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Fleet;

/// <summary>How many tenants share a status and a version.</summary>
/// <param name="Status">The status.</param>
/// <param name="Version">The version; null: an empty schema.</param>
/// <param name="Tenants">How many.</param>
/// <param name="HalfDone">How many of them are in the middle of a migration that runs outside of a transaction.</param>
public sealed record FleetGroup(TenantStatus Status, string? Version, int Tenants, int HalfDone);

/// <summary>The state of the fleet, from the ledger.</summary>
/// <param name="Head">The newest migration of this build.</param>
/// <param name="NewTenantVersion">What new tenants get; null: this build's newest.</param>
/// <param name="Groups">All tenants, counted.</param>
/// <param name="OpenRun">The run that is running or paused.</param>
public sealed record FleetStatus(string Head, string? NewTenantVersion, IReadOnlyList<FleetGroup> Groups, MigrationRun? OpenRun)
{
    /// <summary>Tenants that can be migrated and are at head.</summary>
    public int Current => Migratable.Where(group => group.Version == Head && group.HalfDone == 0).Sum(group => group.Tenants);

    /// <summary>Tenants that can be migrated and are not.</summary>
    public int NotCurrent => Migratable.Sum(group => group.Tenants) - Current;

    /// <summary>Whether somebody who watches would see no difference.</summary>
    public bool IsSameAs(FleetStatus other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return NewTenantVersion == other.NewTenantVersion
            && (OpenRun?.Id, OpenRun?.State, OpenRun?.CurrentWave, OpenRun?.Reason) == (other.OpenRun?.Id, other.OpenRun?.State, other.OpenRun?.CurrentWave, other.OpenRun?.Reason)
            && Groups.SequenceEqual(other.Groups);
    }

    private IEnumerable<FleetGroup> Migratable => Groups.Where(group => TenantSelection.Migratable.Contains(group.Status));

    /// <summary>Asks the ledger: two queries, whatever the number of tenants.</summary>
    public static async Task<FleetStatus> ReadAsync(NpgsqlDataSource dataSource, RunStore runs, MigrationLine line, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(line);
        var groups = new List<FleetGroup>();
        string? newTenants = null;
        await using (var command = dataSource.CreateCommand(
            """
            SELECT (SELECT new_tenant_version FROM public.fleet), status, schema_version, count(schema_pending)::int, count(id)::int
            FROM (SELECT) one LEFT JOIN public.tenants ON true GROUP BY 2, 3 ORDER BY 2, 3
            """))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                newTenants = reader.TextOrNull(0);
                if (reader.TextOrNull(1) is { } status)
                {
                    groups.Add(new FleetGroup(EnumText.Parse<TenantStatus>(status), reader.TextOrNull(2), reader.GetInt32(4), reader.GetInt32(3)));
                }
            }
        }

        return new FleetStatus(line.Head.Id, newTenants, groups, await runs.FindOpenAsync(cancellationToken));
    }
}
