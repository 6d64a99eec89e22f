using Todo.Tests.Servers;

namespace Todo.Tests.Api;

/// <summary>Keeps runs that start from now on from ending: their tenants from some position on have to wait, and nobody works on them, until they are let go.</summary>
internal sealed class HeldTenants : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private HeldTenants(TestDatabase database) => _database = database;

    /// <summary>Holds those at this position of a run and after it.</summary>
    public static async Task<HeldTenants> FromAsync(TestDatabase database, int position)
    {
        await database.ExecuteAsync(
            $"""
            CREATE FUNCTION hold_tenant() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN IF NEW.position >= {position} THEN NEW.not_before := clock_timestamp() + interval ''1 day''; END IF; RETURN NEW; END';
            CREATE TRIGGER hold_tenant BEFORE INSERT ON migration_run_tenants FOR EACH ROW EXECUTE FUNCTION hold_tenant();
            """);
        return new HeldTenants(database);
    }

    /// <summary>Lets go of those that are held.</summary>
    public Task ReleaseAsync() => _database.ExecuteAsync("UPDATE migration_run_tenants SET not_before = NULL WHERE state = 'pending'");

    public async ValueTask DisposeAsync()
    {
        await _database.ExecuteAsync("DROP FUNCTION hold_tenant() CASCADE");
        await ReleaseAsync();
    }
}
