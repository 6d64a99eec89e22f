namespace Todo.Data.Tenants;

/// <summary>What opens a door until somebody revokes it.</summary>
public interface IRevocable
{
    /// <summary>UUID version 7.</summary>
    Guid Id { get; }

    /// <summary>UTC; null: not revoked.</summary>
    DateTimeOffset? RevokedAt { get; }
}
