using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Todo.Data.Tenants;

namespace Todo.Data.Migrations.Tenant;

/// <summary>People, what they may do, their sessions, lists and todos.</summary>
[DbContext(typeof(TenantDbContext))]
[Migration("20261122090000_CreateTenant")]
public sealed class CreateTenant : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "permissions",
            columns: table => new
            {
                name = table.Column<string>("text"),
                description = table.Column<string>("text"),
            },
            constraints: table => table.PrimaryKey("permissions_pkey", permission => permission.name));

        migrationBuilder.CreateTable(
            name: "roles",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                name = table.Column<string>("text"),
                is_built_in = table.Column<bool>("boolean"),
            },
            constraints: table =>
            {
                table.PrimaryKey("roles_pkey", role => role.id);
                table.UniqueConstraint("roles_name_key", role => role.name);
            });

        migrationBuilder.CreateTable(
            name: "role_permissions",
            columns: table => new
            {
                role_id = table.Column<Guid>("uuid"),
                permission = table.Column<string>("text"),
            },
            constraints: table =>
            {
                table.PrimaryKey("role_permissions_pkey", link => new { link.role_id, link.permission });
                table.ForeignKey("role_permissions_role_id_fkey", link => link.role_id, "roles", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("role_permissions_permission_fkey", link => link.permission, "permissions", "name", onDelete: ReferentialAction.Cascade);
            });

        migrationBuilder.CreateTable(
            name: "users",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                email = table.Column<string>("text"),
                name = table.Column<string>("text"),
                password_hash = table.Column<string>("text"),
                role_id = table.Column<Guid>("uuid"),
                is_active = table.Column<bool>("boolean"),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table =>
            {
                table.PrimaryKey("users_pkey", user => user.id);
                table.UniqueConstraint("users_email_key", user => user.email);
                table.ForeignKey("users_role_id_fkey", user => user.role_id, "roles", "id");
            });

        migrationBuilder.CreateTable(
            name: "sessions",
            columns: table => new
            {
                token_hash = table.Column<byte[]>("bytea"),
                user_id = table.Column<Guid>("uuid"),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                expires_at = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table =>
            {
                table.PrimaryKey("sessions_pkey", session => session.token_hash);
                table.ForeignKey("sessions_user_id_fkey", session => session.user_id, "users", "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("sessions_user_id_idx", "sessions", "user_id");

        migrationBuilder.CreateTable(
            name: "todo_lists",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                name = table.Column<string>("text"),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
            },
            constraints: table => table.PrimaryKey("todo_lists_pkey", list => list.id));

        migrationBuilder.CreateTable(
            name: "todos",
            columns: table => new
            {
                id = table.Column<Guid>("uuid"),
                list_id = table.Column<Guid>("uuid", nullable: true),
                title = table.Column<string>("text"),
                notes = table.Column<string>("text", nullable: true),
                created_by = table.Column<Guid>("uuid"),
                created_at = table.Column<DateTimeOffset>("timestamptz"),
                updated_at = table.Column<DateTimeOffset>("timestamptz"),
                completed_at = table.Column<DateTimeOffset>("timestamptz", nullable: true),
                completed_by = table.Column<Guid>("uuid", nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("todos_pkey", todo => todo.id);
                table.ForeignKey("todos_list_id_fkey", todo => todo.list_id, "todo_lists", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("todos_created_by_fkey", todo => todo.created_by, "users", "id");
                table.ForeignKey("todos_completed_by_fkey", todo => todo.completed_by, "users", "id");
            });
        migrationBuilder.CreateIndex("todos_list_id_id_idx", "todos", ["list_id", "id"]);

        SeedAccess(migrationBuilder);
    }

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var table in (string[])["todos", "todo_lists", "sessions", "users", "role_permissions", "roles", "permissions"])
        {
            migrationBuilder.DropTable(table);
        }
    }

    // Literal names and ids, not today's constants: a migration says the same for ever, whatever becomes of the code.
    private static void SeedAccess(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        INSERT INTO permissions (name, description) VALUES
            ('users.read', 'See the people of the tenant'),
            ('todos.read', 'See todos and lists'),
            ('todos.write', 'Create, change, complete and delete todos and lists');
        INSERT INTO roles (id, name, is_built_in) VALUES
            ('00000000-0000-7000-8000-000000000001', 'owner', true),
            ('00000000-0000-7000-8000-000000000002', 'administrator', true),
            ('00000000-0000-7000-8000-000000000003', 'member', true),
            ('00000000-0000-7000-8000-000000000004', 'guest', true);
        INSERT INTO role_permissions (role_id, permission)
            SELECT roles.id, permissions.name FROM roles CROSS JOIN permissions
            WHERE roles.name <> 'guest' OR permissions.name = 'todos.read';
        """);
}
