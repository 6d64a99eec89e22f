using Microsoft.Extensions.Logging.Abstractions;
using Todo.Data;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Inspection;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;
using Todo.Tests.Servers;

namespace Todo.Tests.Tenancy;

/// <summary>A database with the real catalog, for tenants of the probe line.</summary>
public sealed class FleetDatabase : TestDatabase
{
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await new CatalogMigrator(DataSource, MigrationLines.Catalog, NullLogger<CatalogMigrator>.Instance).MigrateAsync(CancellationToken.None);
    }

    /// <summary>Makes tenants as an older build did: at the first version.</summary>
    public async Task<IReadOnlyList<Tenant>> ProvisionOldAsync(int count)
    {
        var provisioner = new TenantProvisioner(DataSource, ProbeDbContext.OldLine);
        var tenants = new List<Tenant>();
        for (var i = 0; i < count; i++)
        {
            tenants.Add(await provisioner.ProvisionAsync($"probe-{Guid.NewGuid():N}", "Probe", seed: null, CancellationToken.None));
        }

        return tenants;
    }

    /// <summary>An engine as a process of its own would have it.</summary>
    public FleetMigrator Fleet(MigrationLine? line = null) => new(DataSource, new TenantMigrator(DataSource, line ?? ProbeDbContext.Line));

    public Task<FleetReport> MigrateAsync(MigrationLine? line = null) => Fleet(line).MigrateAsync(4, slug: null, progress: null, CancellationToken.None);

    /// <summary>What the ledger says.</summary>
    public async Task<string?> LedgerAsync(Tenant tenant)
    {
        await using var command = DataSource.CreateCommand("SELECT schema_version FROM public.tenants WHERE id = @id");
        command.Parameters.AddWithValue("id", tenant.Id);
        return await command.ExecuteScalarAsync() as string;
    }

    /// <summary>What the schema itself says.</summary>
    public Task<string?> HistoryAsync(Tenant tenant) => ScalarAsync<string>($"SELECT string_agg(\"MigrationId\", ',' ORDER BY \"MigrationId\") FROM {tenant.Schema}.\"__EFMigrationsHistory\"");

    /// <summary>What the schema is made of, as text without anything that names the schema.</summary>
    public async Task<string> ShapeAsync(string schema) => (await SchemaFingerprint.OfAsync(DataSource, schema)).ToString();
}
