using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Catalog;

namespace Todo.Data.Migrations.Catalog;

/// <summary>
/// Durable migration runs, the version that new tenants get, and the functions with which a worker takes, moves and reports one tenant
/// in one transaction and one round trip.
/// </summary>
[DbContext(typeof(CatalogDbContext))]
[Migration("20261125090000_AddMigrationRuns")]
public sealed class AddMigrationRuns : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("schema_pending", "tenants", "text", nullable: true);
        migrationBuilder.DropCheckConstraint("tenants_status_check", "tenants");
        migrationBuilder.AddCheckConstraint(
            "tenants_status_check", "tenants", "status IN ('provisioning', 'active', 'suspended', 'deleted', 'failed', 'pooled', 'purging')");

        // What changed lately is asked for every second by every replica of the API.
        migrationBuilder.CreateIndex("tenants_updated_at_idx", "tenants", "updated_at");

        CreateRuns(migrationBuilder);
        CreateFleet(migrationBuilder);
        CreateFunctions(migrationBuilder);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(
            """
            DROP FUNCTION complete_run_tenant(uuid, uuid, text, text);
            DROP FUNCTION check_run_tenant(text);
            DROP FUNCTION claim_run_tenant(uuid, text, text, int, int);
            DROP FUNCTION assert_new_tenant_version(text);
            DROP FUNCTION assert_small_relation(text);
            """);
        migrationBuilder.DropTable("fleet");
        migrationBuilder.DropTable("migration_run_tenants");
        migrationBuilder.DropTable("migration_runs");
        migrationBuilder.DropIndex("tenants_updated_at_idx", "tenants");
        migrationBuilder.DropCheckConstraint("tenants_status_check", "tenants");
        migrationBuilder.AddCheckConstraint("tenants_status_check", "tenants", "status IN ('provisioning', 'active', 'suspended', 'deleted', 'failed')");
        migrationBuilder.DropColumn("schema_pending", "tenants");
    }

    private static void CreateRuns(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "migration_runs",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                kind = table.Column<string>("text"),
                state = table.Column<string>("text"),
                target = table.Column<string>("text"),
                executor = table.Column<string>("text"),
                started_by = table.Column<string>("text"),
                rolls_back = table.Column<Guid>("uuid", nullable: true),
                checksum = table.Column<string>("text"),
                wave_count = table.Column<int>("integer"),
                current_wave = table.Column<int>("integer"),
                error_budget = table.Column<int>("integer", nullable: true),
                gate_url = table.Column<string>("text", nullable: true),
                parallelism = table.Column<int>("integer", nullable: true),
                max_load = table.Column<double>("double precision", nullable: true),
                new_tenant_version = table.Column<string>("text", nullable: true),
                previous_new_tenant_version = table.Column<string>("text", nullable: true),
                reason = table.Column<string>("text", nullable: true),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                started_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
                finished_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("migration_runs_pkey", run => run.id);
                table.CheckConstraint("migration_runs_kind_check", "kind IN ('apply', 'rollback')");
                table.CheckConstraint(
                    "migration_runs_state_check", "state IN ('planned', 'running', 'paused', 'completed', 'failed', 'cancelled', 'rolled_back')");
            });

        // One run at a time: two would undo each other's waves and budgets. Everybody who wants to migrate joins the open one, or waits.
        migrationBuilder.Sql("CREATE UNIQUE INDEX migration_runs_open_key ON migration_runs ((true)) WHERE state IN ('running', 'paused');");

        // No foreign key to tenants: what a run did is still known when a tenant is gone.
        migrationBuilder.CreateTable(
            name: "migration_run_tenants",
            columns: table => new
            {
                run_id = table.Column<Guid>("uuid"),
                tenant_id = table.Column<Guid>("uuid"),
                slug = table.Column<string>("text"),
                position = table.Column<int>("integer"),
                wave = table.Column<int>("integer"),
                state = table.Column<string>("text"),
                from_version = table.Column<string>("text", nullable: true),
                to_version = table.Column<string>("text", nullable: true),
                attempts = table.Column<int>("integer"),
                not_before = table.Column<DateTimeOffset>("timestamptz", nullable: true),
                started_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
                finished_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
                error_migration = table.Column<string>("text", nullable: true),
                error_code = table.Column<string>("text", nullable: true),
                error_message = table.Column<string>("text", nullable: true),
                error_statement = table.Column<string>("text", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("migration_run_tenants_pkey", tenant => new { tenant.run_id, tenant.tenant_id });
                table.ForeignKey("migration_run_tenants_run_id_fkey", tenant => tenant.run_id, "migration_runs", "id", onDelete: ReferentialAction.Cascade);
                table.CheckConstraint(
                    "migration_run_tenants_state_check", "state IN ('pending', 'deferred', 'applied', 'failed', 'skipped', 'rolled_back')");
            });
        migrationBuilder.CreateIndex("migration_run_tenants_pending_idx", "migration_run_tenants", ["run_id", "position"], filter: "state = 'pending'");
    }

    private static void CreateFleet(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "fleet",
            columns: table => new
            {
                id = table.Column<bool>("boolean", defaultValue: true),
                new_tenant_version = table.Column<string>("text", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("fleet_pkey", fleet => fleet.id);
                table.CheckConstraint("fleet_one_row_check", "id");
            });
        migrationBuilder.Sql("INSERT INTO fleet (id) VALUES (true);");
    }

    private static void CreateFunctions(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        -- Goes on only if the relation on the search path is small enough to be locked for the time an index takes. The bound can be
        -- set per session (todo.small_relation_bytes); a relation that is missing is for the next statement to complain about.
        CREATE FUNCTION assert_small_relation(relation text) RETURNS void LANGUAGE plpgsql AS $small$
        BEGIN
            IF pg_relation_size(to_regclass(relation)) > coalesce(nullif(current_setting('todo.small_relation_bytes', true), '')::bigint, 8388608) THEN
                RAISE EXCEPTION '% is too big to be locked while its index changes', relation USING ERRCODE = 'TD002';
            END IF;
        END
        $small$;

        -- Goes on only if new tenants are to get this version.
        CREATE FUNCTION assert_new_tenant_version(expected text) RETURNS void LANGUAGE plpgsql AS $version$
        DECLARE
            actual text;
        BEGIN
            SELECT new_tenant_version INTO actual FROM public.fleet;
            IF actual <> expected THEN
                RAISE EXCEPTION 'new tenants get % and not %', actual, expected USING ERRCODE = 'TD005', DETAIL = actual;
            END IF;
        END
        $version$;

        -- Takes the next tenant of a run that goes this way, so that nobody else can have it until this transaction ends, and points
        -- the transaction at its schema. The search begins after the tenant that was taken last, because those before it are done, and
        -- then once more at the start, for what was put back. TD003: there is none at the moment. Everything else that may be wrong is for the next statement
        -- to find (check_run_tenant), when the client knows already whose schema it is about.
        CREATE FUNCTION claim_run_tenant(run uuid, way_from text, way_to text, after_position int, lock_timeout_ms int, OUT tenant uuid, OUT tenant_slug text, OUT tenant_position int)
        LANGUAGE plpgsql AS $claim$
        BEGIN
            LOOP
                SELECT t.tenant_id, t.slug, t.position INTO tenant, tenant_slug, tenant_position
                FROM public.migration_runs r JOIN public.migration_run_tenants t ON t.run_id = r.id
                WHERE r.id = run AND r.state = 'running' AND t.state = 'pending' AND t.position > after_position AND t.wave <= r.current_wave
                    AND t.from_version IS NOT DISTINCT FROM way_from AND t.to_version IS NOT DISTINCT FROM way_to
                    AND (t.not_before IS NULL OR t.not_before <= clock_timestamp())
                ORDER BY t.position LIMIT 1 FOR NO KEY UPDATE OF t SKIP LOCKED;
                EXIT WHEN FOUND;
                IF after_position < 0 THEN
                    RAISE EXCEPTION 'no tenant to take' USING ERRCODE = 'TD003';
                END IF;
                after_position := -1;
            END LOOP;
            PERFORM set_config('lock_timeout', lock_timeout_ms || 'ms', true), set_config('synchronous_commit', 'off', true),
                set_config('todo.tenant', tenant::text, true), set_config('search_path', 't_' || replace(tenant::text, '-', ''), true);
        END
        $claim$;

        -- Goes on only if the tenant that this transaction took is there to be migrated, nobody else is at it, and its schema is where the
        -- run believes. TD004: its status keeps it from being migrated; 55P03: another session has it; TD002: it needs several steps;
        -- TD006: the schema has no history; TD001: it is at another version.
        CREATE FUNCTION check_run_tenant(way_from text) RETURNS void LANGUAGE plpgsql AS $check$
        DECLARE
            tenant uuid := current_setting('todo.tenant')::uuid;
            found_status text;
            found_pending text;
            actual text;
        BEGIN
            SELECT status, schema_pending INTO found_status, found_pending FROM public.tenants WHERE id = tenant;
            IF found_status IS NULL OR found_status NOT IN ('active', 'suspended', 'pooled') THEN
                RAISE EXCEPTION 'the tenant is %', coalesce(found_status, 'gone') USING ERRCODE = 'TD004';
            END IF;
            IF NOT pg_try_advisory_xact_lock(hashtextextended(tenant::text, 0)) THEN
                RAISE EXCEPTION 'tenant % is being migrated by another session', tenant USING ERRCODE = 'lock_not_available';
            END IF;
            IF found_pending IS NOT NULL THEN
                RAISE EXCEPTION 'the tenant is in the middle of %', found_pending USING ERRCODE = 'TD002';
            END IF;
            IF to_regclass('"__EFMigrationsHistory"') IS NULL THEN
                RAISE EXCEPTION 'the schema has no migration history' USING ERRCODE = 'TD006';
            END IF;
            SELECT "MigrationId" INTO actual FROM "__EFMigrationsHistory" ORDER BY 1 DESC LIMIT 1;
            IF actual IS DISTINCT FROM way_from THEN
                RAISE EXCEPTION 'the schema is at % and not at %', coalesce(actual, 'nothing'), coalesce(way_from, 'nothing') USING ERRCODE = 'TD001';
            END IF;
        END
        $check$;

        -- Writes the ledger and the run's record of the tenant that this transaction took.
        CREATE FUNCTION complete_run_tenant(run uuid, rolled_back_run uuid, version text, checksum text) RETURNS void LANGUAGE plpgsql AS $complete$
        DECLARE
            tenant uuid := current_setting('todo.tenant')::uuid;
        BEGIN
            UPDATE public.tenants SET schema_version = version, schema_checksum = checksum, schema_pending = NULL, updated_at = clock_timestamp() WHERE id = tenant;
            UPDATE public.migration_run_tenants
            SET state = 'applied', attempts = attempts + 1, started_at = coalesce(started_at, now()), finished_at = clock_timestamp(),
                not_before = NULL, error_migration = NULL, error_code = NULL, error_message = NULL, error_statement = NULL
            WHERE run_id = run AND tenant_id = tenant;
            IF rolled_back_run IS NOT NULL THEN
                UPDATE public.migration_run_tenants SET state = 'rolled_back' WHERE run_id = rolled_back_run AND tenant_id = tenant;
            END IF;
        END
        $complete$;
        """);
}
