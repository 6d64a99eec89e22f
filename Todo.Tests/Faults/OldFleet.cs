using Microsoft.Extensions.Logging.Abstractions;
using Todo.Data;
using Todo.Tenancy.Inspection;
using Todo.Tenancy.Migrations;
using Todo.Tests.Servers;

namespace Todo.Tests.Faults;

/// <summary>
/// A database as an older build left it: the catalog one migration behind, the tenants some, of which the first is an index that is built concurrently.
/// Nobody touches it; each worker that is to be killed gets a copy.
/// </summary>
public sealed class OldFleet : TestDatabase
{
    /// <summary>What comes next to the tenants: an index on a table that a big tenant has many rows in. The newest such one, so that no more than needed comes after it.</summary>
    public static readonly MigrationStep Next = MigrationLines.Tenant.UpTo("20261130072500_IndexOpenTodosByCreation").Head;

    /// <summary>What the tenants are at.</summary>
    public static readonly MigrationLine Line = MigrationLines.Tenant.UpTo(MigrationLines.Tenant.UpTo(Next.Id).Steps[^2].Id);

    /// <summary>For the connection string: what one table fits in is small, so that only <see cref="Big"/> needs its index built outside of the transaction.</summary>
    public const string Settings = "-c todo.small_relation_bytes=8192";

    /// <summary>The tenant whose todos fill several pages: neither the first that a run comes to nor the last.</summary>
    public const string Big = "b-big";

    private static readonly string[] Slugs = ["a-small", Big, "c-small"];

    private readonly Dictionary<string, IReadOnlyList<string>> _catalogShapes = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _tenantShapes = [];

    /// <summary>How many tenants there are.</summary>
    public static int Tenants => Slugs.Length;

    /// <summary>What <c>public</c> looks like at the version it is at, and at the newest.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> CatalogShapes => _catalogShapes;

    /// <summary>What a tenant's schema looks like at each of its versions.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> TenantShapes => _tenantShapes;

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();

        // What an index of the tenants needs of the database.
        await ExecuteAsync("CREATE EXTENSION pg_trgm");
        foreach (var step in MigrationLines.Tenant.Steps)
        {
            _tenantShapes[step.Id] = (await SchemaFingerprint.ExpectedAsync(DataSource, MigrationLines.Tenant, step.Id)).Lines;
        }

        await MigrateCatalogAsync(this, MigrationLines.Catalog.UpTo(MigrationLines.Catalog.Steps[^2].Id));
        foreach (var slug in Slugs)
        {
            await MakeAsync(slug, todos: slug == Big ? 500 : 1);
        }

        // A connected database can't be copied.
        DataSource.Clear();
        var upgraded = new TestDatabase { Template = Name };
        await upgraded.InitializeAsync();
        foreach (var step in MigrationLines.Catalog.Steps.TakeLast(2))
        {
            await MigrateCatalogAsync(upgraded, MigrationLines.Catalog.UpTo(step.Id));
            _catalogShapes[step.Id] = (await SchemaFingerprint.OfAsync(upgraded.DataSource, "public")).Lines;
        }

        await upgraded.DisposeAsync();
    }

    private static Task<int> MigrateCatalogAsync(TestDatabase database, MigrationLine line) =>
        new CatalogMigrator(database.DataSource, line, NullLogger<CatalogMigrator>.Instance).MigrateAsync(CancellationToken.None);

    private async Task MakeAsync(string slug, int todos)
    {
        var before = Line.Head;
        var id = Guid.CreateVersion7();
        await ExecuteAsync(
            $"""
            INSERT INTO public.tenants (id, slug, name, schema, status, schema_version, schema_checksum, created_at, updated_at)
            VALUES ('{id}', '{slug}', 'Old', 't_{id:N}', 'active', '{before.Id}', '{before.LineChecksum}', now(), now());
            CREATE SCHEMA t_{id:N};
            SET LOCAL search_path TO t_{id:N};
            {string.Join(';', [.. MigrationLines.Tenant.CreateHistory, .. Line.Steps.SelectMany(step => step.Up.PlainStatements)])};
            INSERT INTO users (id, email, name, password_hash, role_id, is_active, created_at)
            SELECT '{id}', 'owner@example.org', 'Owner', '', id, true, now() FROM roles WHERE name = 'owner';
            INSERT INTO todos (id, title, created_by, created_at, updated_at) SELECT gen_random_uuid(), 'Todo ' || n, '{id}', now(), now() FROM generate_series(1, {todos}) n;
            """);
    }
}
