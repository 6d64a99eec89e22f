namespace Todo.Data.Tenants;

/// <summary>A named set of permissions.</summary>
public sealed class Role
{
    /// <summary>One of <c>BuiltInRole</c>, or the tenant's own.</summary>
    public required Guid Id { get; init; }

    /// <summary>Unique in the tenant.</summary>
    public required string Name { get; set; }

    /// <summary>Built-in roles can't be removed.</summary>
    public required bool IsBuiltIn { get; init; }
}

/// <summary>A row of the permissions table; its names are those of <c>Access.Permission</c>.</summary>
public sealed class PermissionEntry
{
    /// <summary>Such as <c>todos.read</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it allows, for people.</summary>
    public required string Description { get; set; }
}

/// <summary>That a role holds a permission.</summary>
public sealed class RolePermission
{
    /// <summary>The role.</summary>
    public required Guid RoleId { get; init; }

    /// <summary>The permission's name.</summary>
    public required string Permission { get; init; }
}
