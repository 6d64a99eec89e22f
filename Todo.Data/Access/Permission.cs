namespace Todo.Data.Access;

/// <summary>
/// The names of all permissions. An endpoint asks for one of them, a role holds some of them; the tenant migrations seed the
/// table, and a test holds the two together.
/// </summary>
public static class Permission
{
    /// <summary>See the people of the tenant.</summary>
    public const string UsersRead = "users.read";

    /// <summary>See todos and lists.</summary>
    public const string TodosRead = "todos.read";

    /// <summary>Create, change, complete and delete todos and lists.</summary>
    public const string TodosWrite = "todos.write";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [UsersRead, TodosRead, TodosWrite];
}
