using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Todo.Data;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Provisioning;
using Todo.Tests.Servers;

namespace Todo.Tests.Tenancy.Roles;

public sealed class RowsRoleTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly TenantProvisioner _provisioner = new(database.DataSource, MigrationLines.Tenant);

    /// <summary>What the role is refused, with <c>{0}</c> for a tenant's schema.</summary>
    public static readonly TheoryData<string> Refused =
    [
        "DROP SCHEMA {0} CASCADE", "DROP TABLE {0}.todos", "TRUNCATE {0}.todos", "ALTER TABLE {0}.todos ADD COLUMN more text", "CREATE TABLE {0}.mine (id int)",
        "CREATE SCHEMA mine", "CREATE TABLE public.mine (id int)", "CREATE TEMPORARY TABLE mine (id int)", "CREATE DATABASE mine", "CREATE ROLE mine",
        "UPDATE {0}.audit_entries SET actor_name = 'nobody'", "DELETE FROM {0}.audit_entries",
        "UPDATE tenants SET status = 'active'", "DELETE FROM tenants", "INSERT INTO migration_runs DEFAULT VALUES", "UPDATE fleet SET new_tenant_version = NULL", "DELETE FROM \"__EFMigrationsHistory\"",
        "SET ROLE postgres", "COPY {0}.todos TO PROGRAM 'true'", "SELECT pg_read_file('postgresql.conf')", "SELECT rolpassword FROM pg_authid", "ALTER SYSTEM SET work_mem = '1GB'",
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task It_is_refused_whatever_is_not_about_rows(string statement)
    {
        var role = await RoleAsync();
        var tenant = await CreateAsync();
        await using var source = NpgsqlDataSource.Create(role.SignIn(database.ConnectionString));
        await using var command = source.CreateCommand(string.Format(System.Globalization.CultureInfo.InvariantCulture, statement, tenant.Schema));
        (await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task It_works_with_the_rows_of_tenants_that_are_older_and_younger_than_it()
    {
        await MigrateAsync();
        var older = await CreateAsync();
        await database.ExecuteAsync($"REVOKE ALL ON SCHEMA {older.Schema} FROM PUBLIC");
        var role = await RoleAsync();
        var younger = await CreateAsync();
        await using var source = NpgsqlDataSource.Create(role.SignIn(database.ConnectionString));
        foreach (var schema in (string[])[older.Schema, younger.Schema])
        {
            await using var command = source.CreateCommand(
                $"""
                INSERT INTO {schema}.todo_lists (id, name, created_at) VALUES (gen_random_uuid(), 'A list', now());
                UPDATE {schema}.todo_lists SET name = 'Another';
                DELETE FROM {schema}.todo_lists;
                INSERT INTO {schema}.audit_entries (id, at, actor_kind, actor_name, action, subject_kind) VALUES (gen_random_uuid(), now(), 'system', 'a test', 'tried', 'list');
                SELECT count(*) FROM {schema}.audit_entries;
                """);
            await command.ExecuteNonQueryAsync();
        }

        (await role.GrantAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Its_statements_are_not_compiled()
    {
        var role = await RoleAsync();
        await using var source = NpgsqlDataSource.Create(role.SignIn(database.ConnectionString));
        await using var command = source.CreateCommand("SHOW jit");
        (await command.ExecuteScalarAsync()).ShouldBe("off");
    }

    [Fact]
    public async Task It_enters_no_other_database_of_the_server()
    {
        var role = await RoleAsync();
        var other = new TestDatabase();
        await other.InitializeAsync();
        try
        {
            await DatabaseRole.MakeAsync(other);
            await using var source = NpgsqlDataSource.Create(role.SignIn(other.ConnectionString));
            (await Should.ThrowAsync<PostgresException>(async () => await source.OpenConnectionAsync())).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_new_password_replaces_the_old_one_and_neither_is_in_the_server()
    {
        var old = await RoleAsync();
        var now = await RoleAsync();
        await using var refused = NpgsqlDataSource.Create(old.SignIn(database.ConnectionString));
        (await Should.ThrowAsync<PostgresException>(async () => await refused.OpenConnectionAsync())).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
        await using var source = NpgsqlDataSource.Create(now.SignIn(database.ConnectionString));
        await using var connection = await source.OpenConnectionAsync();
        (await database.ScalarAsync<string>($"SELECT rolpassword FROM pg_authid WHERE rolname = '{database.Name}_api'")).ShouldStartWith("SCRAM-SHA-256$4096:");
    }

    private async Task<DatabaseRole> RoleAsync()
    {
        var role = await DatabaseRole.MakeAsync(database);
        await MigrateAsync();
        await role.GrantAsync();
        return role;
    }

    private Task<int> MigrateAsync() => new CatalogMigrator(database.DataSource, MigrationLines.Catalog, NullLogger<CatalogMigrator>.Instance).MigrateAsync(CancellationToken.None);

    private Task<Tenant> CreateAsync() => _provisioner.ProvisionAsync("tenant-" + Guid.NewGuid().ToString("N")[..12], "A tenant", seed: null, CancellationToken.None);
}
