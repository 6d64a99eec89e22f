namespace Todo.Data.Tenants;

/// <summary>Some of the tenant's people under one name.</summary>
public sealed class Group
{
    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>1 to 100 characters, unique in the tenant.</summary>
    public required string Name { get; set; }

    /// <summary>At most 1,000 characters.</summary>
    public string? Description { get; set; }

    /// <summary>Who looks after it; need not be a member.</summary>
    public Guid? SupervisorId { get; set; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>That a person is in a group.</summary>
public sealed class GroupMember
{
    /// <summary>The group.</summary>
    public required Guid GroupId { get; init; }

    /// <summary>The person.</summary>
    public required Guid UserId { get; init; }
}
