using Npgsql;
using Todo.Data;
using Todo.Tenancy.Roles;

namespace Todo.Tests.Servers;

/// <summary>The role of a test's database that the API signs in as.</summary>
public sealed class DatabaseRole
{
    private readonly string _name;
    private readonly string _password = Guid.NewGuid().ToString("N");
    private readonly RowsRole _role;

    private DatabaseRole(TestDatabase database) => (_name, _role) = (RowsRole.NameIn(database.Name), new RowsRole(database.DataSource));

    /// <summary>Makes it, before anything else is in the database.</summary>
    public static async Task<DatabaseRole> MakeAsync(TestDatabase database)
    {
        var role = new DatabaseRole(database);
        await role._role.PrepareAsync(role._password, CancellationToken.None);
        return role;
    }

    /// <summary>Grants it its rights on what is there.</summary>
    public Task<int> GrantAsync() => _role.GrantAsync(DatabaseRights.ReadOnly, DatabaseRights.AppendOnly, CancellationToken.None);

    /// <summary>The connection string, which is an owner's, with the role in the owner's place.</summary>
    public string SignIn(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { Username = _name, Password = _password }.ConnectionString;
}
