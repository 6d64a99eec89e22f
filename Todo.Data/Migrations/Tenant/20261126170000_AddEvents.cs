using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>What happens to todos and lists, written with each change, and how far it was put into the order in which others are told.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261126170000_AddEvents")]
public sealed class AddEvents : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        // No foreign keys: an event outlives what it tells of. The last index finds what has no position yet, and then what comes after one.
        migrationBuilder.Sql(
            """
            CREATE TABLE events (
                id bigint GENERATED ALWAYS AS IDENTITY,
                position bigint,
                at timestamptz NOT NULL,
                kind text NOT NULL,
                actor_kind text NOT NULL,
                actor_id uuid,
                list_id uuid,
                todo_id uuid,
                subject_id uuid,
                changes jsonb,
                audience uuid[],
                CONSTRAINT events_pkey PRIMARY KEY (id)
            );
            CREATE INDEX events_position_id_idx ON events (position, id);
            CREATE TABLE event_heads (id smallint NOT NULL, position bigint NOT NULL, CONSTRAINT event_heads_pkey PRIMARY KEY (id));
            INSERT INTO event_heads (id, position) VALUES (1, 0);
            """);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable("event_heads");
        migrationBuilder.DropTable("events");
    }
}
