using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Catalog;

namespace Todo.Data.Migrations.Catalog;

/// <summary>
/// The functions around each tenant's migration keep their plans from tenant to tenant. PL/pgSQL plans every statement and expression anew
/// whenever the search path is another one (PostgreSQL manual, "PL/pgSQL under the hood"), and each tenant's is; so these have one of their own.
/// Only the question to the tenant's own history names the schema, and is planned each time.
/// </summary>
[DbContext(typeof(CatalogDbContext))]
[Migration("20261126080000_KeepFleetPlans")]
public sealed class KeepFleetPlans : Migration
{
    private const string Refusals =
        """
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
        """;

    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        $"""
        CREATE OR REPLACE FUNCTION check_run_tenant(way_from text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $check$
        DECLARE
            tenant uuid := current_setting('todo.tenant')::uuid;
            history text := format('%I."__EFMigrationsHistory"', 't_' || replace(current_setting('todo.tenant'), '-', ''));
            found_status text;
            found_pending text;
            actual text;
        BEGIN
            {Refusals}
            IF to_regclass(history) IS NULL THEN
                RAISE EXCEPTION 'the schema has no migration history' USING ERRCODE = 'TD006';
            END IF;
            EXECUTE 'SELECT "MigrationId" FROM ' || history || ' ORDER BY 1 DESC LIMIT 1' INTO actual;
            IF actual IS DISTINCT FROM way_from THEN
                RAISE EXCEPTION 'the schema is at % and not at %', coalesce(actual, 'nothing'), coalesce(way_from, 'nothing') USING ERRCODE = 'TD001';
            END IF;
        END
        $check$;
        ALTER FUNCTION complete_run_tenant(uuid, uuid, text, text) SET search_path = pg_catalog, pg_temp;
        """);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        $"""
        CREATE OR REPLACE FUNCTION check_run_tenant(way_from text) RETURNS void LANGUAGE plpgsql AS $check$
        DECLARE
            tenant uuid := current_setting('todo.tenant')::uuid;
            found_status text;
            found_pending text;
            actual text;
        BEGIN
            {Refusals}
            IF to_regclass('"__EFMigrationsHistory"') IS NULL THEN
                RAISE EXCEPTION 'the schema has no migration history' USING ERRCODE = 'TD006';
            END IF;
            SELECT "MigrationId" INTO actual FROM "__EFMigrationsHistory" ORDER BY 1 DESC LIMIT 1;
            IF actual IS DISTINCT FROM way_from THEN
                RAISE EXCEPTION 'the schema is at % and not at %', coalesce(actual, 'nothing'), coalesce(way_from, 'nothing') USING ERRCODE = 'TD001';
            END IF;
        END
        $check$;
        ALTER FUNCTION complete_run_tenant(uuid, uuid, text, text) RESET search_path;
        """);
}
