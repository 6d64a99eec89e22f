namespace Todo.Data.Access;

/// <summary>
/// The roles that every tenant starts with. Their ids are the same in every tenant (schemas keep them apart), so that code
/// can name a role without looking it up.
/// </summary>
public static class BuiltInRole
{
    /// <summary>May do everything; a tenant always has one.</summary>
    public static readonly Guid Owner = new("00000000-0000-7000-8000-000000000001");

    /// <summary>May do everything but what concerns owners.</summary>
    public static readonly Guid Administrator = new("00000000-0000-7000-8000-000000000002");

    /// <summary>Works with todos and sees the others.</summary>
    public static readonly Guid Member = new("00000000-0000-7000-8000-000000000003");

    /// <summary>Sees todos.</summary>
    public static readonly Guid Guest = new("00000000-0000-7000-8000-000000000004");
}
