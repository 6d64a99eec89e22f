using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Todo.Data;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;
using Todo.Tests.Servers;

namespace Todo.Tests.Cli;

/// <summary>A database for the command line: three tenants, one migration behind.</summary>
public sealed class CliDatabase : TestDatabase
{
    /// <summary>Where the tenants are.</summary>
    public static readonly string First = MigrationLines.Tenant.Steps[0].Id;

    /// <summary>The migration after that.</summary>
    public static readonly string Second = MigrationLines.Tenant.Steps[1].Id;

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await new CatalogMigrator(DataSource, MigrationLines.Catalog, NullLogger<CatalogMigrator>.Instance).MigrateAsync(CancellationToken.None);
        var provisioner = new TenantProvisioner(DataSource, MigrationLines.Tenant.UpTo(First));
        foreach (var slug in new[] { "alpha", "beta", "gamma" })
        {
            await provisioner.ProvisionAsync(slug, slug, seed: null, CancellationToken.None);
        }
    }

    /// <summary>How many tenants are at a migration, by the ledger.</summary>
    public Task<long> AtAsync(string version) => ScalarAsync<long>($"SELECT count(*) FROM public.tenants WHERE schema_version = '{version}'");

    /// <summary>The schema of a tenant.</summary>
    public async Task<string> SchemaAsync(string slug) => (await ScalarAsync<string>($"SELECT schema FROM public.tenants WHERE slug = '{slug}'"))!;

    /// <summary>Runs a command on this database, with no terminal to ask on; what it printed.</summary>
    public Task<string> RunAsync(int exitCode, params string[] arguments) => CliProcess.RunAsync(ConnectionString, null, exitCode, arguments);

    /// <summary>Runs a command that prints one JSON document.</summary>
    public async Task<JsonElement> JsonAsync(int exitCode, params string[] arguments) =>
        JsonSerializer.Deserialize<JsonElement>(await RunAsync(exitCode, [.. arguments, "--json"]));
}
