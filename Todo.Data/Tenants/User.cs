namespace Todo.Data.Tenants;

/// <summary>A person of the tenant.</summary>
public sealed class User
{
    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>Unique in the tenant; trimmed and in lower case.</summary>
    public required string Email { get; set; }

    /// <summary>1 to 200 characters.</summary>
    public required string Name { get; set; }

    /// <summary>From <c>PersonPassword.Hash</c>.</summary>
    public required string PasswordHash { get; set; }

    /// <summary>The one role that decides what the person may do.</summary>
    public required Guid RoleId { get; set; }

    /// <summary>False: can't sign in, and open sessions end.</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
