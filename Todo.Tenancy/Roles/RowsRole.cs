using Npgsql;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Roles;

/// <summary>
/// A role of PostgreSQL that reads and writes rows of the catalog and of every tenant, and can do nothing else: neither create nor drop
/// anything, nor connect to another database. What serves requests signs in as it; what changes schemas signs in as the owner.
/// </summary>
/// <param name="owner">Signs in as the owner of the database, who may make roles.</param>
public sealed class RowsRole(NpgsqlDataSource owner)
{
    // Every grant writes the rows of a schema's tables in pg_class; this many at once keep a transaction short.
    private const int SchemasAtOnce = 200;

    private const string Suffix = "_api";

    // Its name, in SQL. Roles belong to the whole server, so each database has its own.
    private const string Name = $"(current_database() || '{Suffix}')::name";

    private const string Prepare =
        $"""
        DO $do$
        DECLARE
            rows_role name := {Name};
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = rows_role) THEN
                EXECUTE format('CREATE ROLE %I', rows_role);
            END IF;
            EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION PASSWORD %L', rows_role, current_setting('todo.verifier'));

            -- Requests are short: compiling a statement whose cost was guessed high takes longer than running it.
            EXECUTE format('ALTER ROLE %I SET jit = off', rows_role);
            EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), rows_role);
            REVOKE CREATE ON SCHEMA public FROM PUBLIC;

            -- For every schema and table that the owner makes from now on, in the statement that makes it: no tenant is ever without.
            EXECUTE format('ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO %I', rows_role);
            EXECUTE format('ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', rows_role);
        END
        $do$
        """;

    // The role's rights on the catalog as they are to be, whatever they were.
    private const string GrantCatalog =
        $"""
        DO $do$
        DECLARE
            rows_role name := {Name};
            catalog_table name;
        BEGIN
            EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', rows_role);
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', rows_role);
            FOREACH catalog_table IN ARRAY string_to_array(current_setting('todo.read_only'), ',') LOOP
                EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON public.%I FROM %I', catalog_table, rows_role);
            END LOOP;
        END
        $do$
        """;

    // Schemas that are older than the role.
    private const string GrantOlderSchemas =
        $"""
        DO $do$
        DECLARE
            rows_role name := {Name};
            tenant name;
            append_only name;
        BEGIN
            FOREACH tenant IN ARRAY string_to_array(current_setting('todo.schemas'), ',') LOOP
                EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', tenant, rows_role);
                EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', tenant, rows_role);
                FOREACH append_only IN ARRAY string_to_array(current_setting('todo.append_only'), ',') LOOP
                    IF to_regclass(format('%I.%I', tenant, append_only)) IS NOT NULL THEN
                        EXECUTE format('REVOKE UPDATE, DELETE ON %I.%I FROM %I', tenant, append_only, rows_role);
                    END IF;
                END LOOP;
            END LOOP;
        END
        $do$
        """;

    /// <summary>The role's name in a database.</summary>
    public static string NameIn(string database) => database + Suffix;

    /// <summary>For a migration: what the role may add rows to and read, and not change. Does nothing where there is no such role.</summary>
    /// <param name="tables">Tables of the tenant's, by constants of the migration's.</param>
    public static string AppendOnly(params string[] tables) =>
        $"""
        DO $do$
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {Name}) THEN
                EXECUTE format('REVOKE UPDATE, DELETE ON {string.Join(", ", tables)} FROM %I', {Name});
            END IF;
        END
        $do$;
        """;

    /// <summary>Makes the role, or gives it another password, and has it granted its rights on whatever is made from now on.</summary>
    /// <param name="password">ASCII.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="PostgresException">The owner may not make roles (42501).</exception>
    public async Task PrepareAsync(string password, CancellationToken cancellationToken)
    {
        await using var connection = await owner.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add("SELECT pg_advisory_xact_lock(hashtext('todo rows role'))");
        batch.Add("SELECT set_config('todo.verifier', $1, true)", BatchStatements.Parameter(ScramVerifier.Of(password)));
        batch.Add(Prepare);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Grants the role its rights on what is there already: on the catalog each time, and on tenants' schemas that are without.</summary>
    /// <param name="readOnly">Tables of the catalog that it may only read.</param>
    /// <param name="appendOnly">Tables of tenants that it may only add to and read.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>How many tenants' schemas were without.</returns>
    public async Task<int> GrantAsync(IEnumerable<string> readOnly, IEnumerable<string> appendOnly, CancellationToken cancellationToken)
    {
        await using var connection = await owner.OpenConnectionAsync(cancellationToken);
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            batch.Add("SELECT set_config('todo.read_only', $1, true)", BatchStatements.Parameter(string.Join(',', readOnly)));
            batch.Add(GrantCatalog);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        var without = await WithoutAsync(connection, cancellationToken);
        foreach (var schemas in without.Chunk(SchemasAtOnce))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = 0 };
            batch.Add("SELECT set_config('todo.schemas', $1, true)", BatchStatements.Parameter(string.Join(',', schemas)));
            batch.Add("SELECT set_config('todo.append_only', $1, true)", BatchStatements.Parameter(string.Join(',', appendOnly)));
            batch.Add(GrantOlderSchemas);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return without.Count;
    }

    private static async Task<IReadOnlyList<string>> WithoutAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT t.schema FROM public.tenants t JOIN pg_catalog.pg_namespace n ON n.nspname = t.schema
            WHERE NOT has_schema_privilege({Name}, n.oid, 'USAGE') ORDER BY 1
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var schemas = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            schemas.Add(reader.GetString(0));
        }

        return schemas;
    }
}
