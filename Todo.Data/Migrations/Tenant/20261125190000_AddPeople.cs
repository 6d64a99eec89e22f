using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;
using Todo.Tenancy.Roles;

namespace Todo.Data.Migrations.Tenant;

/// <summary>
/// What people need beyond a password: a proven address, several sessions, one-time tokens, groups, settings, keys for machines, links
/// for guests, and a record of what was done.
/// </summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261125190000_AddPeople")]
public sealed class AddPeople : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ExtendUsers(migrationBuilder);
        ExtendSessions(migrationBuilder);
        CreateOneTimeTokens(migrationBuilder);
        CreateGroups(migrationBuilder);
        CreateSettings(migrationBuilder);
        CreateRecords(migrationBuilder);
        migrationBuilder.Sql(RowsRole.AppendOnly("audit_entries"));
        CreateKeys(migrationBuilder);
        SeedAccess(migrationBuilder);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("DELETE FROM permissions WHERE name NOT IN ('users.read', 'todos.read', 'todos.write');");
        foreach (var table in (string[])["guest_links", "api_keys", "sign_in_entries", "audit_entries", "user_settings", "settings", "group_members", "groups", "one_time_tokens"])
        {
            migrationBuilder.DropTable(table);
        }

        foreach (var column in (string[])["lifetime_days", "last_seen_at", "address", "user_agent"])
        {
            migrationBuilder.DropColumn(column, "sessions");
        }

        foreach (var column in (string[])["language", "time_zone", "verified_at", "approved_at", "deleted_at", "last_sign_in_at"])
        {
            migrationBuilder.DropColumn(column, "users");
        }
    }

    private static void ExtendUsers(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("language", "users", "text", defaultValue: "en");
        migrationBuilder.AddColumn<string>("time_zone", "users", "text", defaultValue: "UTC");
        foreach (var column in (string[])["verified_at", "approved_at", "deleted_at", "last_sign_in_at"])
        {
            migrationBuilder.AddColumn<DateTimeOffset>(column, "users", "timestamptz", nullable: true);
        }

        // Whoever is here already was put here by somebody who may.
        migrationBuilder.Sql("UPDATE users SET verified_at = created_at, approved_at = created_at;");
    }

    private static void ExtendSessions(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<int>("lifetime_days", "sessions", "integer", defaultValue: 1);
        migrationBuilder.AddColumn<DateTimeOffset>("last_seen_at", "sessions", "timestamptz", nullable: true);
        migrationBuilder.AddColumn<string>("address", "sessions", "text", nullable: true);
        migrationBuilder.AddColumn<string>("user_agent", "sessions", "text", nullable: true);
    }

    private static void CreateOneTimeTokens(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "one_time_tokens",
            columns: table => new
            {
                hash = table.Column<byte[]>("bytea"),
                user_id = table.Column<Guid>("uuid"),
                purpose = table.Column<string>("text"),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                expires_at = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table =>
            {
                table.PrimaryKey("one_time_tokens_pkey", token => token.hash);
                table.ForeignKey("one_time_tokens_user_id_fkey", token => token.user_id, "users", "id", onDelete: ReferentialAction.Cascade);
                table.CheckConstraint("one_time_tokens_purpose_check", "purpose IN ('activation', 'invitation', 'password_reset')");
            });
        migrationBuilder.CreateIndex("one_time_tokens_user_id_idx", "one_time_tokens", "user_id");
    }

    private static void CreateGroups(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "groups",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                name = table.Column<string>("text"),
                description = table.Column<string>("text", nullable: true),
                supervisor_id = table.Column<Guid>("uuid", nullable: true),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table =>
            {
                table.PrimaryKey("groups_pkey", group => group.id);
                table.UniqueConstraint("groups_name_key", group => group.name);
                table.ForeignKey("groups_supervisor_id_fkey", group => group.supervisor_id, "users", "id", onDelete: ReferentialAction.SetNull);
            });
        migrationBuilder.CreateTable(
            name: "group_members",
            columns: table => new
            {
                group_id = table.Column<Guid>("uuid"),
                user_id = table.Column<Guid>("uuid"),
            },
            constraints: table =>
            {
                table.PrimaryKey("group_members_pkey", member => new { member.group_id, member.user_id });
                table.ForeignKey("group_members_group_id_fkey", member => member.group_id, "groups", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("group_members_user_id_fkey", member => member.user_id, "users", "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("group_members_user_id_idx", "group_members", "user_id");
    }

    private static void CreateSettings(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "settings",
            columns: table => new
            {
                key = table.Column<string>("text"),
                value = table.Column<string>("jsonb"),
                updated_at = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table => table.PrimaryKey("settings_pkey", setting => setting.key));
        migrationBuilder.CreateTable(
            name: "user_settings",
            columns: table => new
            {
                user_id = table.Column<Guid>("uuid"),
                key = table.Column<string>("text"),
                value = table.Column<string>("jsonb"),
                updated_at = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table =>
            {
                table.PrimaryKey("user_settings_pkey", setting => new { setting.user_id, setting.key });
                table.ForeignKey("user_settings_user_id_fkey", setting => setting.user_id, "users", "id", onDelete: ReferentialAction.Cascade);
            });
    }

    // Both outlive the people and things they are about, so they refer to nobody: names are kept as they were.
    private static void CreateRecords(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "audit_entries",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                at = table.Column<DateTimeOffset>("timestamptz"),
                actor_kind = table.Column<string>("text"),
                actor_id = table.Column<Guid>("uuid", nullable: true),
                actor_name = table.Column<string>("text"),
                action = table.Column<string>("text"),
                subject_kind = table.Column<string>("text"),
                subject_id = table.Column<Guid>("uuid", nullable: true),
                subject_name = table.Column<string>("text", nullable: true),
                details = table.Column<string>("jsonb", nullable: true),
                address = table.Column<string>("text", nullable: true),
                trace_id = table.Column<string>("text", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("audit_entries_pkey", entry => entry.id);
                table.CheckConstraint("audit_entries_actor_kind_check", "actor_kind IN ('user', 'api_key', 'guest', 'operator', 'system')");
            });
        migrationBuilder.CreateIndex("audit_entries_subject_id_id_idx", "audit_entries", ["subject_id", "id"]);
        migrationBuilder.CreateTable(
            name: "sign_in_entries",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                at = table.Column<DateTimeOffset>("timestamptz"),
                user_id = table.Column<Guid>("uuid"),
                outcome = table.Column<string>("text"),
                address = table.Column<string>("text", nullable: true),
                user_agent = table.Column<string>("text", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("sign_in_entries_pkey", entry => entry.id);
                table.CheckConstraint("sign_in_entries_outcome_check", "outcome IN ('succeeded', 'wrong_password', 'locked', 'not_allowed')");
            });
        migrationBuilder.CreateIndex("sign_in_entries_user_id_id_idx", "sign_in_entries", ["user_id", "id"]);
    }

    private static void CreateKeys(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "api_keys",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                name = table.Column<string>("text"),
                hash = table.Column<byte[]>("bytea"),
                permissions = table.Column<string[]>("text[]"),
                created_by = table.Column<Guid>("uuid"),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                expires_at = table.Column<DateTimeOffset>("timestamptz"),
                last_used_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
                revoked_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("api_keys_pkey", key => key.id);
                table.UniqueConstraint("api_keys_hash_key", key => key.hash);
                table.ForeignKey("api_keys_created_by_fkey", key => key.created_by, "users", "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateTable(
            name: "guest_links",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                list_id = table.Column<Guid>("uuid"),
                name = table.Column<string>("text"),
                hash = table.Column<byte[]>("bytea"),
                may_write = table.Column<bool>("boolean"),
                created_by = table.Column<Guid>("uuid"),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                expires_at = table.Column<DateTimeOffset>("timestamptz"),
                last_used_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
                revoked_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("guest_links_pkey", link => link.id);
                table.UniqueConstraint("guest_links_hash_key", link => link.hash);
                table.ForeignKey("guest_links_list_id_fkey", link => link.list_id, "todo_lists", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("guest_links_created_by_fkey", link => link.created_by, "users", "id", onDelete: ReferentialAction.Cascade);
            });
    }

    private static void SeedAccess(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        INSERT INTO permissions (name, description) VALUES
            ('users.write', 'Invite, approve, change, deactivate, delete and restore people'),
            ('roles.read', 'See roles and what they allow'),
            ('roles.write', 'Make, change and delete roles'),
            ('groups.read', 'See groups and who is in them'),
            ('groups.write', 'Make, change and delete groups'),
            ('settings.read', 'See the settings of the tenant'),
            ('settings.write', 'Change the settings of the tenant'),
            ('audit.read', 'See who did what, and who signed in from where'),
            ('api_keys.manage', 'Make, see and revoke keys for machines'),
            ('guest_links.manage', 'Make, see and revoke links for guests');
        INSERT INTO role_permissions (role_id, permission)
            SELECT roles.id, permissions.name FROM roles CROSS JOIN permissions
            WHERE roles.name IN ('owner', 'administrator') AND permissions.name NOT IN ('users.read', 'todos.read', 'todos.write')
                OR roles.name = 'member' AND permissions.name IN ('roles.read', 'groups.read', 'settings.read');
        """);
}
