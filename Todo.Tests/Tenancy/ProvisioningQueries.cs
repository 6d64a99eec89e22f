using Npgsql;
using Todo.Tenancy.Catalog;

namespace Todo.Tests.Tenancy;

/// <summary>What the tests of provisioning ask of the database, and do to it.</summary>
internal static class ProvisioningQueries
{
    /// <summary>The tenant's status; null if there is none.</summary>
    public static Task<string?> StatusAsync(this FleetDatabase database, string slug) =>
        database.ScalarAsync<string>($"SELECT status FROM public.tenants WHERE slug = '{slug}'");

    /// <summary>How many schemas have no row, or rows no schema.</summary>
    public static Task<long> OrphansAsync(this FleetDatabase database) => database.ScalarAsync<long>(
        "SELECT count(*) FROM (SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%') n FULL JOIN public.tenants t ON t.schema = n.nspname WHERE t.id IS NULL OR n.nspname IS NULL");

    /// <summary>Has new tenants get this version.</summary>
    public static Task NewTenantsGetAsync(this FleetDatabase database, string? version) =>
        database.ExecuteAsync($"UPDATE public.fleet SET new_tenant_version = {(version is null ? "NULL" : $"'{version}'")}");

    /// <summary>Holds the tenant as a migration does, until it is disposed.</summary>
    public static async Task<HeldTenant> HoldAsync(this FleetDatabase database, Guid tenant)
    {
        var held = new HeldTenant(await database.DataSource.OpenConnectionAsync());
        await held.ExecuteAsync($"BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('{tenant}', 0))");
        return held;
    }

    /// <summary>Everything a tenant has, with its row, as text.</summary>
    public static async Task<string> EverythingAsync(this FleetDatabase database, Tenant tenant) =>
        await database.ScalarAsync<string>($"SELECT t::text FROM public.tenants t WHERE id = '{tenant.Id}'")
        + await database.ShapeAsync(tenant.Schema) + await database.ContentAsync(tenant.Schema);
}

/// <summary>A session with a transaction that has a tenant's lock.</summary>
internal sealed class HeldTenant(NpgsqlConnection connection) : IAsyncDisposable
{
    /// <summary>Runs statements in it.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Rolls back, so that the lock is free when this returns.</summary>
    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync("ROLLBACK");
        await connection.DisposeAsync();
    }
}
